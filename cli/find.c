/* SPDX-License-Identifier: MIT */
/* See find.h. */
#include "find.h"

#include <stdlib.h>
#include <string.h>

enum {
    STEP_MS = 250,
    CANDIDATES_MAX = 64,
};

static enum boot0_status fail_none(const struct arguments *arguments, struct boot0_error *error)
{
    if (arguments->select.has_device || arguments->select.serial || arguments->select.path ||
        arguments->select.has_interface) {
        boot0_fail(error, BOOT0_E_NO_BOARD, "no matching board was found");
        return boot0_hint(error, "Run `boot0 list` without options to see all boards, or `boot0 "
                                 "doctor` to find out why one is missing.");
    }
    boot0_fail(error, BOOT0_E_NO_BOARD, "no board in DFU mode was found");
    return boot0_hint(error, "Connect BOOT0 to 3.3 V (button or jumper), press reset, and use a "
                             "USB cable that carries data: that enters DFU mode. Use --wait to "
                             "wait for a board. Run `boot0 doctor` to find out what is wrong.");
}

enum boot0_status find_boards(struct command_session *command, struct boot0_board **boards,
                              size_t *count, struct boot0_error *error)
{
    const struct boot0_selection selection = command_selection(command->arguments);
    const struct boot0_bus *bus = &command->bus;
    uint64_t start_us = bus->ops->now_us(bus->context);
    struct boot0_progress waiting = {.phase = BOOT0_PHASE_WAIT};

    for (;;) {
        enum boot0_status status = boot0_board_list(bus, &selection, boards, count, error);
        uint64_t spent_us = bus->ops->now_us(bus->context) - start_us;

        if (status != BOOT0_OK || *count > 0)
            return status;
        free(*boards);
        *boards = NULL;
        if (selection.wait_ms != UINT32_MAX && spent_us >= (uint64_t)selection.wait_ms * 1000)
            return fail_none(command->arguments, error);
        bus->ops->wait_change(bus->context, STEP_MS);
        waiting.elapsed_us = bus->ops->now_us(bus->context) - start_us;
        if (!progress_update(&command->progress, &waiting))
            return boot0_fail(error, BOOT0_E_CANCELLED, "stopped while waiting for a board");
    }
}

struct plugged find_plugged(const struct boot0_bus *bus, const char *path)
{
    struct boot0_candidate list[CANDIDATES_MAX];
    struct boot0_error ignored;
    struct plugged plugged = {0, 0};
    size_t count;

    if (bus->ops->scan(bus->context, list, CANDIDATES_MAX, &count, &ignored) != BOOT0_OK)
        return plugged;
    for (size_t i = 0; i < count && i < CANDIDATES_MAX; i++) {
        if (path && strcmp(list[i].path, path) != 0)
            continue;
        if (list[i].serial_only || list[i].dfu_protocol == BOOT0_DFU_PROTOCOL_RUNTIME)
            plugged.programs++;
        else
            plugged.bootloaders++;
    }
    return plugged;
}

enum boot0_status find_program(struct command_session *command, struct boot0_board **program,
                               struct boot0_error *error)
{
    struct boot0_board *boards = NULL;
    enum boot0_status status;
    struct plugged plugged;
    size_t count = 0;

    *program = NULL;
    plugged = find_plugged(&command->bus, NULL);
    if (plugged.bootloaders > 0 && plugged.programs == 0)
        return BOOT0_OK;
    status = find_boards(command, &boards, &count, error);
    progress_clear(&command->progress);
    if (status == BOOT0_OK && count == 1 && boards->mode == BOOT0_MODE_RUNTIME &&
        boards->access.code == BOOT0_OK)
        *program = boards;
    else
        free(boards);
    return status;
}
