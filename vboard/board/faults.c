/* SPDX-License-Identifier: MIT */
/* Deliberate faults: fault=… of a board's spec, and when they strike. */
#include "faults.h"

#include "board.h"
#include "trace.h"

#include <core/array.h>
#include <stdlib.h>
#include <string.h>

enum {
    GARBAGE_SEED = 0x9e3779b9,
};

static const struct {
    const char *name;
    uint8_t kind;
    bool takes_delay;   /* NAME@N:MS */
    uint8_t value_max;  /* NAME@N=XX, at most this; 0: no value */
    bool counts_from_0; /* N is an offset */
} kinds[] = {
    {"unplug", VBOARD_FAULT_UNPLUG, true, 0, false},
    {"powercut", VBOARD_FAULT_POWERCUT, true, 0, false},
    {"stall", VBOARD_FAULT_STALL, false, 0, false},
    {"timeout", VBOARD_FAULT_TIMEOUT, false, 0, false},
    {"status", VBOARD_FAULT_STATUS, false, 0, false},
    {"address", VBOARD_FAULT_ADDRESS, false, 31, false},
    {"descriptor", VBOARD_FAULT_DESCRIPTOR, false, 0xff, true},
    {"lost", VBOARD_FAULT_LOST, false, 0, false},
    {"noise", VBOARD_FAULT_NOISE, false, 0, false},
    {"parity", VBOARD_FAULT_PARITY, false, 0, false},
    {"hangup", VBOARD_FAULT_HANGUP, true, 0, false},
};

/* ---- parsing ---- */

/* Parses a number of at most `limit`; moves *text past it. */
static bool take_number(const char **text, int base, unsigned long limit, uint32_t *value)
{
    char *end;
    unsigned long number;

    if (**text < '0' || (**text > '9' && base != 16))
        return false;
    number = strtoul(*text, &end, base);
    if (end == *text || number > limit)
        return false;
    *text = end;
    *value = (uint32_t)number;
    return true;
}

static bool parse_one(const char **text, struct vboard_fault *fault)
{
    const char *at = strchr(*text, '@');
    size_t length;
    uint32_t byte = 0;

    memset(fault, 0, sizeof *fault);
    if (!at)
        return false;
    length = (size_t)(at - *text);
    for (size_t i = 0; i < B0_LENGTH(kinds); i++) {
        if (strlen(kinds[i].name) != length || strncmp(kinds[i].name, *text, length) != 0)
            continue;
        *text = at + 1;
        fault->kind = kinds[i].kind;
        if (!take_number(text, 0, 1000000000, &fault->at))
            return false;
        if (fault->at == 0 && !kinds[i].counts_from_0)
            return false;
        if (kinds[i].value_max > 0) {
            if (*(*text)++ != '=' || !take_number(text, 16, kinds[i].value_max, &byte))
                return false;
            fault->value = (uint8_t)byte;
        }
        if (kinds[i].takes_delay && **text == ':') {
            ++*text;
            return take_number(text, 10, 3600000, &fault->after_ms);
        }
        return true;
    }
    return false;
}

enum boot0_status vboard_faults_parse(const char *text, struct vboard_settings *settings,
                                      struct boot0_error *error)
{
    const char *rest = text;

    for (;;) {
        if (settings->fault_count == VBOARD_FAULTS_MAX)
            return boot0_fail(error, BOOT0_E_USAGE, "more than %d faults for one board",
                              VBOARD_FAULTS_MAX);
        if (!parse_one(&rest, &settings->faults[settings->fault_count]) ||
            (*rest != '\0' && *rest != '+'))
            break;
        settings->fault_count++;
        if (*rest++ == '\0')
            return BOOT0_OK;
    }
    boot0_fail(error, BOOT0_E_USAGE, "invalid fault \"%s\"", text);
    if (error)
        boot0_hint(error, "Use one or several, joined by '+', of unplug@N[:MS], powercut@N[:MS], "
                          "stall@N, timeout@N, status@N, address@N=BIT (N counts from 1) and "
                          "descriptor@OFFSET=XX (BIT and XX in hexadecimal); on the UART lost@N, "
                          "noise@N, parity@N and hangup@N[:MS].");
    return BOOT0_E_USAGE;
}

enum boot0_status vboard_plan_faults(struct vboard *board, const char *faults,
                                     struct boot0_error *error)
{
    return vboard_faults_parse(faults, &board->settings, error);
}

/* ---- striking ---- */

const struct vboard_fault *vboard_faults_find(const struct vboard *board,
                                              enum vboard_fault_kind kind, uint64_t at)
{
    for (size_t i = 0; i < board->settings.fault_count; i++)
        if (board->settings.faults[i].kind == kind && board->settings.faults[i].at == at)
            return &board->settings.faults[i];
    return NULL;
}

bool vboard_faults_transfer(struct vboard *board, enum boot0_xfer *result)
{
    uint64_t number = board->stats.transfers;
    const struct vboard_fault *unplug = vboard_faults_find(board, VBOARD_FAULT_UNPLUG, number);

    if (unplug) {
        vboard_trace(board, "fault: unplugged at transfer %u", unplug->at);
        board->replug_after_ms = unplug->after_ms;
        board->cut_us = board->now_us;
        *result = BOOT0_XFER_GONE;
        return true;
    }
    if (vboard_faults_find(board, VBOARD_FAULT_STALL, number)) {
        *result = BOOT0_XFER_STALL;
        return true;
    }
    if (vboard_faults_find(board, VBOARD_FAULT_TIMEOUT, number)) {
        *result = BOOT0_XFER_TIMEOUT;
        return true;
    }
    return false;
}

void vboard_faults_status(struct vboard *board, uint8_t *data, size_t size)
{
    uint32_t bits = GARBAGE_SEED ^ board->status_requests;

    if (!vboard_faults_find(board, VBOARD_FAULT_STATUS, board->status_requests))
        return;
    vboard_trace(board, "fault: garbage for GETSTATUS %u", (unsigned)board->status_requests);
    for (size_t i = 0; i < size; i++) {
        bits = bits * 1664525u + 1013904223u;
        data[i] = (uint8_t)(bits >> 24);
    }
}

uint32_t vboard_faults_address(struct vboard *board, uint32_t address)
{
    const struct vboard_fault *fault =
        vboard_faults_find(board, VBOARD_FAULT_ADDRESS, ++board->address_commands);

    if (!fault)
        return address;
    vboard_trace(board, "fault: address 0x%08x is taken with bit %u wrong", address, fault->value);
    return address ^ UINT32_C(1) << fault->value;
}

void vboard_faults_operation(struct vboard *board, uint64_t duration_us)
{
    const struct vboard_fault *cut =
        vboard_faults_find(board, VBOARD_FAULT_POWERCUT, board->stats.flash_operations);

    if (!cut)
        return;
    vboard_trace(board, "fault: power will be cut in flash operation %u", cut->at);
    board->replug_after_ms = cut->after_ms;
    board->cut_us = board->now_us + duration_us / 2;
}

void vboard_faults_descriptor(const struct vboard *board, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < board->settings.fault_count; i++) {
        const struct vboard_fault *fault = &board->settings.faults[i];

        if (fault->kind == VBOARD_FAULT_DESCRIPTOR && fault->at < size)
            bytes[fault->at] = fault->value;
    }
}
