/* SPDX-License-Identifier: MIT */
#include "silicon.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TRACE_SHOWN = 4000,
    NAME_MAX = 4096,
};
#define FLASH_END 0x08100000u

static const char *folder;

static size_t read_binary(const char *name, uint8_t *bytes, size_t size)
{
    char path[NAME_MAX];
    size_t length = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s.bin", folder, name);
    file = fopen(path, "rb");
    if (file) {
        length = fread(bytes, 1, size, file);
        fclose(file);
    }
    return length;
}

bool silicon_find(const char *name)
{
    uint8_t byte;

    folder = name;
    return read_binary("bootloader-generic-f407", &byte, 1) == 1;
}

static void load(struct silicon *silicon, const char *name, uint32_t address)
{
    static uint8_t bytes[64 * 1024];
    size_t size = name ? read_binary(name, bytes, sizeof bytes) : 0;

    if (name && size == 0)
        fail_msg("%s is not there", name);
    assert_true(size == 0 || vboard_poke(silicon->board, address, bytes, size));
}

void silicon_open(struct silicon *silicon, const char *spec, const char *bootloader,
                  const char *program)
{
    struct boot0_error error = {.code = BOOT0_OK};

    memset(silicon, 0, sizeof *silicon);
    if (boot0_virtual_open(&silicon->bus, &spec, 1, &error) != BOOT0_OK)
        fail_msg("%s: %s", spec, error.message);
    silicon->board = boot0_virtual_board(&silicon->bus, 0);
    silicon->trace_file = open_memstream(&silicon->trace, &silicon->trace_size);
    assert_non_null(silicon->trace_file);
    load(silicon, bootloader, BOOTLOADER_AT);
    load(silicon, program, bootloader ? PROGRAM_AT : BOOTLOADER_AT);
    vboard_set_trace(silicon->board, silicon->trace_file);
    silicon->violations = stats_of(silicon->board).violations;
    vboard_power_cycle(silicon->board);
}

uint64_t silicon_violations(const struct silicon *silicon)
{
    return stats_of(silicon->board).violations - silicon->violations;
}

void silicon_fail(struct silicon *silicon, const char *what)
{
    size_t skip;

    fflush(silicon->trace_file);
    skip = silicon->trace_size > TRACE_SHOWN ? silicon->trace_size - TRACE_SHOWN : 0;
    fail_msg("%s; the end of the trace:\n%s", what, silicon->trace + skip);
}

unsigned silicon_trace_count(struct silicon *silicon, const char *text)
{
    unsigned count = 0;
    const char *at;

    fflush(silicon->trace_file);
    for (at = strstr(silicon->trace, text); at; at = strstr(at + 1, text))
        count++;
    return count;
}

void silicon_close(struct silicon *silicon)
{
    if (silicon_violations(silicon) > 0)
        silicon_fail(silicon, "violations");
    vboard_set_trace(silicon->board, NULL);
    boot0_bus_close(&silicon->bus);
    fclose(silicon->trace_file);
    free(silicon->trace);
}

bool silicon_shows(struct silicon *silicon, uint16_t product, uint32_t within_ms)
{
    uint64_t end_us = vboard_now_us(silicon->board) + within_ms * MS;
    uint8_t device[BOOT0_USB_DEVICE_DESC_SIZE] = {0};

    for (;;) {
        if (vboard_descriptors(silicon->board, device, sizeof device) == sizeof device &&
            b0_load16(device + 10) == product)
            return true;
        if (vboard_now_us(silicon->board) >= end_us)
            return false;
        vboard_wait(silicon->board, MS);
    }
}

/* ---- DFU ---- */

static struct b0_dfu_status timed_status(struct silicon *silicon, uint64_t *longest_us)
{
    uint64_t start_us = vboard_now_us(silicon->board);
    const struct boot0_setup setup = {IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 0, BOOT0_DFU_STATUS_SIZE};
    uint8_t bytes[BOOT0_DFU_STATUS_SIZE] = {0};
    size_t size = 0;

    if (vboard_control(silicon->board, &setup, bytes, &size, 4 * TIMEOUT) != BOOT0_XFER_OK ||
        size != sizeof bytes)
        silicon_fail(silicon, "GETSTATUS is not answered");
    if (longest_us && vboard_now_us(silicon->board) - start_us > *longest_us)
        *longest_us = vboard_now_us(silicon->board) - start_us;
    return b0_dfu_status_load(bytes);
}

uint8_t silicon_dnload(struct silicon *silicon, uint16_t block, const uint8_t *data, uint16_t size,
                       uint64_t *longest_us)
{
    const struct boot0_setup setup = {OUT_CLASS, BOOT0_DFU_DNLOAD, block, 0, size};
    uint8_t copy[4096] = {0};
    struct b0_dfu_status status;
    size_t actual;

    if (size > 0)
        memcpy(copy, data, size);
    if (vboard_control(silicon->board, &setup, copy, &actual, 8 * TIMEOUT) != BOOT0_XFER_OK)
        return timed_status(silicon, longest_us).status;
    do {
        status = timed_status(silicon, longest_us);
        vboard_wait(silicon->board, status.poll_timeout_ms * MS);
    } while (status.state == BOOT0_DFU_STATE_DNBUSY);
    return status.status;
}

static uint8_t timed_command(struct silicon *silicon, uint8_t command, uint32_t address,
                             uint64_t *longest_us)
{
    uint8_t bytes[5] = {command};

    b0_store32(bytes + 1, address);
    return silicon_dnload(silicon, 0, bytes, address == 0 ? 1 : 5, longest_us);
}

uint8_t silicon_command(struct silicon *silicon, uint8_t command, uint32_t address)
{
    return timed_command(silicon, command, address, NULL);
}

const uint8_t *silicon_program(uint32_t *size)
{
    static uint8_t program[FLASH_END - PROGRAM_AT];

    for (uint32_t i = 0; i < sizeof program; i++)
        program[i] = (uint8_t)(i * 7 ^ i >> 8);
    b0_store32(program, 0x20020000);
    b0_store32(program + 4, PROGRAM_AT + 0x101);
    b0_store16(program + 0x100, 0xe7fe); /* b . */
    *size = sizeof program;
    return program;
}

uint8_t silicon_update(struct silicon *silicon, uint64_t *longest_us)
{
    uint32_t size;
    const uint8_t *program = silicon_program(&size);
    uint8_t status = timed_command(silicon, BOOT0_DFUSE_ERASE, 0, longest_us);

    if (status == BOOT0_DFU_STATUS_OK)
        status = timed_command(silicon, BOOT0_DFUSE_SET_ADDRESS, PROGRAM_AT, longest_us);
    for (uint32_t at = 0; at < size && status == BOOT0_DFU_STATUS_OK; at += 4096)
        status = silicon_dnload(silicon, (uint16_t)(2 + at / 4096), program + at, 4096, longest_us);
    if (status == BOOT0_DFU_STATUS_OK)
        status = silicon_dnload(silicon, 0, NULL, 0, longest_us);
    return status;
}

enum boot0_xfer silicon_vendor(struct silicon *silicon, uint16_t command, uint16_t value)
{
    const struct boot0_setup setup = {BOOT0_USB_TYPE_VENDOR, B0_EXTENSION_VENDOR_CODE, value,
                                      command, 0};
    size_t actual;

    return vboard_control(silicon->board, &setup, NULL, &actual, TIMEOUT);
}

struct b0_extension_info silicon_info(struct silicon *silicon)
{
    const struct boot0_setup setup = {BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_VENDOR,
                                      B0_EXTENSION_VENDOR_CODE, 0, B0_EXTENSION_GET_INFO,
                                      B0_EXTENSION_INFO_SIZE};
    uint8_t bytes[B0_EXTENSION_INFO_SIZE];
    struct b0_extension_info info = {0};
    size_t size = 0;

    if (vboard_control(silicon->board, &setup, bytes, &size, TIMEOUT) != BOOT0_XFER_OK ||
        !b0_extension_info_load(&info, bytes, size))
        silicon_fail(silicon, "GET_INFO is not answered");
    return info;
}
