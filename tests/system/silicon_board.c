/* SPDX-License-Identifier: MIT */
#include "silicon.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TRACE_SHOWN = 4000,
    NAME_MAX = 4096,
};

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
    memset(silicon, 0, sizeof *silicon);
    silicon->board = new_board(spec);
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
    free_board(silicon->board);
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

struct b0_extension_info silicon_info(struct silicon *silicon)
{
    const struct boot0_setup setup = {BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_VENDOR,
                                      B0_EXTENSION_VENDOR_CODE, 0, B0_EXTENSION_GET_INFO,
                                      B0_EXTENSION_INFO_SIZE};
    uint8_t bytes[B0_EXTENSION_INFO_SIZE];
    struct b0_extension_info info;
    size_t size = 0;

    if (vboard_control(silicon->board, &setup, bytes, &size, TIMEOUT) != BOOT0_XFER_OK ||
        !b0_extension_info_load(&info, bytes, size))
        silicon_fail(silicon, "GET_INFO is not answered");
    return info;
}
