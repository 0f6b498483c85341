/* SPDX-License-Identifier: MIT */
/* Opens a session, runs the engine in it; functions shared by all operations. */
#include "../backend.h"
#include "private.h"

#include <boot0/boot0.h>
#include <core/array.h>
#include <core/crc32.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *boot0_version(void)
{
    return B0_VERSION;
}

enum { NOTE_MAX = 256 };

void b0_session_note(const struct boot0_session *session, const char *format, ...)
{
    char text[NOTE_MAX];
    va_list arguments;

    if (!session->observer.note)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    session->observer.note(session->observer.context, text);
}

/* True if a text was not noted before; records it. */
static bool is_news(struct boot0_session *session, const char *text)
{
    uint32_t crc = b0_crc32(0, (const uint8_t *)text, strlen(text));

    for (size_t i = 0; i < session->told_count && i < B0_LENGTH(session->told); i++)
        if (session->told[i] == crc)
            return false;
    session->told[session->told_count++ % B0_LENGTH(session->told)] = crc;
    return true;
}

void b0_session_note_once(struct boot0_session *session, const char *format, ...)
{
    char text[NOTE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (is_news(session, text))
        b0_session_note(session, "%s", text);
}

void b0_session_advise(struct boot0_session *session, const struct boot0_error *note)
{
    if (!is_news(session, note->message))
        return;
    if (session->observer.advise)
        session->observer.advise(session->observer.context, note);
    else
        b0_session_note(session, "%s: %s", note->message, note->hint);
}

/* ---- phases and progress ---- */

uint64_t b0_session_now_us(const struct boot0_session *session)
{
    return session->transport.ops->now_us(session->transport.context);
}

/* Returns the time to erase all erasable sectors one after the other. */
static uint64_t sectors_erase_ms(const struct boot0_layout *layout,
                                 const struct b0_flash_times *times, enum b0_parallelism width)
{
    uint64_t ms = 0;

    for (size_t i = 0; i < layout->region_count; i++)
        if (layout->regions[i].access & BOOT0_SECTOR_ERASABLE)
            ms += (uint64_t)layout->regions[i].sector_count *
                  b0_flash_erase_ms(times, width, layout->regions[i].sector_size);
    return ms;
}

/*
 * Returns the duration of a mass erase if the board has this chip. In flash with large sectors (F2,
 * F4, F7, H7) it takes as long as all sectors, whatever the part's size and number of banks: for an
 * F407 16.8 s, and 16 s in its datasheet. In flash with pages it takes milliseconds (core/family).
 */
static uint64_t mass_erase_ms(const struct boot0_session *session, const struct boot0_chip *chip,
                              const struct boot0_layout *layout)
{
    const struct b0_family *family = b0_family_find(chip->family);
    const struct b0_flash_times *times = family ? family->times : NULL;
    uint64_t sectors_ms = times ? sectors_erase_ms(layout, times, session->erase_width) : 0;
    uint64_t bank_ms = times ? times->mass_erase_ms[session->erase_width] : 0;

    return session->board.bootloader.present || sectors_ms < 4 * bank_ms ? sectors_ms : bank_ms;
}

/*
 * Uses the slowest of several candidates; 0 if none is known, or for memories other than the main
 * flash.
 */
static uint64_t expected_mass_erase_us(const struct boot0_session *session)
{
    const struct boot0_board *board = &session->board;
    uint64_t longest_ms = 0;

    if (board->flash_alternate < 0 ||
        (session->chosen >= 0 && session->chosen != board->flash_alternate))
        return 0;
    for (size_t i = 0; i < board->chip_count; i++) {
        uint64_t ms = mass_erase_ms(session, board->chips[i],
                                    &board->alternates[board->flash_alternate].layout);

        longest_ms = ms > longest_ms ? ms : longest_ms;
    }
    return longest_ms * 1000;
}

void b0_session_phase(struct boot0_session *session, enum boot0_phase phase, uint64_t total)
{
    session->progress = (struct boot0_progress){.phase = phase, .total = total};
    if (phase == BOOT0_PHASE_ERASE && total == 0)
        session->progress.expected_us = expected_mass_erase_us(session);
    session->phase_start_us = b0_session_now_us(session);
    session->phase_base = 0;
    session->phase_over = false;
}

/* Reports `done` bytes of the phase. False if the observer stops, now or earlier. */
static bool show(struct boot0_session *session, uint64_t done)
{
    struct boot0_progress *progress = &session->progress;

    if (!session->observer.progress)
        return true;
    if (session->stopped)
        return false;
    if (!session->phase_over) {
        progress->done = done < progress->total ? done : progress->total;
        progress->elapsed_us = b0_session_now_us(session) - session->phase_start_us;
        progress->left_us = b0_session_left_us(session, progress);
    }
    session->stopped = !session->observer.progress(session->observer.context, progress);
    return !session->stopped;
}

void b0_session_phase_end(struct boot0_session *session, uint64_t *sum_us)
{
    *sum_us += b0_session_now_us(session) - session->phase_start_us;
    if (!session->phase_over)
        show(session, session->phase_base);
    session->phase_over = true;
}

/* The protocol calls this after every transfer. */
static bool tick(void *context)
{
    struct boot0_session *session = context;

    return show(session, session->phase_base + session->protocol->done);
}

enum boot0_status b0_session_stopped(struct boot0_session *session, enum boot0_status status,
                                     struct boot0_error *error)
{
    struct boot0_error ignored;

    if (status != BOOT0_E_CANCELLED)
        return status;
    session->stopped = false;
    session->phase_over = true;
    if (session->protocol->ops->return_to_idle(session->protocol, &ignored) == BOOT0_OK)
        boot0_hint(error, "The board waits in DFU mode; its last operation may be incomplete.");
    else
        boot0_hint(error, "The board did not return to idle. If it is not found, reset it into "
                          "DFU mode.");
    return boot0_advise(error, BOOT0_ADVICE_CONTINUE, NULL);
}

/* ---- alternates ---- */

static bool layout_has(const struct boot0_alternate *alternate, uint32_t address)
{
    return alternate->has_layout && boot0_layout_sector_at(&alternate->layout, address).size != 0;
}

/* Appends '2 "Serial Flash"' to a list; returns its length. */
static size_t list_alternate(const struct boot0_alternate *alternate, char *text, size_t size,
                             size_t length)
{
    if (length + 64 < size)
        length += (size_t)snprintf(
            text + length, size - length, "%s%u \"%.40s\"", length ? ", " : "",
            alternate->alternate, alternate->has_layout ? alternate->layout.name : alternate->name);
    return length;
}

void b0_session_list_alternates(const struct boot0_session *session, char *text, size_t size)
{
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < session->board.alternate_count; i++)
        length = list_alternate(&session->board.alternates[i], text, size, length);
}

static enum boot0_status fail_several(const struct boot0_session *session, uint32_t address,
                                      struct boot0_error *error)
{
    struct boot0_facts facts = {0};
    size_t length = 0;

    for (size_t i = 0; i < session->board.alternate_count; i++)
        if (layout_has(&session->board.alternates[i], address))
            length = list_alternate(&session->board.alternates[i], facts.text, sizeof facts.text,
                                    length);
    boot0_fail(error, BOOT0_E_USAGE, "several memories of the board have the address 0x%08x",
               address);
    boot0_hint(error, "Choose one of them: %s. Nothing was changed.", facts.text);
    return boot0_advise(error, BOOT0_ADVICE_CHOOSE_MEMORY, &facts);
}

enum boot0_status b0_session_find_memory(const struct boot0_session *session, uint32_t address,
                                         int *index, struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;

    *index = session->chosen;
    if (*index >= 0)
        return BOOT0_OK;
    for (size_t i = 0; i < board->alternate_count; i++) {
        if (!layout_has(&board->alternates[i], address))
            continue;
        if (*index >= 0)
            return fail_several(session, address, error);
        *index = (int)i;
    }
    return BOOT0_OK;
}

bool b0_session_in_flash(const struct boot0_session *session, const struct boot0_segment *segment)
{
    int flash = session->board.flash_alternate;

    return flash >= 0 && segment->alternate == session->board.alternates[flash].alternate;
}

uint32_t b0_session_start_of(const struct boot0_layout *layout)
{
    uint32_t start = layout->regions[0].address;

    (void)boot0_layout_extent(layout, BOOT0_SECTOR_WRITABLE, &start, NULL);
    return start;
}

/* Matches "2", or a prefix of a name with or without its '@', ignoring case. */
static bool alternate_is(const struct boot0_alternate *alternate, const char *wanted)
{
    char *end;
    unsigned long number = strtoul(wanted, &end, 10);
    const char *name = alternate->name;

    if (*wanted != '\0' && *end == '\0')
        return number == alternate->alternate;
    if (*name == '@' && *wanted != '@')
        name++;
    return *wanted != '\0' && strncasecmp(name, wanted, strlen(wanted)) == 0;
}

/* On a board with addresses, a memory without known addresses cannot be used. */
static enum boot0_status check_alternate(const struct boot0_session *session, int index,
                                         struct boot0_error *error)
{
    const struct boot0_alternate *alternate = &session->board.alternates[index];
    const char *fault;
    size_t at;

    if (!session->board.has_addresses || session->options.anywhere ||
        (alternate->has_layout && alternate->layout.region_count > 0))
        return BOOT0_OK;
    fault = boot0_layout_fault(alternate->name, strlen(alternate->name), &at);
    if (!fault) {
        boot0_fail(error, BOOT0_E_UNSUPPORTED, "the memory \"%s\" is empty: it has no sectors",
                   alternate->layout.name);
        return boot0_hint(error, "Check the board: it reports this itself, and its bootloader may "
                                 "have found no chip there.");
    }
    boot0_fail(error, BOOT0_E_UNSUPPORTED,
               "the board does not report the addresses of its alternate setting %u",
               alternate->alternate);
    return boot0_hint(error,
                      "Plug the board in again if the setting's name was damaged in transit. It "
                      "must be a memory layout, but %s: \"%.60s\".",
                      fault, alternate->name + (alternate->name[at] ? at : 0));
}

static enum boot0_status choose_alternate(struct boot0_session *session, const char *wanted,
                                          struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;
    char list[300];

    session->chosen = -1;
    if (!wanted)
        return BOOT0_OK;
    for (size_t i = 0; i < board->alternate_count; i++)
        if (alternate_is(&board->alternates[i], wanted)) {
            session->chosen = (int)i;
            return check_alternate(session, (int)i, error);
        }
    b0_session_list_alternates(session, list, sizeof list);
    boot0_fail(error, BOOT0_E_USAGE, "the board has no alternate setting \"%s\"", wanted);
    return boot0_hint(error, "Use one of %s.", list);
}

enum boot0_status boot0_session_choose(struct boot0_session *session, const char *alternate,
                                       struct boot0_error *error)
{
    return choose_alternate(session, alternate, error);
}

/* ---- opening and closing ---- */

/* Opens the board's protocol and brings the board to idle. */
static enum boot0_status start_protocol(struct boot0_session *session, struct boot0_error *error)
{
    session->protocol = b0_backend_of(&session->transport)
                            ->open(&session->transport, &session->board, session->options.patient);
    if (!session->protocol)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for a session");
    session->protocol->tick = tick;
    session->protocol->context = session;
    return session->protocol->ops->return_to_idle(session->protocol, error);
}

static enum boot0_status fail_board(const struct boot0_database *database, const char *name,
                                    struct boot0_error *error)
{
    const struct boot0_board_profile *entry;
    struct boot0_facts facts = {0};
    size_t length = 0;

    for (size_t i = 0;
         (entry = boot0_database_board_at(database, i)) != NULL && length < sizeof facts.text; i++)
        length += (size_t)snprintf(facts.text + length, sizeof facts.text - length, "%s%s",
                                   i ? ", " : "", entry->key);
    boot0_fail(error, BOOT0_E_USAGE, "unknown board \"%s\"", name);
    boot0_hint(error, "Use one of %s, or name the chip and the supply of the board.", facts.text);
    return boot0_advise(error, BOOT0_ADVICE_NAME_CHIP, &facts);
}

/* A board profile provides values that the user did not give. */
static enum boot0_status apply_entry(struct boot0_session *session, struct boot0_error *error)
{
    const struct boot0_database *database = session->bus.database;
    struct boot0_session_options *options = &session->options;
    const struct boot0_board_profile *entry;

    if (!options->board)
        return BOOT0_OK;
    entry = boot0_database_board_by_name(database, options->board);
    if (!entry)
        return fail_board(database, options->board, error);
    if (!options->chip)
        options->chip = entry->chip;
    session->supply_from_entry = options->supply_mv == 0;
    if (session->supply_from_entry)
        options->supply_mv = entry->supply_mv;
    return BOOT0_OK;
}

/* Runs before the board is opened: the user can tell apart chips that the ROM cannot. */
static enum boot0_status find_chip(struct boot0_session *session, struct boot0_error *error)
{
    if (!session->options.chip)
        return BOOT0_OK;
    session->chip = boot0_database_chip_by_name(session->bus.database, session->options.chip);
    if (session->chip)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "unknown chip \"%s\"", session->options.chip);
    return boot0_hint(error, "Use a name such as f407, f103, l476 or STM32F407VE.");
}

/* Returns the times of the slowest chip to erase that the board can be. */
static const struct b0_flash_times *slowest_times(const struct boot0_board *board)
{
    const struct b0_flash_times *slowest = NULL;
    uint32_t size = board->flash_alternate < 0
                        ? 0
                        : board->alternates[board->flash_alternate].layout.regions[0].sector_size;

    for (size_t i = 0; i < board->chip_count; i++) {
        const struct b0_family *family = b0_family_find(board->chips[i]->family);

        if (!family)
            return NULL; /* an unknown chip may be slower */
        if (!slowest || b0_flash_erase_ms(family->times, B0_PARALLEL_X8, size) >
                            b0_flash_erase_ms(slowest, B0_PARALLEL_X8, size))
            slowest = family->times;
    }
    return slowest;
}

/* Applies the user's choice of chip over the board's report. boot0's bootloader has read the id. */
static void take_chip(struct boot0_board *board, const struct boot0_chip *chip)
{
    const bool is_known = board->bootloader.present && board->chip_count == 1;

    if (is_known && chip->id != 0 && board->chips[0]->id != chip->id) {
        snprintf(board->contradiction, sizeof board->contradiction,
                 "the given chip is %s, but the board has %s", chip->name, board->chips[0]->name);
        return;
    }
    if (!is_known && board->flash_alternate >= 0 &&
        !boot0_chip_matches(chip, &board->alternates[board->flash_alternate].layout, NULL))
        snprintf(board->contradiction, sizeof board->contradiction,
                 "the given chip is %s, but the board's layout is that of another one", chip->name);
    board->chips[0] = chip;
    board->chip_count = 1;
    board->family = chip->family;
}

/* The user's own board may have been recognised by its USB ids: it says the supply. */
static void check_chip(struct boot0_session *session)
{
    struct boot0_board *board = &session->board;

    if (session->options.board)
        board->profile =
            boot0_database_board_by_name(session->bus.database, session->options.board);
    if (session->options.supply_mv == 0 && board->profile && board->profile->supply_mv != 0) {
        session->options.supply_mv = board->profile->supply_mv;
        session->supply_from_entry = true;
    }
    if (session->chip)
        take_chip(board, session->chip);
    session->times = slowest_times(board);
    session->width = B0_PARALLEL_X8;
    session->erase_width = B0_PARALLEL_X8;
    /* It measures the supply, and is built for 3.3 V if it cannot. */
    if (board->bootloader.present) {
        session->width = b0_session_width_of(board->bootloader.supply_mv);
        session->erase_width = session->width;
    }
}

static enum boot0_status check_transfer_size(struct boot0_session *session,
                                             struct boot0_error *error)
{
    struct boot0_board *board = &session->board;

    if (session->options.transfer_size != 0 && !board->has_addresses)
        board->transfer_size = session->options.transfer_size;
    if (board->transfer_size != 0 || board->mode == BOOT0_MODE_RUNTIME)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_PROTOCOL, "the board's DFU descriptor gives no transfer size");
    return boot0_hint(error, "Plug the board in again: the descriptor was damaged in transit, or "
                             "the bootloader is not DFU 1.0 or 1.1.");
}

enum boot0_status boot0_session_open(struct boot0_session **session, const struct boot0_bus *bus,
                                     const struct boot0_selection *selection,
                                     const struct boot0_session_options *options,
                                     const struct boot0_observer *observer,
                                     struct boot0_error *error)
{
    struct boot0_session *made = calloc(1, sizeof *made);
    enum boot0_status status;

    *session = NULL;
    if (!made)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for a session");
    made->bus = *bus;
    if (options)
        made->options = *options;
    if (observer)
        made->observer = *observer;
    made->chosen = -1;
    status = apply_entry(made, error);
    if (status == BOOT0_OK)
        status = find_chip(made, error);
    if (status == BOOT0_OK)
        status = b0_session_find(made, selection, error);
    if (status == BOOT0_OK)
        status = check_transfer_size(made, error);
    if (status == BOOT0_OK)
        status = choose_alternate(made, made->options.alternate, error);
    if (status == BOOT0_OK) {
        check_chip(made);
        made->opened_us = b0_session_now_us(made);
        b0_session_phase(made, BOOT0_PHASE_PREPARE, 0);
        status = start_protocol(made, error);
    }
    if (status != BOOT0_OK) {
        boot0_session_close(made);
        return status;
    }
    *session = made;
    return BOOT0_OK;
}

/* Closes the protocol and the transport, if they are open. */
static void close_way(struct b0_protocol *protocol, struct boot0_transport *transport)
{
    if (protocol)
        protocol->ops->close(protocol);
    if (transport->ops)
        transport->ops->close(transport->context);
}

static enum boot0_status reopen(struct boot0_session *session, bool same_memories,
                                uint32_t within_ms, struct boot0_error *error)
{
    struct boot0_board board = session->board;
    struct boot0_transport transport = session->transport;
    struct b0_protocol *protocol = session->protocol;
    const struct boot0_selection same = {.has_interface = board.usb.kind == BOOT0_KIND_USB,
                                         .interface = board.usb.dfu_interface};
    enum boot0_status status;

    session->transport.ops = NULL;
    session->protocol = NULL;
    status = b0_session_find_again(session, &same, within_ms, error);
    session->board.from_program = board.from_program;
    if (status == BOOT0_OK) {
        check_chip(session);
        status = start_protocol(session, error);
    }
    if (status == BOOT0_OK && same_memories &&
        session->board.alternate_count != board.alternate_count)
        status = boot0_fail(error, BOOT0_E_PROTOCOL, "another board came back at the same port");
    if (status == BOOT0_OK) {
        session->other_transfers += protocol->transfers;
        close_way(protocol, &transport);
        return BOOT0_OK;
    }
    close_way(session->protocol, &session->transport);
    session->board = board;
    session->transport = transport;
    session->protocol = protocol;
    protocol->retryable = false;
    return status;
}

enum boot0_status b0_session_reopen(struct boot0_session *session, struct boot0_error *error)
{
    return reopen(session, true, 0, error);
}

enum boot0_status b0_session_reopen_other(struct boot0_session *session, uint32_t within_ms,
                                          struct boot0_error *error)
{
    session->supply_done = false;
    return reopen(session, false, within_ms, error);
}

void boot0_session_close(struct boot0_session *session)
{
    if (!session)
        return;
    close_way(session->protocol, &session->transport);
    free(session);
}

const struct boot0_board *boot0_session_board(const struct boot0_session *session)
{
    return &session->board;
}

const struct boot0_layout *boot0_session_layout(const struct boot0_session *session)
{
    int index = session->chosen >= 0 ? session->chosen : session->board.flash_alternate;

    if (!session->board.has_addresses || index < 0 || !session->board.alternates[index].has_layout)
        return NULL;
    return &session->board.alternates[index].layout;
}

void boot0_session_report(const struct boot0_session *session, struct boot0_report *report)
{
    *report = session->report;
    report->transfers = session->protocol->transfers + session->other_transfers;
    report->total_us = b0_session_now_us(session) - session->opened_us;
}

enum boot0_status b0_session_need_addresses(const struct boot0_session *session, const char *what,
                                            struct boot0_error *error)
{
    if (session->board.has_addresses)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_UNSUPPORTED, "this board's bootloader cannot %s", what);
    return boot0_hint(error,
                      "Write or read a file as a whole: the bootloader supports plain DFU %x.%x, "
                      "which has no addresses.",
                      session->board.dfu_version >> 8, session->board.dfu_version >> 4 & 0xf);
}

enum boot0_status b0_session_fail_different(struct boot0_session *session, uint32_t address,
                                            uint8_t wanted, uint8_t held, struct boot0_error *error)
{
    session->report.differs = true;
    session->report.differs_at = address;
    boot0_fail(error, BOOT0_E_MISMATCH,
               "the board differs from the file at 0x%08x: 0x%02x in the file, 0x%02x on the board",
               address, wanted, held);
    boot0_hint(error, "Write the file, which changes only the differences.");
    return boot0_advise(error, BOOT0_ADVICE_WRITE_DIFFERENCE, NULL);
}
