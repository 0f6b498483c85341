/* SPDX-License-Identifier: MIT */
/* Selects a board: lists, chooses, waits for it, opens it. */
#include "../backend.h"
#include "private.h"
#include "touch_reset.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    CANDIDATES_MAX = 64,
    /*
     * From DFU_DETACH until the bootloader has enumerated. Boards need a second. An operating
     * system that searches a driver for a new id, or a virtual board on a busy machine, can take
     * much longer.
     */
    DETACH_WAIT_MS = 30000,
    IDLE_MS = 1000,   /* between calls of the observer while waiting; changes end a wait */
    RETRY_MS = 100,   /* for changes without an event, such as udev's rules */
    PERMIT_MS = 1000, /* time for udev's rules after a board appears */
};

struct candidates {
    struct boot0_candidate list[CANDIDATES_MAX];
    size_t count;
};

/* True if the candidate matches without opening it. */
static bool candidate_fits(const struct boot0_candidate *candidate,
                           const struct boot0_selection *selection)
{
    if (candidate->serial_only && !b0_touch_reset_find(candidate, selection->touch))
        return false;
    if (selection->has_vendor && candidate->vendor != selection->vendor)
        return false;
    if (selection->has_product && candidate->product != selection->product)
        return false;
    if (selection->has_interface && candidate->dfu_protocol == BOOT0_DFU_PROTOCOL_DFU &&
        candidate->dfu_interface != selection->interface)
        return false;
    return !selection->path || strcmp(candidate->path, selection->path) == 0;
}

/* Orders port numbers as numbers: "1-2" before "1-10"; interfaces of a board in order. */
static int by_port(const void *a, const void *b)
{
    const char *p = ((const struct boot0_candidate *)a)->path;
    const char *q = ((const struct boot0_candidate *)b)->path;

    while (*p && *q) {
        if (isdigit((unsigned char)*p) && isdigit((unsigned char)*q)) {
            char *p_end, *q_end;
            unsigned long m = strtoul(p, &p_end, 10), n = strtoul(q, &q_end, 10);

            if (m != n)
                return m < n ? -1 : 1;
            p = p_end;
            q = q_end;
        } else if (*p != *q) {
            return *p < *q ? -1 : 1;
        } else {
            p++;
            q++;
        }
    }
    if (*p == *q)
        return ((const struct boot0_candidate *)a)->dfu_interface -
               ((const struct boot0_candidate *)b)->dfu_interface;
    return (*p != '\0') - (*q != '\0');
}

/*
 * A program's DFU interface rarely has the same number as the bootloader's, so the number only
 * counts if the program has it too.
 */
static void drop_other_interfaces(struct candidates *found, const struct boot0_selection *selection)
{
    size_t kept = 0;

    for (size_t i = 0; i < found->count; i++) {
        const struct boot0_candidate *candidate = &found->list[i];
        bool another = false;

        for (size_t j = 0; j < found->count && selection->has_interface; j++)
            another = another || (strcmp(found->list[j].path, candidate->path) == 0 &&
                                  found->list[j].dfu_interface == selection->interface);
        if (!another || candidate->dfu_interface == selection->interface)
            found->list[kept++] = *candidate;
    }
    found->count = kept;
}

static enum boot0_status scan(const struct boot0_bus *bus, const struct boot0_selection *selection,
                              struct candidates *found, struct boot0_error *error)
{
    struct boot0_candidate all[CANDIDATES_MAX];
    size_t count;
    enum boot0_status status = bus->ops->scan(bus->context, all, CANDIDATES_MAX, &count, error);

    found->count = 0;
    if (status != BOOT0_OK)
        return status;
    if (count > CANDIDATES_MAX)
        count = CANDIDATES_MAX;
    for (size_t i = 0; i < count; i++)
        if (candidate_fits(&all[i], selection))
            found->list[found->count++] = all[i];
    drop_other_interfaces(found, selection);
    qsort(found->list, found->count, sizeof found->list[0], by_port);
    return BOOT0_OK;
}

/* Opens a candidate and identifies it. `named`: the chip that the user names; NULL: none. On
 * failure nothing stays open. */
static enum boot0_status open_and_probe(const struct boot0_bus *bus,
                                        const struct boot0_candidate *candidate,
                                        const struct boot0_chip *named, struct boot0_board *board,
                                        struct boot0_transport *transport,
                                        struct boot0_error *error)
{
    enum boot0_status status;

    memset(board, 0, sizeof *board);
    board->usb = *candidate;
    board->database = bus->database;
    board->named = named;
    board->mode = candidate->serial_only || candidate->dfu_protocol == BOOT0_DFU_PROTOCOL_RUNTIME
                      ? BOOT0_MODE_RUNTIME
                      : BOOT0_MODE_DFU;
    board->flash_alternate = -1;
    status = bus->ops->open(bus->context, candidate, transport, error);
    if (status == BOOT0_E_PERMISSION && candidate->serial_only) {
        transport->ops = NULL; /* its serial port may still be accessible */
        return BOOT0_OK;
    }
    if (status != BOOT0_OK)
        return status;
    status = b0_backend_of(transport)->probe(transport, board, error);
    if (status != BOOT0_OK) {
        transport->ops->close(transport->context);
        transport->ops = NULL;
    }
    return status;
}

static bool serial_fits(const struct boot0_board *board, const struct boot0_selection *selection)
{
    return !selection->serial || strcasecmp(board->serial, selection->serial) == 0;
}

static void close_probed(struct boot0_transport *transport)
{
    if (transport->ops)
        transport->ops->close(transport->context);
    transport->ops = NULL;
}

enum boot0_status boot0_board_list(const struct boot0_bus *bus,
                                   const struct boot0_selection *selection,
                                   struct boot0_board **boards, size_t *count,
                                   struct boot0_error *error)
{
    static const struct boot0_selection any;
    struct candidates found;
    struct boot0_transport transport;
    enum boot0_status status;

    *boards = NULL;
    *count = 0;
    if (!selection)
        selection = &any;
    status = scan(bus, selection, &found, error);
    if (status != BOOT0_OK)
        return status;
    *boards = calloc(found.count ? found.count : 1, sizeof **boards);
    if (!*boards)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the list of boards");
    for (size_t i = 0; i < found.count; i++) {
        struct boot0_board *board = &(*boards)[*count];
        struct boot0_error access = {0};

        if (open_and_probe(bus, &found.list[i], NULL, board, &transport, &access) == BOOT0_OK)
            close_probed(&transport);
        board->access = access;
        if (access.code != BOOT0_OK ? !selection->serial : serial_fits(board, selection))
            ++*count;
    }
    return BOOT0_OK;
}

/* One device whose interfaces are separate boards. */
static enum boot0_status fail_interfaces(const struct boot0_board *boards, size_t count,
                                         struct boot0_error *error)
{
    struct boot0_facts facts = {0};
    size_t length = 0;

    for (size_t i = 0; i < count && length + 80 < sizeof facts.text; i++) {
        const struct boot0_alternate *first = &boards[i].alternates[0];

        length += (size_t)snprintf(facts.text + length, sizeof facts.text - length,
                                   "\n  %u  \"%.40s\"%s", boards[i].usb.dfu_interface,
                                   first->has_layout ? first->layout.name : first->name,
                                   boards[i].alternate_count > 1 ? " and others" : "");
    }
    boot0_fail(error, BOOT0_E_SEVERAL, "the board at %s has %zu DFU interfaces", boards[0].usb.path,
               count);
    boot0_hint(error, "Choose one by its number:%s", facts.text);
    return boot0_advise(error, BOOT0_ADVICE_CHOOSE_INTERFACE, &facts);
}

static enum boot0_status fail_several(const struct boot0_board *boards, size_t count,
                                      struct boot0_error *error)
{
    bool one_device = true;
    struct boot0_facts facts = {0};
    size_t length = 0;

    for (size_t i = 1; i < count; i++)
        one_device = one_device && strcmp(boards[i].usb.path, boards[0].usb.path) == 0;
    if (one_device)
        return fail_interfaces(boards, count, error);
    for (size_t i = 0; i < count && length + 64 < sizeof facts.text; i++)
        length += (size_t)snprintf(facts.text + length, sizeof facts.text - length,
                                   "\n  %s  %04x:%04x%s%.24s", boards[i].usb.path,
                                   boards[i].usb.vendor, boards[i].usb.product,
                                   boards[i].serial[0] ? "  serial " : "", boards[i].serial);
    boot0_fail(error, BOOT0_E_SEVERAL, "found %zu boards", count);
    boot0_hint(error, "Choose one by its path, its serial number or its USB id:%s", facts.text);
    return boot0_advise(error, BOOT0_ADVICE_CHOOSE_BOARD, &facts);
}

static enum boot0_status fail_none(const struct boot0_selection *selection,
                                   struct boot0_error *error)
{
    bool any = !selection->has_vendor && !selection->serial && !selection->path &&
               !selection->has_interface;

    boot0_fail(error, BOOT0_E_NO_BOARD,
               any ? "no board in DFU mode was found" : "no matching board was found");
    if (!any) {
        boot0_hint(error,
                   "Check the path, serial number, USB id or interface against the connected "
                   "boards.");
        return boot0_advise(error, BOOT0_ADVICE_LIST_BOARDS, NULL);
    }
    boot0_hint(error, "Connect BOOT0 to 3.3 V (button or jumper), press reset, and use a USB "
                      "cable that carries data: that enters DFU mode.");
    return boot0_advise(error, BOOT0_ADVICE_FIND_BOARD, NULL);
}

static void close_transport(struct boot0_session *session)
{
    close_probed(&session->transport);
}

/* The only candidate: opens it at once and keeps it if it matches. */
static enum boot0_status open_only(struct boot0_session *session,
                                   const struct boot0_candidate *candidate,
                                   const struct boot0_selection *selection,
                                   struct boot0_error *error)
{
    enum boot0_status status = open_and_probe(&session->bus, candidate, session->chip,
                                              &session->board, &session->transport, error);

    if (status != BOOT0_OK || serial_fits(&session->board, selection))
        return status;
    close_transport(session);
    return fail_none(selection, error);
}

/* Several candidates: the serial number selects one, or the user must. */
static enum boot0_status open_one_of(struct boot0_session *session,
                                     const struct boot0_selection *selection,
                                     struct boot0_error *error)
{
    struct boot0_board *boards;
    size_t count;
    enum boot0_status status = boot0_board_list(&session->bus, selection, &boards, &count, error);

    if (status != BOOT0_OK)
        return status;
    if (count == 0)
        status = fail_none(selection, error);
    else if (count > 1)
        status = fail_several(boards, count, error);
    else
        status = open_only(session, &boards[0].usb, selection, error);
    free(boards);
    return status;
}

/* Tries once to find the selected board among the present ones. */
static enum boot0_status find_now(struct boot0_session *session,
                                  const struct boot0_selection *selection,
                                  struct boot0_error *error)
{
    struct candidates found;
    enum boot0_status status = scan(&session->bus, selection, &found, error);

    if (status != BOOT0_OK)
        return status;
    if (found.count == 0)
        return fail_none(selection, error);
    if (found.count == 1)
        return open_only(session, &found.list[0], selection, error);
    return open_one_of(session, selection, error);
}

/* Waits for a change on the bus and reports progress. False if the observer stops. */
static bool wait_for_change(struct boot0_session *session, uint64_t start_us, uint32_t part_ms)
{
    const struct boot0_bus *bus = &session->bus;
    struct boot0_progress progress = {.phase = BOOT0_PHASE_WAIT};

    bus->ops->wait_change(bus->context, part_ms);
    progress.elapsed_us = bus->ops->now_us(bus->context) - start_us;
    return !session->observer.progress ||
           session->observer.progress(session->observer.context, &progress);
}

static enum boot0_status find_within(struct boot0_session *session,
                                     const struct boot0_selection *selection, uint32_t limit_ms,
                                     struct boot0_error *error)
{
    const struct boot0_bus *bus = &session->bus;
    uint64_t start_us = bus->ops->now_us(bus->context);
    uint64_t denied_ms = UINT64_MAX; /* time of the first refused opening */

    for (;;) {
        enum boot0_status status = find_now(session, selection, error);
        uint64_t spent_ms = (bus->ops->now_us(bus->context) - start_us) / 1000;
        bool may_come =
            status == BOOT0_E_NO_BOARD || status == BOOT0_E_GONE || status == BOOT0_E_IO;
        uint64_t part_ms = status == BOOT0_E_NO_BOARD ? IDLE_MS : RETRY_MS;

        /* A board that has just appeared may not be accessible yet: udev is still working. */
        if (status != BOOT0_E_PERMISSION)
            denied_ms = UINT64_MAX;
        else if (denied_ms == UINT64_MAX)
            denied_ms = spent_ms;
        may_come = may_come || (status == BOOT0_E_PERMISSION && spent_ms - denied_ms < PERMIT_MS);
        if (!may_come || (limit_ms != UINT32_MAX && spent_ms >= limit_ms))
            return status;
        if (limit_ms != UINT32_MAX && limit_ms - spent_ms < part_ms)
            part_ms = limit_ms - spent_ms;
        if (!wait_for_change(session, start_us, (uint32_t)part_ms))
            return boot0_fail(error, BOOT0_E_CANCELLED, "stopped while waiting for a board");
    }
}

enum boot0_status b0_session_find_again(struct boot0_session *session,
                                        const struct boot0_selection *selection, uint32_t within_ms,
                                        struct boot0_error *error)
{
    const struct boot0_bus *bus = &session->bus;
    uint64_t start_us = bus->ops->now_us(bus->context);
    struct boot0_selection again = {.has_interface = selection->has_interface,
                                    .interface = selection->interface};
    uint32_t limit_ms = within_ms > 0 ? within_ms : session->options.detach_wait_ms;
    char path[BOOT0_PATH_MAX];

    /* Uses the port, which is unique; serial numbers are not always. */
    memcpy(path, session->board.usb.path, sizeof path);
    again.path = path;
    if (limit_ms == 0)
        limit_ms = DETACH_WAIT_MS;
    for (;;) {
        enum boot0_status status = find_within(session, &again, limit_ms, error);

        if (status != BOOT0_OK || session->board.mode == BOOT0_MODE_DFU)
            return status;
        close_transport(session); /* still the program */
        if (bus->ops->now_us(bus->context) - start_us > (uint64_t)limit_ms * 1000) {
            boot0_fail(error, BOOT0_E_PROTOCOL,
                       "the program did not enter DFU mode after the request");
            return boot0_hint(error, "Bring the board into DFU mode with BOOT0 and reset.");
        }
        if (!wait_for_change(session, start_us, RETRY_MS))
            return boot0_fail(error, BOOT0_E_CANCELLED, "stopped while waiting for the board");
    }
}

/* Switches a program to DFU mode through its serial port. */
static enum boot0_status enter_by_serial(const struct boot0_bus *bus,
                                         const struct boot0_candidate *candidate, bool asked,
                                         struct boot0_error *error)
{
    struct boot0_stream stream;
    enum boot0_status status;

    if (!bus->ops->open_serial) {
        boot0_fail(error, BOOT0_E_UNSUPPORTED, "the program's serial port cannot be reached here");
        return boot0_hint(error, "Bring the board into DFU mode with its button.");
    }
    status = bus->ops->open_serial(bus->context, candidate, &stream, error);
    if (status != BOOT0_OK)
        return status;
    status = b0_touch_reset_play(b0_touch_reset_find(candidate, asked), &stream, error);
    stream.ops->close(stream.context);
    return status;
}

/* Switches the program that the session found to DFU mode, in the way that it supports. */
static enum boot0_status ask_program(struct boot0_session *session, bool asked,
                                     struct boot0_error *error)
{
    enum boot0_status status;

    b0_session_note(session, "rebooting the program at %s into DFU mode", session->board.usb.path);
    if (session->board.usb.serial_only) {
        close_transport(session);
        return enter_by_serial(&session->bus, &session->board.usb, asked, error);
    }
    status =
        b0_backend_of(&session->transport)->detach(&session->transport, &session->board, error);
    close_transport(session);
    return status;
}

enum boot0_status b0_session_find(struct boot0_session *session,
                                  const struct boot0_selection *selection,
                                  struct boot0_error *error)
{
    static const struct boot0_selection any;
    enum boot0_status status;

    if (!selection)
        selection = &any;
    status = find_within(session, selection, selection->wait_ms, error);
    if (status == BOOT0_OK && session->board.mode == BOOT0_MODE_RUNTIME) {
        status = ask_program(session, selection->touch, error);
        if (status == BOOT0_OK)
            status = b0_session_find_again(session, selection, 0, error);
        session->board.from_program = true;
    }
    return status;
}

enum boot0_status boot0_board_detach(const struct boot0_bus *bus, const char *path,
                                     struct boot0_error *error)
{
    const struct boot0_selection selection = {.path = path};

    return boot0_board_detach_first(bus, &selection, error);
}

enum boot0_status boot0_board_detach_first(const struct boot0_bus *bus,
                                           const struct boot0_selection *selection,
                                           struct boot0_error *error)
{
    struct boot0_transport transport;
    struct boot0_board board;
    struct candidates found;
    enum boot0_status status = scan(bus, selection, &found, error);

    if (status == BOOT0_OK && found.count == 0)
        status = fail_none(selection, error);
    if (status == BOOT0_OK)
        status = open_and_probe(bus, &found.list[0], NULL, &board, &transport, error);
    if (status != BOOT0_OK)
        return status;
    if (board.usb.serial_only)
        status = enter_by_serial(bus, &board.usb, false, error);
    else if (b0_backend_of(&transport)->detach)
        status = b0_backend_of(&transport)->detach(&transport, &board, error);
    close_probed(&transport);
    return status;
}

bool b0_session_still_there(const struct boot0_session *session)
{
    struct boot0_candidate all[CANDIDATES_MAX];
    struct boot0_error ignored;
    size_t count;

    if (session->bus.ops->scan(session->bus.context, all, CANDIDATES_MAX, &count, &ignored) !=
        BOOT0_OK)
        return false;
    for (size_t i = 0; i < count && i < CANDIDATES_MAX; i++)
        if (strcmp(all[i].path, session->board.usb.path) == 0 &&
            all[i].address == session->board.usb.address)
            return true;
    return false;
}
