/* SPDX-License-Identifier: MIT */
/* Checks that an image is for this board, before anything is changed. */
#include "../backend.h"
#include "private.h"

#include <core/array.h>
#include <stdio.h>
#include <string.h>

enum {
    ANY_ID = 0xffff, /* DFU 1.1, appendix B: a suffix id that matches every device */
};

static const struct {
    uint16_t vendor;
    uint16_t product;
    const char *name;
} known_devices[] = {
    {BOOT0_VENDOR_ST, BOOT0_PRODUCT_ST_DFU, "ST's DfuSe bootloader"},
    {BOOT0_VENDOR_LEAFLABS, BOOT0_PRODUCT_MAPLE_DFU, "the Maple bootloader"},
    {0x28e9, 0x0189, "GigaDevice's bootloader"},
    {0x1d50, 0x6017, "a Black Magic Probe"},
};

static const char *device_name(uint16_t vendor, uint16_t product)
{
    for (size_t i = 0; i < B0_LENGTH(known_devices); i++)
        if (known_devices[i].vendor == vendor && known_devices[i].product == product)
            return known_devices[i].name;
    return "a device unknown to boot0";
}

static enum boot0_status check_suffix(const struct boot0_session *session,
                                      const struct boot0_image *image, struct boot0_error *error)
{
    const struct boot0_backend *backend = b0_backend_of(&session->transport);
    const struct boot0_candidate *usb = &session->board.usb;
    const struct boot0_suffix *suffix = &image->suffix;
    uint16_t vendor = backend->vendor ? backend->vendor : usb->vendor;
    uint16_t product = backend->vendor ? backend->product : usb->product;

    if (!image->has_suffix || ((suffix->vendor == ANY_ID || suffix->vendor == vendor) &&
                               (suffix->product == ANY_ID || suffix->product == product)))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_MISMATCH,
               "the file is for another device: its DFU suffix names %04x:%04x (%s), the board is "
               "%04x:%04x (%s)",
               suffix->vendor, suffix->product, device_name(suffix->vendor, suffix->product),
               vendor, product, device_name(vendor, product));
    boot0_hint(error, "Ignore the suffix if the program is for this board. Some build tools "
                      "append the wrong one. Nothing was written.");
    return boot0_advise(error, BOOT0_ADVICE_IGNORE_SUFFIX, NULL);
}

static enum boot0_status check_family(const struct boot0_session *session,
                                      const struct boot0_image *image, struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;
    const struct boot0_chip *file_chip = boot0_chip_by_uf2_family(image->family);
    bool comparable = false;
    char chips[160];

    if (!image->has_family)
        return BOOT0_OK;
    for (size_t i = 0; i < board->chip_count; i++) {
        comparable = comparable || board->chips[i]->uf2_family != 0;
        /* Some chips have their own id in addition to their family's. */
        if (board->chips[i]->uf2_family == image->family || board->chips[i] == file_chip)
            return BOOT0_OK;
    }
    if (!comparable)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_MISMATCH,
               "the UF2 file is for another chip: its family 0x%08x is %s, the board is %s",
               image->family, file_chip ? file_chip->family : "unknown to boot0",
               boot0_board_chip_name(board, chips, sizeof chips));
    boot0_hint(error, "Check that the file is for this board. Nothing was written.");
    return boot0_advise(error, BOOT0_ADVICE_FAMILY, NULL);
}

/* ---- boot0's own bootloader ---- */

/* A program for the start of the flash would overwrite the bootloader. */
static enum boot0_status fail_not_moved(const struct boot0_session *session, uint32_t address,
                                        const char *what, struct boot0_error *error)
{
    uint32_t start = session->board.bootloader.program_start;
    uint32_t flash = start & ~UINT32_C(0xfffff);

    boot0_fail(error, BOOT0_E_MISMATCH,
               "%s 0x%08x, where this board has its bootloader: programs start at 0x%08x", what,
               address, start);
    boot0_hint(
        error,
        "Set FLASH ORIGIN = 0x%08x in the linker script, and reduce LENGTH by 0x%x; in the "
        "Arduino IDE use the upload method \"USB, boot0 bootloader\"; elsewhere with STM32duino "
        "use -Wl,--defsym=LD_FLASH_OFFSET=0x%x -DVECT_TAB_OFFSET=0x%x. Nothing was written.",
        start, start - flash, start - flash, start - flash);
    return boot0_advise(error, BOOT0_ADVICE_LEAVE_BOOTLOADER, NULL);
}

/* Applies even with --force: the bootloader itself would refuse the data half way. */
static enum boot0_status check_moved(const struct boot0_session *session,
                                     const struct boot0_image *image, struct boot0_error *error)
{
    uint32_t start = session->board.bootloader.program_start;
    uint32_t flash = start & ~UINT32_C(0xfffff);
    struct boot0_vectors vectors;

    if (!session->board.bootloader.present)
        return BOOT0_OK;
    for (size_t i = 0; i < image->segment_count; i++)
        if (image->segments[i].address >= flash && image->segments[i].address < start)
            return fail_not_moved(session, image->segments[i].address, "the file has data at",
                                  error);
    if (image->segments[0].address == start && boot0_image_vectors(image, start, &vectors) &&
        b0_session_flash_address(session, vectors.reset) >= flash &&
        b0_session_flash_address(session, vectors.reset) < start)
        return fail_not_moved(session, flash, "the program is linked for", error);
    return BOOT0_OK;
}

/* ---- addresses ---- */

static enum boot0_status place(const struct boot0_session *session, struct boot0_image *image,
                               const struct boot0_flash_options *options, struct boot0_error *error)
{
    const struct boot0_layout *layout = boot0_session_layout(session);
    uint32_t start;

    /* A raw binary that was resolved before is already at its address. */
    if (image->has_addresses && options->has_address &&
        image->segments[0].address != b0_session_flash_address(session, options->address)) {
        boot0_fail(error, BOOT0_E_USAGE, "the %s file contains its own addresses",
                   boot0_format_name(image->format));
        boot0_hint(error, "Omit the address: it is for raw binaries only.");
        return boot0_advise(error, BOOT0_ADVICE_NO_ADDRESS, NULL);
    }
    if (image->has_addresses || !layout)
        return BOOT0_OK;
    start = b0_session_start_of(layout);
    return boot0_image_place(image, options->has_address ? options->address : start, error);
}

/*
 * A board without a layout was taken for plain DFU, but a DfuSe device would interpret the first
 * block of a plain download as commands.
 */
static enum boot0_status check_usable(const struct boot0_session *session,
                                      struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;

    if (board->has_addresses || board->dfu_version != BOOT0_DFU_VERSION_DFUSE)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_UNSUPPORTED,
               "the board supports DfuSe, but gives no usable memory layout");
    if (board->contradiction[0]) {
        boot0_hint(error, "Plug the board in again: %s. Nothing was written.",
                   board->contradiction);
        return boot0_advise(error, BOOT0_ADVICE_REPORT, NULL);
    }
    return boot0_hint(error, "Plug the board in again: the names of its memories may have been "
                             "damaged in transit. Nothing was written.");
}

/* ---- resolving an image ---- */

static enum boot0_status resolve(struct boot0_session *session, struct boot0_image *image,
                                 const struct boot0_flash_options *options,
                                 struct boot0_error *error)
{
    enum boot0_status status;

    if (image->segment_count == 0)
        return boot0_fail(error, BOOT0_E_DATA, "the image is empty");
    status = check_usable(session, error);
    if (status == BOOT0_OK && !options->ignore_suffix)
        status = check_suffix(session, image, error);
    if (status == BOOT0_OK && !options->force)
        status = check_family(session, image, error);
    if (status == BOOT0_OK)
        status = place(session, image, options, error);
    if (status != BOOT0_OK || !session->board.has_addresses)
        return status;
    status = b0_session_map_image(session, image, options->skip_ram, error);
    if (status == BOOT0_OK)
        status = check_moved(session, image, error);
    if (status == BOOT0_OK)
        status = b0_session_assign(session, image, options, error);
    return status;
}

enum boot0_status boot0_session_resolve(struct boot0_session *session,
                                        const struct boot0_image *image,
                                        const struct boot0_flash_options *options,
                                        struct boot0_image **resolved, struct boot0_error *error)
{
    static const struct boot0_flash_options defaults;
    enum boot0_status status;

    if (!options)
        options = &defaults;
    *resolved = boot0_image_clone(image);
    if (!*resolved)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    status = resolve(session, *resolved, options, error);
    if (status == BOOT0_OK && session->board.has_addresses && !options->force)
        status = b0_session_check_program(session, *resolved, !image->has_addresses, error);
    if (status != BOOT0_OK) {
        boot0_image_free(*resolved);
        *resolved = NULL;
    }
    return status;
}

enum boot0_status boot0_session_check(struct boot0_session *session,
                                      const struct boot0_image *image,
                                      const struct boot0_flash_options *options,
                                      struct boot0_error *error)
{
    struct boot0_image *resolved;
    enum boot0_status status = boot0_session_resolve(session, image, options, &resolved, error);

    boot0_image_free(resolved);
    return status;
}
