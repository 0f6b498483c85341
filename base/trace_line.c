/* SPDX-License-Identifier: MIT */
/* Writes and parses a transfer as a line of text. */
#include "trace_line.h"

#include <core/array.h>
#include <core/dfu.h>
#include <stdlib.h>
#include <string.h>

static const char *const standard_names[] = {
    [BOOT0_USB_GET_STATUS] = "GET_STATUS",
    [BOOT0_USB_CLEAR_FEATURE] = "CLEAR_FEATURE",
    [BOOT0_USB_SET_FEATURE] = "SET_FEATURE",
    [BOOT0_USB_SET_ADDRESS] = "SET_ADDRESS",
    [BOOT0_USB_GET_DESCRIPTOR] = "GET_DESCRIPTOR",
    [BOOT0_USB_SET_DESCRIPTOR] = "SET_DESCRIPTOR",
    [BOOT0_USB_GET_CONFIGURATION] = "GET_CONFIGURATION",
    [BOOT0_USB_SET_CONFIGURATION] = "SET_CONFIGURATION",
    [BOOT0_USB_GET_INTERFACE] = "GET_INTERFACE",
    [BOOT0_USB_SET_INTERFACE] = "SET_INTERFACE",
};

/* Serial ports: PSTN subclass of CDC, 1.2, table 13. */
static const struct {
    uint8_t bRequest;
    const char *name;
} serial_names[] = {
    {0x20, "SET_LINE_CODING"},
    {0x21, "GET_LINE_CODING"},
    {0x22, "SET_CONTROL_LINE_STATE"},
    {0x23, "SEND_BREAK"},
};

static const char *const results[] = {
    [BOOT0_XFER_OK] = "ok",     [BOOT0_XFER_STALL] = "STALL", [BOOT0_XFER_TIMEOUT] = "TIMEOUT",
    [BOOT0_XFER_GONE] = "GONE", [BOOT0_XFER_ERROR] = "ERROR",
};

enum {
    STANDARD_COUNT = B0_LENGTH(standard_names),
    SERIAL_COUNT = B0_LENGTH(serial_names),
    RESULT_COUNT = B0_LENGTH(results),
};

static bool is_class(const struct boot0_setup *setup)
{
    return (setup->bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_CLASS;
}

static bool is_vendor(const struct boot0_setup *setup)
{
    return (setup->bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_VENDOR;
}

/* Vendor requests to the device have numbers instead of names: "VENDOR-b0". */
#define VENDOR_NAME "VENDOR-"

static const char *request_name(const struct boot0_setup *setup)
{
    for (size_t i = 0; is_class(setup) && i < SERIAL_COUNT; i++)
        if (serial_names[i].bRequest == setup->bRequest)
            return serial_names[i].name;
    if (is_class(setup))
        return b0_dfu_request_name(setup->bRequest);
    if (!is_vendor(setup) && setup->bRequest < STANDARD_COUNT && standard_names[setup->bRequest])
        return standard_names[setup->bRequest];
    return "unknown";
}

static void write_request(FILE *file, const struct boot0_setup *setup)
{
    if (is_vendor(setup))
        fprintf(file, VENDOR_NAME "%02x", setup->bRequest);
    else
        fputs(request_name(setup), file);
}

/* ---- writing ---- */

const char *b0_trace_result_name(enum boot0_xfer result)
{
    return results[result];
}

void b0_trace_write_head(FILE *file, uint64_t at_us, const char *who)
{
    fprintf(file, "%5u.%06u %s ", (unsigned)(at_us / 1000000), (unsigned)(at_us % 1000000), who);
}

void b0_trace_write_event(FILE *file, uint64_t at_us, const char *who)
{
    b0_trace_write_head(file, at_us, who);
    fputs("--- ", file);
}

static void write_bytes(FILE *file, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        fprintf(file, " %02x", data[i]);
}

static void write_meaning(FILE *file, const struct b0_trace_transfer *transfer)
{
    if (is_class(&transfer->setup) && transfer->setup.bRequest == BOOT0_DFU_GETSTATUS &&
        transfer->actual == BOOT0_DFU_STATUS_SIZE) {
        struct b0_dfu_status status = b0_dfu_status_load(transfer->data);

        fprintf(file, " [%s %s %u ms]", b0_dfu_status_name(status.status),
                b0_dfu_state_name(status.state), (unsigned)status.poll_timeout_ms);
    } else if (transfer->state) {
        fprintf(file, " [%s]", transfer->state);
    }
}

void b0_trace_write(FILE *file, const struct b0_trace_transfer *transfer, bool whole)
{
    const struct boot0_setup *setup = &transfer->setup;
    bool in = setup->bmRequestType & BOOT0_USB_DIR_IN;
    size_t shown = transfer->actual < B0_TRACE_SHOWN ? transfer->actual : B0_TRACE_SHOWN;

    b0_trace_write_head(file, transfer->at_us, transfer->who);
    fputs(in ? "in  " : "out ", file);
    write_request(file, setup);
    fprintf(file, " value=0x%04x index=%u length=%u", setup->wValue, setup->wIndex, setup->wLength);
    if (in && transfer->result == BOOT0_XFER_OK && transfer->actual != setup->wLength)
        fprintf(file, " actual=%u", (unsigned)transfer->actual);
    fprintf(file, " %s", results[transfer->result]);
    write_meaning(file, transfer);
    write_bytes(file, transfer->data, shown);
    fputs(transfer->actual > shown ? " ...\n" : "\n", file);
    for (size_t at = shown; whole && at < transfer->actual; at += B0_TRACE_MORE) {
        size_t left = transfer->actual - at;

        fputs("            +", file);
        write_bytes(file, transfer->data + at, left < B0_TRACE_MORE ? left : B0_TRACE_MORE);
        fputc('\n', file);
    }
}

/* ---- reading ---- */

/* Reads one blank-separated word; false at the end of the line. */
static bool next_word(const char **text, char *word, size_t size)
{
    size_t length;

    *text += strspn(*text, " ");
    length = strcspn(*text, " \n");
    if (length == 0 || length >= size)
        return false;
    memcpy(word, *text, length);
    word[length] = '\0';
    *text += length;
    return true;
}

/* Parses "value=0x0002"; false if the word has another key or is out of range. */
static bool keyed_number(const char *word, const char *key, unsigned long *number)
{
    size_t length = strlen(key);
    char *end;

    if (strncmp(word, key, length) != 0 || word[length] != '=')
        return false;
    *number = strtoul(word + length + 1, &end, 0);
    return end != word + length + 1 && *end == '\0' && *number <= 0xffff;
}

static bool parse_time(const char *word, uint64_t *at_us)
{
    char *end;
    unsigned long long seconds = strtoull(word, &end, 10), part;

    if (end == word || *end != '.' || seconds > UINT32_MAX || strlen(end + 1) != 6)
        return false;
    part = strtoull(end + 1, &end, 10);
    *at_us = seconds * 1000000 + part;
    return *end == '\0';
}

static void parse_vendor(const char *word, struct boot0_setup *setup)
{
    unsigned long number;
    char *end;

    if (strncmp(word, VENDOR_NAME, strlen(VENDOR_NAME)) != 0)
        return;
    word += strlen(VENDOR_NAME);
    number = strtoul(word, &end, 16);
    if (strlen(word) == 2 && *end == '\0') {
        setup->bRequest = (uint8_t)number;
        setup->bmRequestType = BOOT0_USB_TYPE_VENDOR | BOOT0_USB_RECIPIENT_DEVICE;
    }
}

/* The names in these tables are distinct, so the name determines the type. */
static bool parse_request(const char *word, bool in, struct boot0_setup *setup)
{
    parse_vendor(word, setup);
    for (unsigned i = 0; i < BOOT0_DFU_REQUEST_COUNT; i++)
        if (strcmp(word, b0_dfu_request_name(i)) == 0) {
            setup->bRequest = (uint8_t)i;
            setup->bmRequestType = BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE;
        }
    for (size_t i = 0; i < SERIAL_COUNT; i++)
        if (strcmp(word, serial_names[i].name) == 0) {
            setup->bRequest = serial_names[i].bRequest;
            setup->bmRequestType = BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE;
        }
    for (unsigned i = 0; i < STANDARD_COUNT; i++)
        if (standard_names[i] && strcmp(word, standard_names[i]) == 0) {
            setup->bRequest = (uint8_t)i;
            setup->bmRequestType = BOOT0_USB_TYPE_STANDARD;
            if (i == BOOT0_USB_SET_INTERFACE || i == BOOT0_USB_GET_INTERFACE)
                setup->bmRequestType |= BOOT0_USB_RECIPIENT_INTERFACE;
        }
    if (setup->bmRequestType == 0xff)
        return false;
    if (in)
        setup->bmRequestType |= BOOT0_USB_DIR_IN;
    return true;
}

static bool parse_result(const char *word, enum boot0_xfer *result)
{
    for (int i = 0; i < RESULT_COUNT; i++)
        if (strcmp(word, results[i]) == 0) {
            *result = (enum boot0_xfer)i;
            return true;
        }
    return false;
}

const char *b0_trace_skip_head(const char *line, uint64_t *at_us)
{
    char word[64];

    if (!next_word(&line, word, sizeof word) || !parse_time(word, at_us))
        return NULL;
    line += strspn(line, " ");
    line += strcspn(line, " \n"); /* skips `who`; a port's path may be long */
    return line + strspn(line, " ");
}

bool b0_trace_take_result(const char **text, enum boot0_xfer *result)
{
    char word[16];

    return next_word(text, word, sizeof word) && parse_result(word, result);
}

static bool parse_setup(const char **line, struct boot0_setup *setup, unsigned long *actual)
{
    static const char *const keys[] = {"value", "index", "length"};
    unsigned long numbers[3];
    char word[32];

    for (size_t i = 0; i < 3; i++)
        if (!next_word(line, word, sizeof word) || !keyed_number(word, keys[i], &numbers[i]))
            return false;
    setup->wValue = (uint16_t)numbers[0];
    setup->wIndex = (uint16_t)numbers[1];
    setup->wLength = (uint16_t)numbers[2];
    *actual = numbers[2];
    return true;
}

size_t b0_trace_parse_bytes(const char *text, uint8_t *bytes, size_t room)
{
    size_t count = 0;
    char word[8], *end;

    while (count < room && next_word(&text, word, sizeof word)) {
        unsigned long byte = strtoul(word, &end, 16);

        if (*end != '\0' || strlen(word) != 2)
            break;
        bytes[count++] = (uint8_t)byte;
    }
    return count;
}

bool b0_trace_parse(const char *line, struct b0_trace_transfer *transfer,
                    uint8_t bytes[B0_TRACE_SHOWN], size_t *count)
{
    struct boot0_setup *setup = &transfer->setup;
    unsigned long actual;
    char word[64];
    bool in;

    memset(transfer, 0, sizeof *transfer);
    setup->bmRequestType = 0xff;
    if (!next_word(&line, word, sizeof word) || !parse_time(word, &transfer->at_us) ||
        !next_word(&line, word, sizeof word) || !next_word(&line, word, sizeof word))
        return false;
    in = strcmp(word, "in") == 0;
    if ((!in && strcmp(word, "out") != 0) || !next_word(&line, word, sizeof word) ||
        !parse_request(word, in, setup) || !parse_setup(&line, setup, &actual) ||
        !next_word(&line, word, sizeof word))
        return false;
    if (keyed_number(word, "actual", &actual) && !next_word(&line, word, sizeof word))
        return false;
    if (!parse_result(word, &transfer->result))
        return false;
    transfer->actual = transfer->result == BOOT0_XFER_OK ? actual : 0;
    line += strspn(line, " ");
    if (*line == '[') {
        line += strcspn(line, "]\n");
        line += *line == ']';
    }
    *count = b0_trace_parse_bytes(
        line, bytes, transfer->actual < B0_TRACE_SHOWN ? transfer->actual : B0_TRACE_SHOWN);
    return transfer->actual <= setup->wLength;
}
