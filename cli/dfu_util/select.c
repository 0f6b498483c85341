/* SPDX-License-Identifier: MIT */
/* Finds and opens the selected board: what dfu-util does before a transfer. */
#include "../print.h"
#include "../progress.h"
#include "dfu_util.h"

#include <stdlib.h>
#include <string.h>

enum {
    ANY_ID = 0xffff,
    LOOK_MS = 100,
    DETACH_WAIT_MIN_S = 5,
    TRANSFER_MAX = 4096, /* limit of Linux's usbfs, which dfu-util keeps to */
};

/* Lists the boards, and matches their alternate settings. The caller frees *boards. */
static enum boot0_status look(struct dfu_util_run *run, struct boot0_board **boards,
                              struct boot0_error *error)
{
    const struct dfu_util_match *match = &run->options->match;
    struct boot0_selection selection = {.path = match->path};
    size_t count;
    enum boot0_status status = boot0_board_list(&run->bus, &selection, boards, &count, error);

    run->target_count = status == BOOT0_OK ? dfu_util_find(*boards, count, match, run->targets,
                                                           DFU_UTIL_TARGETS_MAX)
                                           : 0;
    return status;
}

/* The same, repeatedly if the user wants to wait. */
static enum boot0_status look_or_wait(struct dfu_util_run *run, struct boot0_board **boards,
                                      struct boot0_error *error)
{
    enum boot0_status status = look(run, boards, error);

    if (run->options->wait && run->options->mode != DFU_UTIL_LIST)
        puts("Waiting for device, exit with ctrl-C");
    while (status == BOOT0_OK && run->target_count == 0 && run->options->wait &&
           run->options->mode != DFU_UTIL_LIST) {
        if (signals_pending())
            return boot0_fail(error, BOOT0_E_CANCELLED, "stopped while waiting for a board");
        run->bus.ops->wait_change(run->bus.context, LOOK_MS);
        free(*boards);
        status = look(run, boards, error);
    }
    return status;
}

/* The option that tells the targets apart. */
static const char *remedy(const struct dfu_util_run *run)
{
    const struct dfu_util_target *targets = run->targets;

    if (dfu_util_one_board(targets, run->target_count))
        return "choose a memory with -a";
    for (size_t i = 1; i < run->target_count; i++)
        if (strcmp(targets[i].board->usb.path, targets[0].board->usb.path) != 0)
            return "choose a board with -p, -S or -d";
    return "choose an interface with -i";
}

static int fail_count(const struct dfu_util_run *run)
{
    if (run->target_count == 0)
        return dfu_util_fail(DFU_UTIL_IO, "No DFU capable USB device available");
    dfu_util_fail(DFU_UTIL_IO, "More than one DFU capable USB device found! These match:");
    for (size_t i = 0; i < run->target_count; i++)
        dfu_util_print_target(stderr, &run->targets[i]);
    return dfu_util_fail(DFU_UTIL_IO, "%s", remedy(run));
}

/* Whether the targets are one memory, or memories of one board and the file says which of them. */
static bool is_clear(const struct dfu_util_run *run)
{
    return run->target_count == 1 || (run->target_count > 1 && run->file.says_dfuse &&
                                      dfu_util_one_board(run->targets, run->target_count));
}

static uint16_t transfer_size(const struct dfu_util_options *options)
{
    unsigned size = (unsigned)options->transfer_size;

    return (uint16_t)(size > TRANSFER_MAX ? TRANSFER_MAX : size);
}

/* Gives the session only the port, and selects what to use there once it is in DFU mode. */
static enum boot0_status open_session(struct dfu_util_run *run, const struct boot0_board *board,
                                      struct boot0_error *error)
{
    const struct dfu_util_options *options = run->options;
    const struct boot0_selection selection = {
        .path = board->usb.path,
        /* A program's interface says nothing about the bootloader's. */
        .has_interface = options->match.interface >= 0 || board->mode == BOOT0_MODE_DFU,
        .interface = board->usb.dfu_interface,
    };
    const int delay_s = options->detach_delay_s;
    const struct boot0_session_options session_options = {
        .anywhere = true,
        .transfer_size = transfer_size(options),
        .detach_wait_ms =
            1000 * (uint32_t)(delay_s < DETACH_WAIT_MIN_S ? DETACH_WAIT_MIN_S : delay_s),
    };

    puts("Opening DFU capable USB device...");
    return boot0_session_open(&run->session, &run->bus, &selection, &session_options,
                              &run->observer, error);
}

/* Matches the memories of the opened board again: it may have returned as another device. */
static int choose(struct dfu_util_run *run, bool was_program)
{
    struct dfu_util_match match = run->options->match;
    const struct boot0_board *board = boot0_session_board(run->session);

    match.path = NULL;
    if (was_program)
        match.device_number = DFU_UTIL_ANY;
    run->target_count = dfu_util_find(board, 1, &match, run->targets, DFU_UTIL_TARGETS_MAX);
    if (run->target_count == 0)
        return dfu_util_fail(DFU_UTIL_IO, "Lost device after RESET?");
    return is_clear(run) ? DFU_UTIL_OK : fail_count(run);
}

static int open_target(struct dfu_util_run *run, struct boot0_error *error)
{
    const struct boot0_board *board = run->targets[0].board;
    const struct dfu_util_match *match = &run->options->match;
    bool was_program = board->mode == BOOT0_MODE_RUNTIME;

    run->runtime_vendor = board->usb.vendor;
    run->runtime_product = board->usb.product;
    if (open_session(run, board, error) != BOOT0_OK)
        return dfu_util_error(error);
    dfu_util_print_board(boot0_session_board(run->session), run->options->verbose > 0);
    if (!was_program && match->vendor >= 0)
        run->runtime_vendor = (uint16_t)match->vendor;
    if (!was_program && match->product >= 0)
        run->runtime_product = (uint16_t)match->product;
    return choose(run, was_program);
}

static int detach(struct dfu_util_run *run, struct boot0_error *error)
{
    const struct boot0_board *board = run->targets[0].board;
    const struct boot0_selection selection = {
        .path = board->usb.path, .has_interface = true, .interface = board->usb.dfu_interface};

    puts("Opening DFU capable USB device...");
    if (boot0_board_detach_first(&run->bus, &selection, error) != BOOT0_OK) {
        /* A bootloader may refuse the detach; dfu-util ignores that. */
        int code = dfu_util_error(error);

        return board->mode == BOOT0_MODE_DFU ? DFU_UTIL_OK : code;
    }
    return DFU_UTIL_OK;
}

/* A program in transition to DFU mode is left alone; a bootloader may have to reset. */
static bool is_last_step(const struct dfu_util_run *run)
{
    return run->targets[0].board->mode == BOOT0_MODE_RUNTIME || !run->options->reset;
}

int dfu_util_open(struct dfu_util_run *run, bool *done)
{
    struct boot0_board *boards = NULL;
    struct boot0_error error;
    int code = DFU_UTIL_OK;

    *done = true;
    if (look_or_wait(run, &boards, &error) != BOOT0_OK) {
        code = dfu_util_error(&error);
    } else if (run->options->mode == DFU_UTIL_LIST) {
        for (size_t i = 0; i < run->target_count; i++)
            dfu_util_print_target(stdout, &run->targets[i]);
    } else if (!is_clear(run)) {
        code = fail_count(run);
    } else if (run->options->mode == DFU_UTIL_DETACH && is_last_step(run)) {
        code = detach(run, &error);
    } else {
        code = open_target(run, &error);
        *done = code != DFU_UTIL_OK;
    }
    free(boards);
    return code;
}

enum boot0_status dfu_util_use(struct dfu_util_run *run, const struct dfu_util_target *target,
                               struct boot0_error *error)
{
    char number[8];

    snprintf(number, sizeof number, "%u", target->alternate->alternate);
    print("Setting Alternate Interface #%s ...\n", number);
    return boot0_session_choose(run->session, number, error);
}
