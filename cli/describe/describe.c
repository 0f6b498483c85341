/* SPDX-License-Identifier: MIT */
/* boot0 info --describe. */
#include "describe.h"

#include "../find.h"

#include <stdlib.h>
#include <string.h>

enum {
    RETURN_WAIT_MS = 5000,
};

/* The format's word for the board's bootloader. */
static const char *bootloader_of(const struct boot0_board *board)
{
    if (board->usb.vendor == BOOT0_VENDOR_LEAFLABS && board->usb.product == BOOT0_PRODUCT_MAPLE_DFU)
        return "maple";
    return board->has_addresses ? "dfuse" : "plain";
}

/* Reads what a serial port reports: the chip and its flash. */
static void read_uart(struct description *description)
{
    const struct boot0_board *board = &description->board;

    snprintf(description->serial, sizeof description->serial, "%.*s", DESCRIBE_STRING_MAX,
             board->serial);
    for (size_t i = 0; i < board->alternate_count; i++) {
        struct describe_alternate *to = &description->alternates[description->alternate_count++];

        to->has_layout = board->alternates[i].has_layout;
        to->layout = board->alternates[i].layout;
    }
}

/* Closes the session meanwhile: it would be in the way where a device can be opened only once. */
static enum boot0_status read_board(struct description *description,
                                    struct command_session *command, struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    description->bootloader = bootloader_of(&description->board);
    if (description->board.usb.kind == BOOT0_KIND_SERIAL) {
        read_uart(description);
    } else {
        boot0_session_close(command->session);
        command->session = NULL;
        status = describe_read_usb(description, &command->bus, error);
    }
    if (status == BOOT0_OK)
        describe_memories(description);
    return status;
}

/* Restarts a program that was running before. */
static void resume(struct command_session *command, const struct boot0_board *board)
{
    const struct boot0_selection selection = {.path = board->usb.path, .wait_ms = RETURN_WAIT_MS};
    struct boot0_error error;

    if (!board->from_program)
        return;
    if (boot0_session_open(&command->session, &command->bus, &selection, NULL, &command->observer,
                           &error) == BOOT0_OK &&
        command_start_program(command, &error) == BOOT0_OK)
        progress_note(&command->progress, "the program continues");
    else
        progress_note(&command->progress,
                      "the board stays in its bootloader; its reset button starts the program");
}

/* A program says nothing about the bootloader. Only the user may have it disturbed. */
static enum boot0_status refuse_program(struct command_session *command, struct boot0_error *error)
{
    struct boot0_board *program = NULL;
    enum boot0_status status = BOOT0_OK;

    if (command->arguments->select.restart || command->arguments->select.touch ||
        command->arguments->select.port)
        return BOOT0_OK;
    status = find_program(command, &program, error);
    if (status == BOOT0_OK && program) {
        status = boot0_fail(error, BOOT0_E_UNSUPPORTED,
                            "the board runs its program, but --describe needs its bootloader");
        boot0_hint(error, "Use --restart to restart the board into its bootloader and back.");
    }
    free(program);
    return status;
}

static enum boot0_status describe(struct description *description, struct command_session *command,
                                  struct boot0_error *error)
{
    const struct boot0_selection selection = command_selection(command->arguments);
    enum boot0_status status = refuse_program(command, error);

    if (status != BOOT0_OK)
        return status;
    if (!command->arguments->select.port)
        describe_read_state(description, &command->bus, &selection);
    status = command_open_session(command, error);
    if (status != BOOT0_OK)
        return status;
    description->board = *boot0_session_board(command->session);
    status = read_board(description, command, error);
    progress_break_off(&command->progress);
    if (status == BOOT0_OK)
        describe_write(description, stdout);
    if (!command->session)
        resume(command, &description->board);
    return status;
}

enum boot0_status describe_board(const struct arguments *arguments, struct boot0_error *error)
{
    struct description *description = calloc(1, sizeof *description);
    struct command_session command;
    enum boot0_status status;

    if (!description)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    status = command_open_bus(&command, arguments, error);
    if (status == BOOT0_OK)
        status = describe(description, &command, error);
    command_close(&command);
    free(description);
    return status;
}
