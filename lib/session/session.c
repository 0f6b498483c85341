/* Opening a session, running the engine in it, and what all its operations share. */
#include "private.h"

#include <boot0/boot0.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *boot0_version(void)
{
    return B0_VERSION;
}

void b0_session_note(const struct boot0_session *session, const char *format, ...)
{
    char text[256];
    va_list arguments;

    if (!session->observer.note)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    session->observer.note(session->observer.context, text);
}

/* ---- phases and progress ---- */

void b0_session_phase(struct boot0_session *session, enum boot0_phase phase, uint64_t total)
{
    session->progress = (struct boot0_progress){.phase = phase, .total = total};
    session->phase_start_us = b0_link_now_us(&session->link);
    session->phase_base = 0;
}

void b0_session_phase_end(struct boot0_session *session, uint64_t *sum_us)
{
    *sum_us += b0_link_now_us(&session->link) - session->phase_start_us;
}

/* Called by the link after every step. */
static bool tick(void *context)
{
    struct boot0_session *session = context;

    if (session->deaf || !session->observer.progress)
        return true;
    session->progress.done = session->phase_base + session->link.engine.done;
    if (session->progress.done > session->progress.total)
        session->progress.done = session->progress.total;
    session->progress.elapsed_us = b0_link_now_us(&session->link) - session->phase_start_us;
    return session->observer.progress(session->observer.context, &session->progress);
}

enum boot0_status b0_session_recover(struct boot0_session *session, struct boot0_error *error)
{
    struct b0_link_task task = {.doing = "bringing the board to dfuIDLE"};
    enum boot0_status status;
    bool was_deaf = session->deaf;

    session->deaf = true;
    b0_engine_idle(&session->link.engine);
    status = b0_link_run(&session->link, &task, error);
    session->deaf = was_deaf;
    return status;
}

enum boot0_status b0_session_run(struct boot0_session *session, const char *doing,
                                 const uint32_t *address, struct boot0_error *error)
{
    struct b0_link_task task = {
        .doing = doing, .has_address = address != NULL, .address = address ? *address : 0};
    struct boot0_error ignored;
    enum boot0_status status = b0_link_run(&session->link, &task, error);

    if (status != B0_E_CANCELLED)
        return status;
    if (b0_session_recover(session, &ignored) == B0_OK)
        return boot0_hint(error, "The board waits in DFU mode; what it was doing is not complete. "
                                 "Repeat the command, and it goes on from what the board holds.");
    return boot0_hint(error, "The board did not come to rest. Repeat the command; if it is not "
                             "found, reset it into DFU mode.");
}

bool b0_session_failure_may_pass(const struct boot0_session *session, enum boot0_status status)
{
    static const bool may_pass[] = {
        [B0_FAIL_NONE] = false,   [B0_FAIL_STATUS] = false, [B0_FAIL_STALL] = true,
        [B0_FAIL_TIMEOUT] = true, [B0_FAIL_GONE] = false,   [B0_FAIL_TRANSFER] = true,
        [B0_FAIL_SHORT] = true,   [B0_FAIL_STATE] = true,
    };

    if (status == B0_OK || status == B0_E_CANCELLED)
        return false;
    return may_pass[session->link.engine.failure];
}

/* ---- alternates ---- */

enum boot0_status b0_session_use(struct boot0_session *session, int index,
                                 struct boot0_error *error)
{
    const struct boot0_transport *transport = &session->link.transport;
    const struct boot0_alternate *alternate = &session->board.alternates[index];
    enum boot0_status status;

    if (session->selected == index)
        return B0_OK;
    status = transport->ops->select(transport->context, alternate->interface, alternate->alternate,
                                    error);
    session->selected = status == B0_OK ? index : -1;
    b0_engine_forget(&session->link.engine);
    return status;
}

static bool layout_has(const struct boot0_alternate *alternate, uint32_t address)
{
    return alternate->has_layout && boot0_layout_sector_at(&alternate->layout, address).size != 0;
}

int b0_session_alternate_of(const struct boot0_session *session, uint32_t address)
{
    const struct boot0_board *board = &session->board;

    if (session->chosen >= 0)
        return session->chosen;
    if (board->flash_alternate >= 0 &&
        layout_has(&board->alternates[board->flash_alternate], address))
        return board->flash_alternate;
    for (size_t i = 0; i < board->alternate_count; i++)
        if (layout_has(&board->alternates[i], address))
            return (int)i;
    return -1;
}

/* "2", or the beginning of a name with or without its '@'; any case. */
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

static enum boot0_status choose_alternate(struct boot0_session *session, struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;
    char list[300] = "";
    size_t length = 0;

    session->chosen = -1;
    if (!session->options.alternate)
        return B0_OK;
    for (size_t i = 0; i < board->alternate_count; i++) {
        if (alternate_is(&board->alternates[i], session->options.alternate)) {
            session->chosen = (int)i;
            return B0_OK;
        }
        if (length + 64 < sizeof list)
            length += (size_t)snprintf(list + length, sizeof list - length, "%s%u \"%.40s\"",
                                       i ? ", " : "", board->alternates[i].alternate,
                                       board->alternates[i].name);
    }
    boot0_fail(error, B0_E_USAGE, "the board has no alternate setting \"%s\"",
               session->options.alternate);
    return boot0_hint(error, "It has: %s.", list);
}

/* ---- opening and closing ---- */

static void start_engine(struct boot0_session *session)
{
    const struct boot0_board *board = &session->board;
    const struct b0_quirk *quirk = b0_quirk_find(board);
    struct b0_engine_config config = {
        .interface =
            board->alternate_count ? board->alternates[0].interface : board->usb.dfu_interface,
        .transfer_size = board->transfer_size,
        .dfuse = board->dfuse,
    };

    if (quirk)
        config.quirks = quirk->engine;
    if (session->options.patient)
        config.quirks.poll_early = false;
    b0_engine_init(&session->link.engine, &config);
}

/* The user's word on the chip, against what the board says: the board wins, the user is told. */
static enum boot0_status check_chip(struct boot0_session *session, struct boot0_error *error)
{
    struct boot0_board *board = &session->board;
    const struct boot0_chip *chip;

    if (session->options.chip) {
        chip = boot0_chip_by_name(session->options.chip);
        if (!chip) {
            boot0_fail(error, B0_E_USAGE, "no chip \"%s\" is known", session->options.chip);
            return boot0_hint(error, "Names such as f407, f103, l476, or STM32F407VE are.");
        }
        if (board->flash_alternate >= 0 &&
            !boot0_chip_matches(chip, &board->alternates[board->flash_alternate].layout, NULL))
            snprintf(board->contradiction, sizeof board->contradiction,
                     "it is said to be a %s, but its layout is not that of one", chip->name);
        board->chips[0] = chip;
        board->chip_count = 1;
        board->family = chip->family;
    }
    if (board->contradiction[0])
        b0_session_note(session, "the board: %s", board->contradiction);
    session->times = board->family ? b0_flash_times_find(board->family) : NULL;
    session->width = B0_PARALLEL_X8;
    return B0_OK;
}

static enum boot0_status check_transfer_size(struct boot0_session *session,
                                             struct boot0_error *error)
{
    struct boot0_board *board = &session->board;

    if (board->transfer_size != 0 || board->mode == B0_MODE_RUNTIME)
        return B0_OK;
    boot0_fail(error, B0_E_PROTOCOL, "the board's DFU descriptor gives no transfer size");
    return boot0_hint(error, "It was damaged on the way, or the bootloader is not DFU 1.0 or 1.1. "
                             "Plug the board in anew.");
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
        return boot0_fail(error, B0_E_MEMORY, "out of memory for a session");
    made->bus = bus;
    if (options)
        made->options = *options;
    if (observer)
        made->observer = *observer;
    made->selected = made->chosen = -1;
    made->link.tick = tick;
    made->link.context = made;
    status = b0_session_find(made, selection, error);
    if (status == B0_OK)
        status = check_transfer_size(made, error);
    if (status == B0_OK)
        status = choose_alternate(made, error);
    if (status == B0_OK)
        status = check_chip(made, error);
    if (status == B0_OK) {
        int first = made->chosen >= 0 ? made->chosen : made->board.flash_alternate;

        made->opened_us = b0_link_now_us(&made->link);
        start_engine(made);
        status = b0_session_use(made, first >= 0 ? first : 0, error);
    }
    if (status == B0_OK)
        status = b0_session_recover(made, error);
    if (status != B0_OK) {
        boot0_session_close(made);
        return status;
    }
    *session = made;
    return B0_OK;
}

void boot0_session_close(struct boot0_session *session)
{
    if (!session)
        return;
    if (session->link.transport.ops)
        session->link.transport.ops->close(session->link.transport.context);
    free(session);
}

const struct boot0_board *boot0_session_board(const struct boot0_session *session)
{
    return &session->board;
}

const struct boot0_layout *boot0_session_layout(const struct boot0_session *session)
{
    int index = session->chosen >= 0 ? session->chosen : session->board.flash_alternate;

    if (!session->board.dfuse || index < 0 || !session->board.alternates[index].has_layout)
        return NULL;
    return &session->board.alternates[index].layout;
}

void boot0_session_report(const struct boot0_session *session, struct boot0_report *report)
{
    *report = session->report;
    report->transfers = session->link.transfers;
    report->total_us = b0_link_now_us(&session->link) - session->opened_us;
}

enum boot0_status b0_session_need_dfuse(const struct boot0_session *session, const char *what,
                                        struct boot0_error *error)
{
    if (session->board.dfuse)
        return B0_OK;
    boot0_fail(error, B0_E_UNSUPPORTED, "this board's bootloader cannot %s", what);
    return boot0_hint(error,
                      "It speaks plain DFU %x.%x, which knows no addresses: a file is "
                      "written, or read, as a whole.",
                      session->board.dfu_version >> 8, session->board.dfu_version >> 4 & 0xf);
}
