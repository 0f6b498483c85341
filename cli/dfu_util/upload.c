/* SPDX-License-Identifier: MIT */
/* -U: copies from the board into a new file. */
#include "../print.h"
#include "dfu_util.h"

#include <base/platform/file.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    PART = 1 << 16,         /* bytes read before they are written to the file */
    UNKNOWN_LIMIT = 0x4000, /* what dfu-util reads where it does not know the end */
    PLAIN_LIMIT = 64 << 20, /* for a board that uploads without end */
};

static int put(FILE *file, const uint8_t *data, size_t size)
{
    if (fwrite(data, 1, size, file) == size)
        return DFU_UTIL_OK;
    return dfu_util_fail(DFU_UTIL_IO, "cannot write the file: %s", strerror(errno));
}

/* ---- plain DFU ---- */

static int upload_plain(struct dfu_util_run *run, FILE *file)
{
    uint32_t expected = (uint32_t)run->options->expected_size;
    struct boot0_error error;
    uint8_t *data;
    size_t size;
    int code;

    puts("Copying data from DFU device to PC");
    run->bar.total = expected;
    if (boot0_session_upload(run->session, &data, &size, PLAIN_LIMIT, &error) != BOOT0_OK) {
        dfu_util_bar_break(&run->bar);
        return dfu_util_error(&error);
    }
    dfu_util_bar_done(&run->bar, "Upload", size);
    print("Received a total of %zu bytes\n", size);
    if (expected != 0 && size != expected)
        print_to(stderr, "Note: %u bytes were expected\n", expected);
    code = put(file, data, size);
    free(data);
    return code;
}

/* ---- DfuSe ---- */

static const struct boot0_region *region_of(const struct boot0_layout *layout, uint32_t address)
{
    for (size_t i = 0; i < layout->region_count; i++) {
        const struct boot0_region *region = &layout->regions[i];
        uint64_t size = (uint64_t)region->sector_size * region->sector_count;

        if (address >= region->address && address - region->address < size)
            return region;
    }
    return NULL;
}

/* Finds the address and length. Without a length, reads to the end of the region. */
static int find_range(struct dfu_util_run *run, uint32_t *address, uint32_t *length)
{
    const struct boot0_layout *layout = &run->targets[0].alternate->layout;
    const struct dfu_util_dfuse *dfuse = &run->dfuse;
    const struct boot0_region *region;

    *address = dfuse->address;
    *length = dfuse->length ? dfuse->length : UNKNOWN_LIMIT;
    if (!dfuse->has_address) {
        /* dfu-util leaves this to the board, whose pointer is at the memory's start. */
        *address = layout->regions[0].address;
        print("Limiting default upload to %u bytes\n", *length);
        return DFU_UTIL_OK;
    }
    region = region_of(layout, *address);
    if (!dfuse->force && (!region || !(region->access & BOOT0_SECTOR_READABLE)))
        return dfu_util_fail(DFU_UTIL_USAGE, "Page at 0x%08x is not readable", *address);
    if (dfuse->length)
        return DFU_UTIL_OK;
    if (region)
        *length = (uint32_t)((uint64_t)region->sector_size * region->sector_count -
                             (*address - region->address));
    print("Limiting upload to %s%u bytes\n", region ? "end of memory segment, " : "", *length);
    return DFU_UTIL_OK;
}

/* Reads one part into the file, including what came before a failure. */
static int copy_part(struct dfu_util_run *run, uint32_t address, uint8_t *buffer, uint32_t size,
                     FILE *file)
{
    struct boot0_report before, after;
    struct boot0_error error;
    enum boot0_status status;
    size_t got;
    int code;

    boot0_session_report(run->session, &before);
    status = boot0_session_read(run->session, address, buffer, size, &error);
    boot0_session_report(run->session, &after);
    got = status == BOOT0_OK ? size : (size_t)(after.bytes_read - before.bytes_read);
    code = put(file, buffer, got < size ? got : size);
    if (status == BOOT0_OK || code != DFU_UTIL_OK)
        return code;
    dfu_util_bar_break(&run->bar);
    return dfu_util_error(&error);
}

static int copy(struct dfu_util_run *run, uint32_t address, uint32_t length, FILE *file)
{
    uint8_t *buffer = malloc(PART);
    int code = DFU_UTIL_OK;

    if (!buffer)
        return dfu_util_fail(DFU_UTIL_SOFTWARE, "out of memory");
    run->bar.total = length;
    for (uint32_t done = 0; done < length && code == DFU_UTIL_OK;) {
        uint32_t part = length - done < PART ? length - done : PART;

        run->bar.base = done;
        code = copy_part(run, address + done, buffer, part, file);
        done += part;
    }
    free(buffer);
    if (code == DFU_UTIL_OK)
        dfu_util_bar_done(&run->bar, "Upload", length);
    return code;
}

static int upload_dfuse(struct dfu_util_run *run, FILE *file)
{
    uint32_t address, length;
    struct boot0_error error;
    int code;

    if (run->options->dfuse && !dfu_util_dfuse(run->options->dfuse, &run->dfuse, &error))
        return dfu_util_error(&error);
    if (!dfu_util_print_layout(run->targets[0].alternate, run->options->verbose > 0))
        return dfu_util_fail(DFU_UTIL_IO, "Failed to parse memory layout");
    code = find_range(run, &address, &length);
    if (code == DFU_UTIL_OK)
        code = copy(run, address, length, file);
    return code == DFU_UTIL_OK ? dfu_util_leave(run, address) : code;
}

int dfu_util_upload(struct dfu_util_run *run)
{
    struct boot0_error error;
    FILE *file;
    int code;

    if (dfu_util_use(run, &run->targets[0], &error) != BOOT0_OK)
        return dfu_util_error(&error);
    file = b0_file_open(run->options->file, "wbx"); /* never overwrites a file */
    if (!file)
        return dfu_util_fail(DFU_UTIL_CANNOT_CREATE, "Cannot open file %s for writing: %s",
                             run->options->file, strerror(errno));
    run->bar.read_is_upload = true;
    if (boot0_session_board(run->session)->has_addresses || run->options->dfuse)
        code = upload_dfuse(run, file);
    else
        code = upload_plain(run, file);
    if (fclose(file) != 0 && code == DFU_UTIL_OK)
        code = dfu_util_fail(DFU_UTIL_IO, "cannot write the file: %s", strerror(errno));
    return code;
}
