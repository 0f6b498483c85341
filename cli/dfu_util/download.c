/* SPDX-License-Identifier: MIT */
/* -D, and the commands of -s that need no file. */
#include "../print.h"
#include "dfu_util.h"

enum {
    ANY_ID = 0xffff,
};

static bool id_differs(uint16_t in_file, uint16_t of_board)
{
    return in_file != ANY_ID && in_file != of_board;
}

/* A suffix may name the ids of the program or the bootloader; the user's options count, too. */
static int check_ids(const struct dfu_util_run *run)
{
    const struct dfu_util_file *file = &run->file;
    const struct boot0_board *board = boot0_session_board(run->session);
    bool of_program = !id_differs(file->vendor, run->runtime_vendor) &&
                      !id_differs(file->product, run->runtime_product);
    bool of_board = !id_differs(file->vendor, board->usb.vendor) &&
                    !id_differs(file->product, board->usb.product);

    if (!of_program && !of_board)
        return dfu_util_fail(DFU_UTIL_USAGE,
                             "Error: File ID %04x:%04x does not match device (%04x:%04x or "
                             "%04x:%04x)",
                             file->vendor, file->product, run->runtime_vendor, run->runtime_product,
                             board->usb.vendor, board->usb.product);
    if (!of_board && board->mode == BOOT0_MODE_DFU)
        print_to(stderr, "Note: the file's suffix is for %04x:%04x, and this board is %04x:%04x\n",
                 file->vendor, file->product, board->usb.vendor, board->usb.product);
    return DFU_UTIL_OK;
}

/* ---- plain DFU ---- */

static int download_plain(struct dfu_util_run *run)
{
    const struct boot0_board *board = boot0_session_board(run->session);
    const struct boot0_flash_options options = {
        .ignore_suffix = true,
        .force = true,
        /* DFU 1.1, 6.1.2: other boards wait for a USB reset after manifestation. */
        .no_run = (board->attributes & BOOT0_DFU_MANIFESTATION_TOLERANT) != 0,
    };
    struct boot0_error error;

    if (dfu_util_use(run, &run->targets[0], &error) != BOOT0_OK)
        return dfu_util_error(&error);
    puts("Copying data from PC to DFU device");
    if (boot0_session_flash(run->session, run->file.image, &options, &error) != BOOT0_OK) {
        dfu_util_bar_break(&run->bar);
        return dfu_util_error(&error);
    }
    dfu_util_bar_done(&run->bar, "Download", boot0_image_size(run->file.image));
    if (!options.no_run)
        puts("Resetting USB to switch back to runtime mode");
    puts("Done!");
    return DFU_UTIL_OK;
}

/* ---- DfuSe ---- */

int dfu_util_leave(struct dfu_util_run *run, uint32_t otherwise)
{
    uint32_t address = run->dfuse.has_address ? run->dfuse.address : otherwise;
    struct boot0_error error;

    if (!run->dfuse.leave)
        return DFU_UTIL_OK;
    puts("Submitting leave request...");
    if (boot0_session_leave(run->session, address, &error) != BOOT0_OK)
        return dfu_util_error(&error);
    puts("Transitioning to dfuMANIFEST state");
    return DFU_UTIL_OK;
}

static int check_layouts(const struct dfu_util_run *run)
{
    for (size_t i = 0; i < run->target_count; i++)
        if (!dfu_util_print_layout(run->targets[i].alternate, run->options->verbose > 0))
            return dfu_util_fail(DFU_UTIL_IO, "Failed to parse memory layout of alternate %u",
                                 run->targets[i].alternate->alternate);
    return DFU_UTIL_OK;
}

static int unprotect(struct dfu_util_run *run)
{
    struct boot0_error error;

    if (!run->dfuse.force)
        return dfu_util_fail(DFU_UTIL_USAGE, "unprotect erases the whole flash, and can only be "
                                             "used with force");
    if (boot0_session_unprotect(run->session, &error) != BOOT0_OK)
        return dfu_util_error(&error);
    puts("Device disconnects, erases flash and resets now");
    run->gone = true;
    return DFU_UTIL_OK;
}

static int mass_erase(struct dfu_util_run *run)
{
    struct boot0_error error;

    if (!run->dfuse.force)
        return dfu_util_fail(DFU_UTIL_USAGE, "mass-erase can only be used with force");
    puts("Performing mass erase, this can take a moment");
    return boot0_session_mass_erase(run->session, &error) == BOOT0_OK ? DFU_UTIL_OK
                                                                      : dfu_util_error(&error);
}

/* Writes bytes to the address of -s. */
static int download_bytes(struct dfu_util_run *run)
{
    struct boot0_image *image = run->file.image;
    const struct dfu_util_target *target = &run->targets[0];
    struct boot0_error error;
    int code;

    if (run->file.says_dfuse)
        return dfu_util_fail(DFU_UTIL_USAGE, "This is a DfuSe file, which contains its addresses: "
                                             "omit the address");
    if (run->file.also && !run->dfuse.force)
        return dfu_util_fail(DFU_UTIL_USAGE,
                             "this is a file of format %s, not a program: use `boot0 flash` to "
                             "write its contents, or force to write the file itself",
                             run->file.also);
    if (boot0_image_place(image, run->dfuse.address, &error) != BOOT0_OK)
        return dfu_util_error(&error);
    image->segments[0].alternate = target->alternate->alternate;
    code = dfu_util_write(run, target, image, run->dfuse.mass_erase);
    if (code == DFU_UTIL_OK)
        puts("File downloaded successfully");
    return code;
}

static bool is_target(const struct dfu_util_run *run, uint8_t alternate)
{
    for (size_t i = 0; i < run->target_count; i++)
        if (run->targets[i].alternate->alternate == alternate)
            return true;
    return false;
}

/* Writes a DfuSe file: each image goes to the alternate setting that it names. */
static int download_targets(struct dfu_util_run *run)
{
    const struct boot0_image *image = run->file.image;
    struct boot0_error error;
    int code = DFU_UTIL_OK;

    for (size_t i = 0; i < image->segment_count; i++)
        if (!is_target(run, image->segments[i].alternate))
            print_to(
                stderr,
                "Note: alternate setting %u is not selected: skipping the file's data for it at "
                "0x%08x\n",
                image->segments[i].alternate, image->segments[i].address);
    /* Targets are listed from the last to the first. */
    for (size_t i = run->target_count; i-- > 0 && code == DFU_UTIL_OK;) {
        const struct dfu_util_target *target = &run->targets[i];
        bool has = false;

        for (size_t j = 0; j < image->segment_count; j++)
            has = has || image->segments[j].alternate == target->alternate->alternate;
        if (!has)
            continue;
        if (dfu_util_use(run, target, &error) != BOOT0_OK)
            return dfu_util_error(&error);
        code = dfu_util_write(run, target, image, run->dfuse.mass_erase);
    }
    if (code == DFU_UTIL_OK)
        puts("Done parsing DfuSe file");
    return code;
}

static int download_file(struct dfu_util_run *run)
{
    if (run->dfuse.has_address)
        return download_bytes(run);
    if (!run->file.says_dfuse)
        return dfu_util_fail(DFU_UTIL_USAGE, "the file contains no address: pass it with -s, e.g. "
                                             "-s 0x08000000");
    if (run->file.image->format != BOOT0_FORMAT_DFUSE)
        return dfu_util_fail(DFU_UTIL_DATA, "No valid DfuSe signature: the suffix says DfuSe, but "
                                            "the file is not a DfuSe file");
    return download_targets(run);
}

/* The start address if -s gives none: the start of the file, or of the flash. */
static uint32_t default_start(const struct dfu_util_run *run)
{
    const struct boot0_board *board = boot0_session_board(run->session);
    const struct boot0_image *image = run->file.image;

    if (image && image->has_addresses)
        return image->segments[0].address;
    return board->flash_alternate < 0
               ? 0
               : board->alternates[board->flash_alternate].layout.regions[0].address;
}

static int download_dfuse(struct dfu_util_run *run)
{
    struct boot0_error error;
    int code = check_layouts(run);

    if (code == DFU_UTIL_OK && dfu_util_use(run, &run->targets[0], &error) != BOOT0_OK)
        code = dfu_util_error(&error);
    if (code != DFU_UTIL_OK)
        return code;
    if (run->dfuse.unprotect)
        return unprotect(run);
    if (run->dfuse.mass_erase)
        code = mass_erase(run);
    if (code == DFU_UTIL_OK && run->file.image)
        code = download_file(run);
    else if (code == DFU_UTIL_OK)
        puts("DfuSe command mode");
    return code == DFU_UTIL_OK ? dfu_util_leave(run, default_start(run)) : code;
}

int dfu_util_download(struct dfu_util_run *run)
{
    const struct boot0_board *board = boot0_session_board(run->session);
    struct boot0_error error;
    int code = check_ids(run);

    if (code != DFU_UTIL_OK)
        return code;
    if (!board->has_addresses && run->options->dfuse)
        puts("Warning: DfuSe option used on non-DfuSe device");
    if (!board->has_addresses && !run->options->dfuse && !run->file.says_dfuse)
        return download_plain(run);
    if (run->options->dfuse && !dfu_util_dfuse(run->options->dfuse, &run->dfuse, &error))
        return dfu_util_error(&error);
    return download_dfuse(run);
}
