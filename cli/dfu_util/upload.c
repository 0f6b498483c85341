/* SPDX-License-Identifier: MIT */
/* -U: from the board into a new file. */
#include "../print.h"
#include "dfu_util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    PART = 1 << 16,         /* bytes that are read before they are put into the file */
    UNKNOWN_LIMIT = 0x4000, /* how much dfu-util reads where it does not know the end */
    PLAIN_LIMIT = 64 << 20, /* of a board that uploads without end */
};

static int put(FILE *file, const uint8_t *data, size_t size)
{
    if (fwrite(data, 1, size, file) == size)
        return DFU_UTIL_OK;
    return dfu_util_fail(DFU_UTIL_IO, "the file cannot be written: %s", strerror(errno));
}

/* ---- plain DFU ---- */

static int upload_plain(struct dfu_util_job *job, FILE *file)
{
    uint32_t expected = (uint32_t)job->options->expected_size;
    struct boot0_error error;
    uint8_t *data;
    size_t size;
    int code;

    puts("Copying data from DFU device to PC");
    job->bar.total = expected;
    if (boot0_session_upload(job->session, &data, &size, PLAIN_LIMIT, &error) != BOOT0_OK) {
        dfu_util_bar_break(&job->bar);
        return dfu_util_error(&error);
    }
    dfu_util_bar_done(&job->bar, "Upload", size);
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

/* From where, and how much: without a length, to the end of the region. */
static int find_range(struct dfu_util_job *job, uint32_t *address, uint32_t *length)
{
    const struct boot0_layout *layout = &job->targets[0].alternate->layout;
    const struct dfu_util_dfuse *dfuse = &job->dfuse;
    const struct boot0_region *region;

    *address = dfuse->address;
    *length = dfuse->length ? dfuse->length : UNKNOWN_LIMIT;
    if (!dfuse->has_address) {
        /* dfu-util leaves it to the board; its pointer stands at the memory's start. */
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

/* Reads one part into the file; what came before a failure, too. */
static int copy_part(struct dfu_util_job *job, uint32_t address, uint8_t *buffer, uint32_t size,
                     FILE *file)
{
    struct boot0_report before, after;
    struct boot0_error error;
    enum boot0_status status;
    size_t got;
    int code;

    boot0_session_report(job->session, &before);
    status = boot0_session_read(job->session, address, buffer, size, &error);
    boot0_session_report(job->session, &after);
    got = status == BOOT0_OK ? size : (size_t)(after.bytes_read - before.bytes_read);
    code = put(file, buffer, got < size ? got : size);
    if (status == BOOT0_OK || code != DFU_UTIL_OK)
        return code;
    dfu_util_bar_break(&job->bar);
    return dfu_util_error(&error);
}

static int copy(struct dfu_util_job *job, uint32_t address, uint32_t length, FILE *file)
{
    uint8_t *buffer = malloc(PART);
    int code = DFU_UTIL_OK;

    if (!buffer)
        return dfu_util_fail(DFU_UTIL_SOFTWARE, "out of memory");
    job->bar.total = length;
    for (uint32_t done = 0; done < length && code == DFU_UTIL_OK;) {
        uint32_t part = length - done < PART ? length - done : PART;

        job->bar.base = done;
        code = copy_part(job, address + done, buffer, part, file);
        done += part;
    }
    free(buffer);
    if (code == DFU_UTIL_OK)
        dfu_util_bar_done(&job->bar, "Upload", length);
    return code;
}

static int upload_dfuse(struct dfu_util_job *job, FILE *file)
{
    uint32_t address, length;
    struct boot0_error error;
    int code;

    if (job->options->dfuse && !dfu_util_dfuse(job->options->dfuse, &job->dfuse, &error))
        return dfu_util_error(&error);
    if (!dfu_util_print_layout(job->targets[0].alternate, job->options->verbose > 0))
        return dfu_util_fail(DFU_UTIL_IO, "Failed to parse memory layout");
    code = find_range(job, &address, &length);
    if (code == DFU_UTIL_OK)
        code = copy(job, address, length, file);
    return code == DFU_UTIL_OK ? dfu_util_leave(job, address) : code;
}

int dfu_util_upload(struct dfu_util_job *job)
{
    struct boot0_error error;
    FILE *file;
    int code;

    if (dfu_util_use(job, &job->targets[0], &error) != BOOT0_OK)
        return dfu_util_error(&error);
    file = fopen(job->options->file, "wbx"); /* never one that exists */
    if (!file)
        return dfu_util_fail(DFU_UTIL_CANNOT_CREATE, "Cannot open file %s for writing: %s",
                             job->options->file, strerror(errno));
    job->bar.read_is_upload = true;
    if (boot0_session_board(job->session)->has_addresses || job->options->dfuse)
        code = upload_dfuse(job, file);
    else
        code = upload_plain(job, file);
    if (fclose(file) != 0 && code == DFU_UTIL_OK)
        code = dfu_util_fail(DFU_UTIL_IO, "the file cannot be written: %s", strerror(errno));
    return code;
}
