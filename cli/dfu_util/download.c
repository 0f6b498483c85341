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

/* A suffix may name the program's ids or the bootloader's; what the user asked for counts, too. */
static int check_ids(const struct dfu_util_job *job)
{
    const struct dfu_util_file *file = &job->file;
    const struct boot0_board *board = boot0_session_board(job->session);
    bool of_program = !id_differs(file->vendor, job->runtime_vendor) &&
                      !id_differs(file->product, job->runtime_product);
    bool of_board = !id_differs(file->vendor, board->usb.vendor) &&
                    !id_differs(file->product, board->usb.product);

    if (!of_program && !of_board)
        return dfu_util_fail(DFU_UTIL_USAGE,
                             "Error: File ID %04x:%04x does not match device (%04x:%04x or "
                             "%04x:%04x)",
                             file->vendor, file->product, job->runtime_vendor, job->runtime_product,
                             board->usb.vendor, board->usb.product);
    if (!of_board && board->mode == BOOT0_MODE_DFU)
        print_to(stderr, "Note: the file's suffix is for %04x:%04x, and this board is %04x:%04x\n",
                 file->vendor, file->product, board->usb.vendor, board->usb.product);
    return DFU_UTIL_OK;
}

/* ---- plain DFU ---- */

static int download_plain(struct dfu_util_job *job)
{
    const struct boot0_board *board = boot0_session_board(job->session);
    const struct boot0_flash_options options = {
        .ignore_suffix = true,
        .force = true,
        /* DFU 1.1, 6.1.2: the others wait for a USB reset when they have manifested. */
        .no_run = (board->attributes & BOOT0_DFU_MANIFESTATION_TOLERANT) != 0,
    };
    struct boot0_error error;

    if (dfu_util_use(job, &job->targets[0], &error) != BOOT0_OK)
        return dfu_util_error(&error);
    puts("Copying data from PC to DFU device");
    if (boot0_session_flash(job->session, job->file.image, &options, &error) != BOOT0_OK) {
        dfu_util_bar_break(&job->bar);
        return dfu_util_error(&error);
    }
    dfu_util_bar_done(&job->bar, "Download", boot0_image_size(job->file.image));
    if (!options.no_run)
        puts("Resetting USB to switch back to runtime mode");
    puts("Done!");
    return DFU_UTIL_OK;
}

/* ---- DfuSe ---- */

int dfu_util_leave(struct dfu_util_job *job, uint32_t otherwise)
{
    uint32_t address = job->dfuse.has_address ? job->dfuse.address : otherwise;
    struct boot0_error error;

    if (!job->dfuse.leave)
        return DFU_UTIL_OK;
    puts("Submitting leave request...");
    if (boot0_session_leave(job->session, address, &error) != BOOT0_OK)
        return dfu_util_error(&error);
    puts("Transitioning to dfuMANIFEST state");
    return DFU_UTIL_OK;
}

static int check_layouts(const struct dfu_util_job *job)
{
    for (size_t i = 0; i < job->target_count; i++)
        if (!dfu_util_print_layout(job->targets[i].alternate, job->options->verbose > 0))
            return dfu_util_fail(DFU_UTIL_IO, "Failed to parse memory layout of alternate %u",
                                 job->targets[i].alternate->alternate);
    return DFU_UTIL_OK;
}

static int unprotect(struct dfu_util_job *job)
{
    struct boot0_error error;

    if (!job->dfuse.force)
        return dfu_util_fail(DFU_UTIL_USAGE, "unprotect erases the whole flash, and can only be "
                                             "used with force");
    if (boot0_session_unprotect(job->session, &error) != BOOT0_OK)
        return dfu_util_error(&error);
    puts("Device disconnects, erases flash and resets now");
    job->gone = true;
    return DFU_UTIL_OK;
}

static int mass_erase(struct dfu_util_job *job)
{
    struct boot0_error error;

    if (!job->dfuse.force)
        return dfu_util_fail(DFU_UTIL_USAGE, "mass-erase can only be used with force");
    puts("Performing mass erase, this can take a moment");
    return boot0_session_mass_erase(job->session, &error) == BOOT0_OK ? DFU_UTIL_OK
                                                                      : dfu_util_error(&error);
}

/* Bytes to the address that -s says. */
static int download_bytes(struct dfu_util_job *job)
{
    struct boot0_image *image = job->file.image;
    const struct dfu_util_target *target = &job->targets[0];
    struct boot0_error error;
    int code;

    if (job->file.says_dfuse)
        return dfu_util_fail(DFU_UTIL_USAGE, "This is a DfuSe file, which says itself where its "
                                             "contents go: leave the address out");
    if (job->file.also && !job->dfuse.force)
        return dfu_util_fail(DFU_UTIL_USAGE,
                             "this is a file of format %s: as it is, it is no program. `boot0 "
                             "flash` writes what it contains; force writes the file itself",
                             job->file.also);
    if (boot0_image_place(image, job->dfuse.address, &error) != BOOT0_OK)
        return dfu_util_error(&error);
    image->segments[0].alternate = target->alternate->alternate;
    code = dfu_util_write(job, target, image, job->dfuse.mass_erase);
    if (code == DFU_UTIL_OK)
        puts("File downloaded successfully");
    return code;
}

static bool is_target(const struct dfu_util_job *job, uint8_t alternate)
{
    for (size_t i = 0; i < job->target_count; i++)
        if (job->targets[i].alternate->alternate == alternate)
            return true;
    return false;
}

/* A DfuSe file: each of its images goes to the alternate setting that it names. */
static int download_targets(struct dfu_util_job *job)
{
    const struct boot0_image *image = job->file.image;
    struct boot0_error error;
    int code = DFU_UTIL_OK;

    for (size_t i = 0; i < image->segment_count; i++)
        if (!is_target(job, image->segments[i].alternate))
            print_to(stderr,
                     "Note: no alternate setting %u is chosen: what the file has for it at "
                     "0x%08x is skipped\n",
                     image->segments[i].alternate, image->segments[i].address);
    /* They are listed from the last to the first. */
    for (size_t i = job->target_count; i-- > 0 && code == DFU_UTIL_OK;) {
        const struct dfu_util_target *target = &job->targets[i];
        bool has = false;

        for (size_t j = 0; j < image->segment_count; j++)
            has = has || image->segments[j].alternate == target->alternate->alternate;
        if (!has)
            continue;
        if (dfu_util_use(job, target, &error) != BOOT0_OK)
            return dfu_util_error(&error);
        code = dfu_util_write(job, target, image, job->dfuse.mass_erase);
    }
    if (code == DFU_UTIL_OK)
        puts("Done parsing DfuSe file");
    return code;
}

static int download_file(struct dfu_util_job *job)
{
    if (job->dfuse.has_address)
        return download_bytes(job);
    if (!job->file.says_dfuse)
        return dfu_util_fail(DFU_UTIL_USAGE, "the file does not say where it goes: give its "
                                             "address with -s, as -s 0x08000000");
    if (job->file.image->format != BOOT0_FORMAT_DFUSE)
        return dfu_util_fail(DFU_UTIL_DATA, "No valid DfuSe signature: the suffix says DfuSe, but "
                                            "the file is none");
    return download_targets(job);
}

/* Where a program starts if -s gives no address: where the file begins, or the flash. */
static uint32_t default_start(const struct dfu_util_job *job)
{
    const struct boot0_board *board = boot0_session_board(job->session);
    const struct boot0_image *image = job->file.image;

    if (image && image->has_addresses)
        return image->segments[0].address;
    return board->flash_alternate < 0
               ? 0
               : board->alternates[board->flash_alternate].layout.regions[0].address;
}

static int download_dfuse(struct dfu_util_job *job)
{
    struct boot0_error error;
    int code = check_layouts(job);

    if (code == DFU_UTIL_OK && dfu_util_use(job, &job->targets[0], &error) != BOOT0_OK)
        code = dfu_util_error(&error);
    if (code != DFU_UTIL_OK)
        return code;
    if (job->dfuse.unprotect)
        return unprotect(job);
    if (job->dfuse.mass_erase)
        code = mass_erase(job);
    if (code == DFU_UTIL_OK && job->file.image)
        code = download_file(job);
    else if (code == DFU_UTIL_OK)
        puts("DfuSe command mode");
    return code == DFU_UTIL_OK ? dfu_util_leave(job, default_start(job)) : code;
}

int dfu_util_download(struct dfu_util_job *job)
{
    const struct boot0_board *board = boot0_session_board(job->session);
    struct boot0_error error;
    int code = check_ids(job);

    if (code != DFU_UTIL_OK)
        return code;
    if (!board->has_addresses && job->options->dfuse)
        puts("Warning: DfuSe option used on non-DfuSe device");
    if (!board->has_addresses && !job->options->dfuse && !job->file.says_dfuse)
        return download_plain(job);
    if (job->options->dfuse && !dfu_util_dfuse(job->options->dfuse, &job->dfuse, &error))
        return dfu_util_error(&error);
    return download_dfuse(job);
}
