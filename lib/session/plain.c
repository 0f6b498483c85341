/* SPDX-License-Identifier: MIT */
/*
 * Boards without addresses: plain DFU 1.0 and 1.1. The image is one download to one alternate
 * setting, whose name may contain the address that it stands for.
 */
#include "private.h"

#include <core/bytes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VECTORS = 16,           /* the Cortex-M's own exceptions */
    HANDLERS_WITHIN = 4096, /* usual distance of the first handler from a vector table */
};

static const struct boot0_flash_options defaults;

/* Parses "Upload to Flash 0x8005000": the address that an alternate setting stands for. */
static bool address_in_name(const char *name, uint32_t *address)
{
    const char *text = strstr(name, "0x");
    unsigned long value;
    char *end;

    if (!text)
        return false;
    value = strtoul(text, &end, 16);
    *address = (uint32_t)value;
    return end - text >= 9 && end - text <= 10; /* 0x and seven or eight digits */
}

/* Returns the lowest handler in a raw program's vector table; 0 if it does not look like one. */
static uint32_t lowest_handler(const struct boot0_segment *segment)
{
    uint32_t lowest = UINT32_MAX;

    if (segment->size < VECTORS * sizeof(uint32_t))
        return 0;
    for (size_t i = 1; i < VECTORS; i++) {
        uint32_t handler = b0_load32(segment->data + i * sizeof(uint32_t));

        if (handler == 0)
            continue; /* reserved */
        if ((handler & 1) == 0)
            return 0;
        if (handler < lowest)
            lowest = handler & ~1u;
    }
    return lowest == UINT32_MAX ? 0 : lowest;
}

/*
 * True if the program is linked for that address. A raw binary shows this only by its vector table:
 * the lowest handler is right after the table.
 */
static bool linked_for(const struct boot0_image *image, const struct boot0_flash_options *options,
                       uint32_t address)
{
    const struct boot0_segment *segment = &image->segments[0];
    uint32_t handler;

    if (options->has_address)
        return options->address == address;
    if (image->has_addresses)
        return segment->address == address;
    handler = lowest_handler(segment);
    return handler >= address + VECTORS * 4 && handler - address < segment->size &&
           handler - address < HANDLERS_WITHIN;
}

/* Returns the address that the program is linked for, or its first code address; 0: unknown. */
static uint32_t place_of(const struct boot0_image *image, const struct boot0_flash_options *options)
{
    if (options->has_address)
        return options->address;
    return image->has_addresses ? image->segments[0].address : lowest_handler(&image->segments[0]);
}

/* `place`: the program's address, where no memory begins; 0 if that is not the reason. */
static enum boot0_status fail_choice(const struct boot0_session *session, uint32_t place,
                                     struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;
    struct boot0_facts facts = {0};

    for (size_t i = 0; i < board->alternate_count; i++) {
        size_t length = strlen(facts.text);

        snprintf(facts.text + length, sizeof facts.text - length, "%s%u \"%.70s\"", i ? ", " : "",
                 board->alternates[i].alternate, board->alternates[i].name);
    }
    if (place == 0) {
        boot0_fail(error, BOOT0_E_USAGE, "the file can go to several of the board's memories");
        boot0_hint(error, "Choose one of them: %s. Nothing was changed.", facts.text);
        return boot0_advise(error, BOOT0_ADVICE_CHOOSE_MEMORY, &facts);
    }
    boot0_fail(error, BOOT0_E_MISMATCH,
               "the program is for 0x%08x, but none of the board's memories begins there",
               (unsigned)place);
    boot0_hint(error, "Build it for one of these, or choose one of them: %s.", facts.text);
    return boot0_advise(error, BOOT0_ADVICE_LINK_FOR_MEMORY, &facts);
}

/*
 * Chooses the alternate that the image is linked for, or the only one; otherwise the user must
 * choose.
 */
static enum boot0_status choose_memory(struct boot0_session *session,
                                       const struct boot0_image *image,
                                       const struct boot0_flash_options *options, int *memory,
                                       struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;
    size_t fitting = 0;
    uint32_t address;

    *memory = session->chosen >= 0 ? session->chosen : 0;
    if (session->chosen >= 0 || board->alternate_count == 1)
        return BOOT0_OK;
    for (size_t i = 0; i < board->alternate_count; i++)
        if (address_in_name(board->alternates[i].name, &address) &&
            linked_for(image, options, address)) {
            *memory = (int)i;
            fitting++;
        }
    if (fitting != 1)
        return fail_choice(session, fitting == 0 ? place_of(image, options) : 0, error);
    b0_session_note(session, "the program goes to \"%s\"", board->alternates[*memory].name);
    return BOOT0_OK;
}

static enum boot0_status check_image(const struct boot0_session *session,
                                     const struct boot0_image *image, struct boot0_error *error)
{
    if (image->segment_count == 1 &&
        image->segments[0].size / session->protocol->block_size < UINT16_MAX)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_DATA, "the image has gaps or is too large for this bootloader");
    boot0_hint(error, "Convert it to a raw binary first, which fills the gaps.");
    return boot0_advise(error, BOOT0_ADVICE_FILL_GAPS, NULL);
}

/*
 * Returns the bytes to send, padded to whole blocks if the bootloader requires it. The caller frees
 * them.
 */
static uint8_t *pad(const struct boot0_session *session, const struct boot0_segment *segment,
                    uint32_t *size)
{
    uint32_t block = session->protocol->block_size;
    uint8_t *data;

    *size = (uint32_t)segment->size;
    if (session->protocol->whole_blocks)
        *size = (*size + block - 1) / block * block;
    data = malloc(*size);
    if (data) {
        memset(data, b0_protocol_erased_byte(session->protocol), *size);
        memcpy(data, segment->data, segment->size);
    }
    return data;
}

enum boot0_status b0_session_flash_plain(struct boot0_session *session,
                                         const struct boot0_image *image,
                                         const struct boot0_flash_options *options,
                                         struct boot0_error *error)
{
    struct b0_protocol *protocol = session->protocol;
    enum boot0_status status = check_image(session, image, error);
    uint8_t *data;
    uint32_t size;
    int memory;

    if (status == BOOT0_OK)
        status = choose_memory(session, image, options, &memory, error);
    if (status != BOOT0_OK)
        return status;
    if (!(session->board.attributes & BOOT0_DFU_CAN_DOWNLOAD))
        return boot0_fail(error, BOOT0_E_UNSUPPORTED,
                          "this board's bootloader does not allow writing");
    data = pad(session, &image->segments[0], &size);
    if (!data)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the image");
    session->report.image_bytes += image->segments[0].size;
    session->report.touched = true;
    b0_session_phase(session, BOOT0_PHASE_WRITE, size);
    status = protocol->ops->write(protocol, memory, 0, data, size, error);
    free(data);
    session->report.bytes_written += protocol->done;
    session->phase_base = protocol->done;
    b0_session_phase_end(session, &session->report.write_us);
    if (status == BOOT0_OK && !options->no_run) {
        status = protocol->ops->leave(protocol, 0, error);
        session->report.started = status == BOOT0_OK;
    }
    return b0_session_stopped(session, status, error);
}

/* The board's upload begins with the downloaded data. Addresses count from there. */
enum boot0_status b0_session_verify_plain(struct boot0_session *session,
                                          const struct boot0_image *image,
                                          const struct boot0_flash_options *options,
                                          struct boot0_error *error)
{
    const struct boot0_segment *segment = &image->segments[0];
    enum boot0_status status = check_image(session, image, error);
    int was_chosen = session->chosen;
    uint8_t *held;
    size_t size;

    if (status == BOOT0_OK)
        status =
            choose_memory(session, image, options ? options : &defaults, &session->chosen, error);
    if (status == BOOT0_OK)
        status = boot0_session_upload(session, &held, &size, segment->size, error);
    session->chosen = was_chosen;
    if (status != BOOT0_OK)
        return status;
    for (size_t i = 0; i < size && status == BOOT0_OK; i++)
        if (held[i] != segment->data[i])
            status =
                b0_session_fail_different(session, (uint32_t)i, segment->data[i], held[i], error);
    free(held);
    if (status != BOOT0_OK)
        return status;
    session->report.bytes_verified += size;
    if (size == segment->size)
        return BOOT0_OK;
    session->report.differs = true;
    session->report.differs_at = (uint32_t)size;
    boot0_fail(error, BOOT0_E_MISMATCH, "the board sent only %zu bytes, but the file has %zu", size,
               segment->size);
    return boot0_hint(error, "Check whether the file is for another board or another alternate "
                             "setting.");
}
