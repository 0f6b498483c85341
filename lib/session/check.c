/* Is this image for this board? Asked before anything is touched. */
#include "../backend.h"
#include "private.h"

#include <stdio.h>
#include <string.h>

enum {
    ANY_ID = 0xffff, /* DFU 1.1, appendix B: a suffix id that fits every device */
};

static const struct {
    uint16_t vendor;
    uint16_t product;
    const char *name;
} known_devices[] = {
    {B0_VENDOR_ST, B0_PRODUCT_ST_DFU, "ST's DfuSe bootloader"},
    {B0_VENDOR_LEAFLABS, B0_PRODUCT_MAPLE_DFU, "the Maple bootloader"},
    {0x28e9, 0x0189, "GigaDevice's bootloader"},
    {0x1d50, 0x6017, "a Black Magic Probe"},
};

static const char *device_name(uint16_t vendor, uint16_t product)
{
    for (size_t i = 0; i < sizeof known_devices / sizeof known_devices[0]; i++)
        if (known_devices[i].vendor == vendor && known_devices[i].product == product)
            return known_devices[i].name;
    return "a device that boot0 does not know";
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
        return B0_OK;
    boot0_fail(error, B0_E_MISMATCH,
               "the file is for another device: its DFU suffix names %04x:%04x (%s), the board is "
               "%04x:%04x (%s)",
               suffix->vendor, suffix->product, device_name(suffix->vendor, suffix->product),
               vendor, product, device_name(vendor, product));
    return boot0_hint(error, "Some build tools append the wrong suffix. If the program is for this "
                             "board all the same, say --ignore-suffix. Nothing was written.");
}

static enum boot0_status check_family(const struct boot0_session *session,
                                      const struct boot0_image *image, struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;
    const struct boot0_chip *file_chip = boot0_chip_by_uf2_family(image->family);
    bool comparable = false;

    if (!image->has_family)
        return B0_OK;
    for (size_t i = 0; i < board->chip_count; i++) {
        comparable = comparable || board->chips[i]->uf2_family != 0;
        /* Some chips have an id of their own beside their family's. */
        if (board->chips[i]->uf2_family == image->family || board->chips[i] == file_chip)
            return B0_OK;
    }
    if (!comparable)
        return B0_OK;
    boot0_fail(error, B0_E_MISMATCH,
               "the UF2 file is for another chip: its family 0x%08x is %s, the board is %s",
               image->family, file_chip ? file_chip->family : "none that boot0 knows",
               board->chips[0]->name);
    return boot0_hint(error, "If you are sure, say --force. Nothing was written.");
}

/* ---- the vector table ---- */

/* For a board of unknown chip: RAM of any STM32 (TCM, SRAM, the H7's AXI and D2/D3 RAM). */
static bool stack_possible(const struct boot0_board *board, uint32_t stack)
{
    if (board->chip_count == 0)
        return (stack >= 0x10000000 && stack <= 0x10040000) ||
               (stack >= 0x20000000 && stack <= 0x20300000) ||
               (stack >= 0x24000000 && stack <= 0x24100000) ||
               (stack >= 0x30000000 && stack <= 0x38010000);
    for (size_t i = 0; i < board->chip_count; i++)
        if (boot0_chip_stack_valid(board->chips[i], stack))
            return true;
    return false;
}

static bool image_has(const struct boot0_image *image, uint32_t address)
{
    uint8_t byte;

    for (size_t i = 0; i < image->segment_count; i++)
        if (boot0_image_copy(image, image->segments[i].alternate, address, &byte, 1) == 1)
            return true;
    return false;
}

static enum boot0_status fail_vectors(const struct boot0_session *session,
                                      const struct boot0_vectors *vectors, bool linked_elsewhere,
                                      struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;

    if (linked_elsewhere) {
        boot0_fail(error, B0_E_MISMATCH,
                   "the program is not linked for 0x%08x: its reset handler, 0x%08x, is outside "
                   "the file",
                   vectors->address, vectors->reset);
        return boot0_hint(error,
                          "A raw binary does not say where it belongs: give the address that "
                          "it is linked for with --address, or flash the .elf or .hex. "
                          "--force writes it all the same. Nothing was written.");
    }
    boot0_fail(error, B0_E_MISMATCH,
               "there is no program for this chip at 0x%08x: stack 0x%08x, reset handler 0x%08x",
               vectors->address, vectors->stack, vectors->reset);
    return boot0_hint(error,
                      "The first word must point into RAM of the %s, the second into its flash, "
                      "and be odd. Is the file for another chip? Data that is no program is "
                      "written with --force. Nothing was written.",
                      board->chip_count ? board->chips[0]->name : "chip");
}

bool b0_session_is_program(const struct boot0_session *session, const struct boot0_vectors *vectors)
{
    const struct boot0_layout *flash = boot0_session_layout(session);

    return flash && (vectors->reset & 1) != 0 &&
           boot0_layout_sector_at(flash, vectors->reset & ~1u).size != 0 &&
           stack_possible(&session->board, vectors->stack);
}

static enum boot0_status fail_alignment(uint32_t address, struct boot0_error *error)
{
    boot0_fail(error, B0_E_MISMATCH, "a program cannot begin at 0x%08x", address);
    return boot0_hint(error,
                      "Its vector table has to be at a multiple of %u. If this is no program, say "
                      "--force. Nothing was written.",
                      B0_VECTORS_ALIGNMENT);
}

/*
 * What lies at the start of the flash must be a program, or the board will not start. Elsewhere
 * anything may lie; but a raw binary with a vector table must be where it is linked for.
 */
static enum boot0_status check_vectors(const struct boot0_session *session,
                                       const struct boot0_image *image, bool placed,
                                       struct boot0_error *error)
{
    const struct boot0_layout *flash = boot0_session_layout(session);
    uint32_t begin = image->segments[0].address;
    struct boot0_vectors vectors;
    bool looks_good;

    if (!flash || !b0_session_in_flash(session, &image->segments[0]) ||
        !boot0_image_vectors(image, begin, &vectors))
        return B0_OK;
    looks_good = b0_session_is_program(session, &vectors);
    if (looks_good && placed && !image_has(image, vectors.reset & ~1u))
        return fail_vectors(session, &vectors, true, error);
    if (looks_good && placed && begin % B0_VECTORS_ALIGNMENT != 0)
        return fail_alignment(begin, error);
    if (!looks_good && begin == b0_session_start_of(flash))
        return fail_vectors(session, &vectors, false, error);
    return B0_OK;
}

/* ---- boot0's own bootloader ---- */

/* Programs for the start of the flash would overwrite it. */
static enum boot0_status fail_not_moved(const struct boot0_session *session, uint32_t address,
                                        const char *what, struct boot0_error *error)
{
    uint32_t start = session->board.bootloader.program_start;
    uint32_t flash = start & ~UINT32_C(0xfffff);

    boot0_fail(error, B0_E_MISMATCH,
               "%s 0x%08x, where this board has its bootloader: programs start at 0x%08x", what,
               address, start);
    return boot0_hint(error,
                      "In the linker script: FLASH ORIGIN = 0x%08x, LENGTH less by 0x%x; in the "
                      "Arduino IDE: upload method \"USB, boot0 bootloader\"; elsewhere with "
                      "STM32duino: -Wl,--defsym=LD_FLASH_OFFSET=0x%x -DVECT_TAB_OFFSET=0x%x. To do "
                      "without this bootloader: `boot0 reset --to rom`, and flash again. Nothing "
                      "was written.",
                      start, start - flash, start - flash, start - flash);
}

/* Whatever --force says: the bootloader itself would refuse it, half way. */
static enum boot0_status check_moved(const struct boot0_session *session,
                                     const struct boot0_image *image, struct boot0_error *error)
{
    uint32_t start = session->board.bootloader.program_start;
    uint32_t flash = start & ~UINT32_C(0xfffff);
    struct boot0_vectors vectors;

    if (!session->board.bootloader.present)
        return B0_OK;
    for (size_t i = 0; i < image->segment_count; i++)
        if (image->segments[i].address >= flash && image->segments[i].address < start)
            return fail_not_moved(session, image->segments[i].address, "the file has data at",
                                  error);
    if (image->segments[0].address == start && boot0_image_vectors(image, start, &vectors) &&
        vectors.reset >= flash && vectors.reset < start)
        return fail_not_moved(session, flash, "the program is linked for", error);
    return B0_OK;
}

/* ---- addresses ---- */

static enum boot0_status place(struct boot0_session *session, struct boot0_image *image,
                               const struct boot0_flash_options *options, struct boot0_error *error)
{
    const struct boot0_layout *layout = boot0_session_layout(session);
    uint32_t start;

    /* A raw binary that was placed by an earlier check is where it was told to be. */
    if (image->has_addresses && options->has_address &&
        image->segments[0].address != options->address) {
        boot0_fail(error, B0_E_USAGE, "the %s file says itself where it belongs",
                   boot0_format_name(image->format));
        return boot0_hint(error, "--address is for raw binaries only.");
    }
    if (image->has_addresses || !layout)
        return B0_OK;
    start = b0_session_start_of(layout);
    return boot0_image_place(image, options->has_address ? options->address : start, error);
}

/*
 * Without a layout the board was taken for plain DFU; but a DfuSe device would take the first block
 * of a plain download for commands.
 */
static enum boot0_status check_usable(const struct boot0_session *session,
                                      struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;

    if (board->has_addresses || board->dfu_version != B0_DFU_VERSION_DFUSE)
        return B0_OK;
    boot0_fail(error, B0_E_UNSUPPORTED,
               "the board speaks DfuSe, but gives no memory layout that can be used");
    if (board->contradiction[0])
        return boot0_hint(error,
                          "Report it with the output of `boot0 info`: %s. Nothing was "
                          "written.",
                          board->contradiction);
    return boot0_hint(error, "Plug the board in again: the names of its memories were perhaps "
                             "damaged on the way. Nothing was written.");
}

enum boot0_status boot0_session_check(struct boot0_session *session, struct boot0_image *image,
                                      const struct boot0_flash_options *options,
                                      struct boot0_error *error)
{
    static const struct boot0_flash_options defaults;
    bool placed = !image->has_addresses;
    enum boot0_status status;

    if (!options)
        options = &defaults;
    if (image->segment_count == 0)
        return boot0_fail(error, B0_E_DATA, "the image is empty");
    status = check_usable(session, error);
    if (status == B0_OK && !options->ignore_suffix)
        status = check_suffix(session, image, error);
    if (status == B0_OK && !options->force)
        status = check_family(session, image, error);
    if (status == B0_OK)
        status = place(session, image, options, error);
    if (status != B0_OK || !session->board.has_addresses)
        return status;
    status = check_moved(session, image, error);
    if (status == B0_OK)
        status = b0_session_assign(session, image, options, error);
    if (status == B0_OK && !options->force)
        status = check_vectors(session, image, placed, error);
    return status;
}
