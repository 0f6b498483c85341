/* SPDX-License-Identifier: MIT */
/*
 * Writes to memories with addresses, with dfu-util's result: flash sectors that the image touches
 * contain the image, and are erased where it has no data. Unlike dfu-util, leaves alone sectors
 * that already have these contents. Writes everything else unchanged, as dfu-util does.
 */
#include "../print.h"
#include "dfu_util.h"

#include <core/family/family.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECTOR_SIZE_MAX = 16 << 20, /* a board that says more is not believed */
};

/* How bytes are written. */
enum kind {
    BY_SECTOR, /* flash: sectors are erased and written */
    TO_BLANK,  /* flash that is erased already */
    AS_BYTES,  /* not flash, or memory that the board does not list (force) */
};

struct writer {
    struct dfu_util_run *run;
    const struct boot0_layout *layout;
    const struct boot0_image *image;
    uint8_t alternate;
    bool erased;
    struct boot0_image *flash; /* the flash's target contents: whole sectors, unless it is erased */
};

static enum kind kind_at(const struct writer *writer, uint64_t address)
{
    const uint8_t both = BOOT0_SECTOR_ERASABLE | BOOT0_SECTOR_WRITABLE;
    struct boot0_sector sector = boot0_layout_sector_at(writer->layout, (uint32_t)address);

    if (sector.size == 0 || (sector.access & both) != both)
        return AS_BYTES;
    return writer->erased ? TO_BLANK : BY_SECTOR;
}

/* Checks the last address first: the usual mistake is a file that is larger than the board. */
static int check_writable(const struct writer *writer, const struct boot0_segment *segment)
{
    uint32_t last = segment->address + (uint32_t)(segment->size - 1), where;
    struct boot0_sector sector = boot0_layout_sector_at(writer->layout, last);

    if (writer->run->dfuse.force)
        return DFU_UTIL_OK;
    if (sector.size == 0 || !(sector.access & BOOT0_SECTOR_WRITABLE))
        return dfu_util_fail(DFU_UTIL_USAGE, "Last page at 0x%08x is not writeable", last);
    if (boot0_layout_covers(writer->layout, segment->address, (uint32_t)segment->size,
                            BOOT0_SECTOR_WRITABLE, &where))
        return DFU_UTIL_OK;
    return dfu_util_fail(DFU_UTIL_USAGE, "Page at 0x%08x is not writeable", where);
}

/* ---- the parts of a segment ---- */

/* The end of the sector at an address, or of the gap between memories; at most `end`. */
static uint64_t end_of_sector(const struct writer *writer, uint64_t at, uint64_t end)
{
    const struct boot0_layout *layout = writer->layout;
    struct boot0_sector sector = boot0_layout_sector_at(layout, (uint32_t)at);
    uint64_t next = sector.size ? (uint64_t)sector.address + sector.size : end;

    for (size_t i = 0; i < layout->region_count && sector.size == 0; i++)
        if (layout->regions[i].address > at && layout->regions[i].address < next)
            next = layout->regions[i].address;
    return next < end ? next : end;
}

static uint64_t end_of_kind(const struct writer *writer, uint64_t at, uint64_t end)
{
    enum kind kind = kind_at(writer, at);

    while (at < end && kind_at(writer, at) == kind)
        at = end_of_sector(writer, at, end);
    return at;
}

/*
 * Adds all sectors from the one at `at` to the one that has the byte before `end`. Gaps in the
 * image get the value of erased flash.
 */
static enum boot0_status add_sectors(struct writer *writer, uint64_t at, uint64_t end,
                                     struct boot0_error *error)
{
    const struct boot0_board *board = boot0_session_board(writer->run->session);
    uint8_t erased = b0_chips_erased_byte(board->chips, board->chip_count);
    enum boot0_status status = BOOT0_OK;

    while (at < end && status == BOOT0_OK) {
        struct boot0_sector sector = boot0_layout_sector_at(writer->layout, (uint32_t)at);
        uint8_t *bytes = sector.size <= SECTOR_SIZE_MAX ? malloc(sector.size) : NULL;

        if (!bytes)
            return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for a sector of %u bytes",
                              sector.size);
        memset(bytes, erased, sector.size);
        boot0_image_copy(writer->image, writer->alternate, sector.address, bytes, sector.size);
        status = boot0_image_add(writer->flash, writer->alternate, sector.address, bytes,
                                 sector.size, error);
        free(bytes);
        at = (uint64_t)sector.address + sector.size;
    }
    return status;
}

static enum boot0_status write_bytes(struct writer *writer, enum kind kind, uint32_t address,
                                     const uint8_t *data, uint32_t size, struct boot0_error *error)
{
    enum boot0_status status =
        boot0_session_write(writer->run->session, address, data, size, error);

    /* Option bytes that take effect at once reset the board. */
    if (status == BOOT0_E_GONE && writer->run->dfuse.will_reset) {
        dfu_util_bar_break(&writer->run->bar);
        puts("The board has reset");
        writer->run->gone = true;
        return BOOT0_OK;
    }
    if (status == BOOT0_OK && kind == TO_BLANK)
        status = boot0_image_add(writer->flash, writer->alternate, address, data, size, error);
    return status;
}

/* The first pass collects sectors, the second one writes everything not written by sector. */
enum pass {
    COLLECT,
    WRITE,
};

static enum boot0_status go_through(struct writer *writer, const struct boot0_segment *segment,
                                    enum pass pass, struct boot0_error *error)
{
    uint64_t begin = segment->address, end = begin + segment->size, next;
    enum boot0_status status = BOOT0_OK;

    for (uint64_t at = begin; at < end && status == BOOT0_OK; at = next) {
        enum kind kind = kind_at(writer, at);

        next = end_of_kind(writer, at, end);
        if (kind == BY_SECTOR && pass == COLLECT)
            status = add_sectors(writer, at, next, error);
        else if (kind != BY_SECTOR && pass == WRITE)
            status = write_bytes(writer, kind, (uint32_t)at, segment->data + (at - begin),
                                 (uint32_t)(next - at), error);
    }
    return status;
}

static enum boot0_status go_through_all(struct writer *writer, enum pass pass,
                                        struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    for (size_t i = 0; i < writer->image->segment_count && status == BOOT0_OK; i++)
        if (writer->image->segments[i].alternate == writer->alternate)
            status = go_through(writer, &writer->image->segments[i], pass, error);
    return status;
}

/* ---- the whole image ---- */

static const struct boot0_flash_options as_it_is = {
    .no_preserve = true,
    .no_run = true,
    .ignore_suffix = true,
    .force = true,
    .allow_option_bytes = true,
};

static enum boot0_status write_all(struct writer *writer, struct boot0_error *error)
{
    struct boot0_session *session = writer->run->session;
    enum boot0_status status = go_through_all(writer, COLLECT, error);

    if (status == BOOT0_OK && writer->flash->segment_count > 0)
        status = boot0_session_flash(session, writer->flash, &as_it_is, error);
    if (status == BOOT0_OK)
        status = go_through_all(writer, WRITE, error);
    if (status == BOOT0_OK && writer->erased && writer->flash->segment_count > 0)
        status = boot0_session_verify(session, writer->flash, &as_it_is, error);
    return status;
}

/* Prints what will be written. Fails if it cannot be written. */
static int announce(const struct writer *writer, uint64_t *bytes)
{
    int code = DFU_UTIL_OK;

    *bytes = 0;
    for (size_t i = 0; i < writer->image->segment_count && code == DFU_UTIL_OK; i++) {
        const struct boot0_segment *segment = &writer->image->segments[i];

        if (segment->alternate != writer->alternate)
            continue;
        print("Downloading element to address = 0x%08x, size = %zu\n", segment->address,
              segment->size);
        *bytes += segment->size;
        code = check_writable(writer, segment);
    }
    return code;
}

int dfu_util_write(struct dfu_util_run *run, const struct dfu_util_target *target,
                   const struct boot0_image *image, bool erased)
{
    struct writer writer = {
        .run = run,
        .layout = &target->alternate->layout,
        .image = image,
        .alternate = target->alternate->alternate,
        .erased = erased,
        .flash = boot0_image_new(),
    };
    struct boot0_error error;
    uint64_t bytes;
    int code;

    if (!writer.flash)
        return dfu_util_fail(DFU_UTIL_SOFTWARE, "out of memory");
    code = announce(&writer, &bytes);
    if (code == DFU_UTIL_OK && write_all(&writer, &error) != BOOT0_OK) {
        dfu_util_bar_break(&run->bar);
        code = dfu_util_error(&error);
    }
    if (code == DFU_UTIL_OK)
        dfu_util_bar_done(&run->bar, "Download", bytes);
    boot0_image_free(writer.flash);
    return code;
}
