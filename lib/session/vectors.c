/* SPDX-License-Identifier: MIT */
/*
 * Checks that the program in an image is for this board: by its vector table (stack in RAM, reset
 * handler in flash) and by the CPU that an ELF names. A board can often be one of several chips: a
 * program is refused if it matches none of them.
 */
#include "private.h"

#include <core/bootloader_map.h>
#include <stdio.h>
#include <string.h>

enum {
    START_ADDRESS = 0x08000000, /* default start address of every STM32 in flash */
    EXCEPTIONS = 16,            /* words at the start of every vector table, ARMv7-M B1.5.3 */
    CHIPS_TEXT = 160,
};

/* RAM of any STM32: TCM, SRAM, the H7's AXI and D2/D3 RAM. */
static bool is_any_stack(uint32_t stack)
{
    return (stack >= 0x10000000 && stack <= 0x10040000) ||
           (stack >= 0x20000000 && stack <= 0x20300000) ||
           (stack >= 0x24000000 && stack <= 0x24100000) ||
           (stack >= 0x30000000 && stack <= 0x38010000);
}

/* True if some chip that the board can be has that RAM, and a CPU for that code. */
static bool is_for_some_chip(const struct boot0_board *board, uint32_t stack, uint32_t cpu)
{
    for (size_t i = 0; i < board->chip_count; i++)
        if (boot0_chip_stack_valid(board->chips[i], stack) && boot0_chip_runs(board->chips[i], cpu))
            return true;
    return board->chip_count == 0 && is_any_stack(stack);
}

/* Returns the first chip that the board can be without such RAM; NULL if there is none. */
static const struct boot0_chip *chip_without(const struct boot0_board *board, uint32_t stack)
{
    for (size_t i = 0; i < board->chip_count; i++)
        if (!boot0_chip_stack_valid(board->chips[i], stack))
            return board->chips[i];
    return NULL;
}

static uint32_t handler_of(const struct boot0_session *session, uint32_t vector)
{
    return b0_session_flash_address(session, vector & ~UINT32_C(1));
}

/* True for an odd address in the memory in use. */
static bool is_handler(const struct boot0_session *session, uint32_t vector)
{
    const struct boot0_layout *flash = boot0_session_layout(session);

    return flash && (vector & 1) != 0 &&
           boot0_layout_sector_at(flash, handler_of(session, vector)).size != 0;
}

bool b0_session_is_program(const struct boot0_session *session, const struct boot0_vectors *vectors)
{
    return is_handler(session, vectors->reset) &&
           is_for_some_chip(&session->board, vectors->stack, 0);
}

static bool image_has(const struct boot0_image *image, uint32_t address)
{
    uint8_t byte;

    for (size_t i = 0; i < image->segment_count; i++)
        if (boot0_image_copy(image, image->segments[i].alternate, address, &byte, 1) == 1)
            return true;
    return false;
}

/* ---- errors ---- */

static enum boot0_status fail_no_program(const struct boot0_session *session,
                                         const struct boot0_vectors *vectors,
                                         struct boot0_error *error)
{
    struct boot0_facts facts = {0};

    boot0_board_chip_name(&session->board, facts.text, CHIPS_TEXT);
    boot0_fail(error, BOOT0_E_MISMATCH,
               "no program for this chip at 0x%08x: stack 0x%08x, reset handler 0x%08x",
               vectors->address, vectors->stack, vectors->reset);
    boot0_hint(error,
               "Check that the file is for this chip: the first word of a program points into RAM "
               "of the chip (%s), the second into its flash, and the second is odd. Nothing was "
               "written.",
               facts.text);
    return boot0_advise(error, BOOT0_ADVICE_NO_PROGRAM, &facts);
}

static enum boot0_status advise_other_chip(const struct boot0_board *board,
                                           struct boot0_error *error)
{
    struct boot0_facts facts = {0};

    boot0_board_chip_name(board, facts.text, CHIPS_TEXT);
    boot0_hint(
        error,
        "Build the program for the board's chip (%s), or name the chip if it is another one. "
        "Nothing was written.",
        facts.text);
    return boot0_advise(error, BOOT0_ADVICE_OTHER_CHIP, &facts);
}

static enum boot0_status fail_stack(const struct boot0_session *session,
                                    const struct boot0_vectors *vectors, struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_MISMATCH,
               "the program at 0x%08x is for another chip: its stack, 0x%08x, is not in RAM of "
               "this one",
               vectors->address, vectors->stack);
    return advise_other_chip(&session->board, error);
}

static enum boot0_status fail_cpu(const struct boot0_session *session, uint32_t cpu,
                                  struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;
    char wanted[64], offered[64];
    uint32_t best = 0;

    for (size_t i = 0; i < board->chip_count; i++)
        best |= board->chips[i]->cpu;
    boot0_fail(error, BOOT0_E_MISMATCH, "the program is for a %s, but the board has at most a %s",
               boot0_cpu_name(cpu, wanted, sizeof wanted),
               boot0_cpu_name(best, offered, sizeof offered));
    return advise_other_chip(board, error);
}

static enum boot0_status fail_alignment(uint32_t address, struct boot0_error *error)
{
    const struct boot0_facts facts = {.number = B0_VECTORS_ALIGNMENT};

    boot0_fail(error, BOOT0_E_MISMATCH, "a program cannot begin at 0x%08x", address);
    boot0_hint(error, "Place the vector table at a multiple of %u. Nothing was written.",
               (unsigned)facts.number);
    return boot0_advise(error, BOOT0_ADVICE_ALIGNMENT, &facts);
}

/* ---- raw binaries at the wrong address ---- */

/*
 * Finds the lowest and the highest handler of the vector table in the board's flash: all of them
 * are in the file, wherever it belongs.
 */
static void handlers_of(const struct boot0_session *session, const struct boot0_image *image,
                        const struct boot0_vectors *vectors, uint32_t *lowest, uint32_t *highest)
{
    uint8_t words[4 * EXCEPTIONS] = {0};
    uint8_t alternate = image->segments[0].alternate;

    *lowest = *highest = handler_of(session, vectors->reset);
    (void)boot0_image_copy(image, alternate, vectors->address, words, sizeof words);
    for (size_t i = 2; i < EXCEPTIONS; i++) {
        uint32_t vector = words[4 * i] | (uint32_t)words[4 * i + 1] << 8 |
                          (uint32_t)words[4 * i + 2] << 16 | (uint32_t)words[4 * i + 3] << 24;
        uint32_t handler = handler_of(session, vector);

        if (!is_handler(session, vector))
            continue;
        *lowest = handler < *lowest ? handler : *lowest;
        *highest = handler > *highest ? handler : *highest;
    }
}

/*
 * Returns the highest sector start at which a file of that size contains these handlers; 0: none.
 */
static uint32_t highest_start(const struct boot0_layout *flash, uint32_t lowest, uint32_t highest,
                              size_t size)
{
    uint32_t best = 0;

    for (size_t i = 0; i < flash->region_count; i++) {
        const struct boot0_region *region = &flash->regions[i];
        uint64_t last, start;

        if (region->address + 4 * EXCEPTIONS > lowest)
            continue;
        last = (lowest - 4 * EXCEPTIONS - region->address) / region->sector_size;
        if (last >= region->sector_count)
            last = region->sector_count - 1;
        start = region->address + last * region->sector_size;
        if (highest - start < size && start > best)
            best = (uint32_t)start;
    }
    return best;
}

/* Estimates the address of a program whose reset handler is not in the file; 0 if it is unclear. */
static uint32_t guess_address(const struct boot0_session *session, const struct boot0_image *image,
                              const struct boot0_vectors *vectors)
{
    const struct boot0_layout *flash = boot0_session_layout(session);
    uint32_t reset = handler_of(session, vectors->reset);
    uint32_t lowest, highest, address;

    handlers_of(session, image, vectors, &lowest, &highest);
    address = highest_start(flash, lowest, highest, image->segments[0].size);
    if (address == 0) /* other words of the table may be data */
        address = highest_start(flash, reset, reset, image->segments[0].size);
    return address;
}

static enum boot0_status fail_linked_elsewhere(const struct boot0_session *session,
                                               const struct boot0_image *image,
                                               const struct boot0_vectors *vectors,
                                               struct boot0_error *error)
{
    const struct boot0_facts facts = {.address = guess_address(session, image, vectors)};

    boot0_fail(error, BOOT0_E_MISMATCH,
               "the program is not linked for 0x%08x: its reset handler, 0x%08x, is outside the "
               "file",
               vectors->address, vectors->reset);
    if (facts.address != 0 && facts.address != vectors->address) {
        boot0_hint(
            error,
            "Write it at 0x%08x, where its vector table fits, or flash the .elf or .hex, which "
            "contain their addresses. Nothing was written.",
            facts.address);
        return boot0_advise(error, BOOT0_ADVICE_PLACE_AT, &facts);
    }
    boot0_hint(error, "Give the address that it is linked for, or flash the .elf or .hex: a raw "
                      "binary contains no address. Nothing was written.");
    return boot0_advise(error, BOOT0_ADVICE_PLACE, NULL);
}

/* ---- a program that nothing starts ---- */

/* True if the board's flash is erased at the chip's start address; false if unknown. */
static bool start_is_blank(struct boot0_session *session, uint32_t begin)
{
    const struct boot0_layout *flash = boot0_session_layout(session);
    struct boot0_error ignored;
    uint8_t bytes[8];
    bool erased = true;

    if (b0_session_has_journal(session) || begin == START_ADDRESS ||
        !(boot0_layout_sector_at(flash, START_ADDRESS).access & BOOT0_SECTOR_READABLE) ||
        b0_session_read_run(session, session->board.flash_alternate, START_ADDRESS, bytes,
                            sizeof bytes, &ignored) != BOOT0_OK)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        erased = erased && bytes[i] == b0_protocol_erased_byte(session->protocol);
    return erased;
}

static bool has_own_bootloader(const struct boot0_board *board)
{
    for (size_t i = 0; i < board->chip_count; i++)
        if (b0_bootloader_runs_on(board->chips[i]->id))
            return true;
    return false;
}

static void note_unstarted(struct boot0_session *session, uint32_t begin)
{
    const struct boot0_facts facts = {.address = START_ADDRESS};
    struct boot0_error note;

    boot0_fail(&note, BOOT0_OK, "no code at 0x%08x starts the program at 0x%08x after a reset",
               START_ADDRESS, begin);
    if (has_own_bootloader(&session->board)) {
        boot0_hint(&note, "install boot0's bootloader, or link the program for 0x%08x",
                   START_ADDRESS);
        boot0_advise(&note, BOOT0_ADVICE_STARTER, &facts);
    } else {
        boot0_hint(&note, "flash the bootloader that it is linked for, or link it for 0x%08x",
                   START_ADDRESS);
    }
    b0_session_advise(session, &note);
}

static void note_alias(struct boot0_session *session, uint32_t reset)
{
    uint32_t handler = handler_of(session, reset);

    if (handler == (reset & ~UINT32_C(1)))
        return;
    b0_session_note_once(
        session,
        "the program runs at another address of the flash: its reset handler, 0x%08x, is at 0x%08x",
        reset, handler);
}

/*
 * Flashing a program that nothing on the board starts is unusual. If its stack also does not fit
 * every chip that the board can be, it is more likely for another chip.
 */
static enum boot0_status check_unstarted(struct boot0_session *session,
                                         const struct boot0_vectors *vectors,
                                         struct boot0_error *error)
{
    const struct boot0_chip *chip = chip_without(&session->board, vectors->stack);
    const struct boot0_facts facts = {.address = START_ADDRESS};

    if (!start_is_blank(session, vectors->address))
        return BOOT0_OK;
    if (!chip) {
        note_unstarted(session, vectors->address);
        return BOOT0_OK;
    }
    boot0_fail(error, BOOT0_E_MISMATCH,
               "the program at 0x%08x may be for another chip: its stack, 0x%08x, is not in RAM "
               "of the %s, which the board may have",
               vectors->address, vectors->stack, chip->name);
    boot0_hint(error,
               "Name the board's chip. No code at 0x%08x starts the program either. Nothing was "
               "written.",
               facts.address);
    return boot0_advise(error, BOOT0_ADVICE_UNSTARTED, &facts);
}

/* ---- the check ---- */

/* Finds the image's start in the memory in use. */
static bool find_begin(const struct boot0_session *session, const struct boot0_image *image,
                       uint32_t *begin)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        *begin = image->segments[i].address;
        if (b0_session_in_flash(session, &image->segments[i]))
            return true;
    }
    return false;
}

static bool runs_somewhere(const struct boot0_board *board, uint32_t cpu)
{
    for (size_t i = 0; i < board->chip_count; i++)
        if (boot0_chip_runs(board->chips[i], cpu))
            return true;
    return board->chip_count == 0;
}

enum boot0_status b0_session_check_program(struct boot0_session *session,
                                           const struct boot0_image *image, bool placed,
                                           struct boot0_error *error)
{
    const struct boot0_layout *flash = boot0_session_layout(session);
    struct boot0_vectors vectors;
    uint32_t begin;
    bool complete, fits;

    if (!runs_somewhere(&session->board, image->cpu))
        return fail_cpu(session, image->cpu, error);
    if (!flash || !find_begin(session, image, &begin) ||
        !boot0_image_vectors(image, begin, &vectors))
        return BOOT0_OK;
    complete = (vectors.reset & 1) != 0 && image_has(image, handler_of(session, vectors.reset));
    fits = is_for_some_chip(&session->board, vectors.stack, image->cpu);
    if (placed && !complete && b0_session_is_program(session, &vectors))
        return fail_linked_elsewhere(session, image, &vectors, error);
    if (placed && b0_session_is_program(session, &vectors) && begin % B0_VECTORS_ALIGNMENT != 0)
        return fail_alignment(begin, error);
    if (fits && complete)
        note_alias(session, vectors.reset);
    if (begin == b0_session_start_of(flash))
        return fits && is_handler(session, vectors.reset)
                   ? BOOT0_OK
                   : fail_no_program(session, &vectors, error);
    /* Other addresses may hold anything: only a plausible vector table is checked. */
    if (!complete || !is_any_stack(vectors.stack))
        return BOOT0_OK;
    return fits ? check_unstarted(session, &vectors, error) : fail_stack(session, &vectors, error);
}
