/* SPDX-License-Identifier: MIT */
/* A command's work with one board: the bus, the session, and what is shown meanwhile. */
#ifndef BOOT0_CLI_COMMAND_SESSION_H
#define BOOT0_CLI_COMMAND_SESSION_H

#include "command.h"
#include "progress.h"

struct command_session {
    const struct arguments *arguments;
    struct boot0_bus bus;
    FILE *trace;                /* NULL: none */
    struct boot0_stream replay; /* a recorded serial port; ops NULL: none. The bus owns it */
    struct boot0_session *session;
    struct progress progress;
    struct boot0_observer observer;
};

/* The bus that the arguments mean: the machine's, or virtual boards. */
enum boot0_status command_open_bus(struct command_session *command,
                                   const struct arguments *arguments, struct boot0_error *error);

/* The selection that the arguments make. */
struct boot0_selection command_selection(const struct arguments *arguments);

/* The options of a session that they make. */
struct boot0_session_options command_session_options(const struct arguments *arguments);

/* Bus and session, and tells which board it is. command_close() in any case. */
enum boot0_status command_open(struct command_session *command, const struct arguments *arguments,
                               struct boot0_error *error);
/* The session alone, on a bus that is open, and without a word. */
enum boot0_status command_open_session(struct command_session *command, struct boot0_error *error);
void command_close(struct command_session *command);

/* Where the program of a board begins whose session is open: at the start of its flash. */
uint32_t command_program_address(const struct command_session *command);
/* Starts the program, in the way that the board's bootloader has for it. */
enum boot0_status command_start_program(struct command_session *command, struct boot0_error *error);

/*
 * For commands that only look at a board: if its program was running before, it is started again.
 * Does nothing without a session, which is of no more use afterwards.
 */
void command_resume(struct command_session *command);

/* Reopens the board on the same port after a reset command. */
enum boot0_status command_open_again(struct command_session *command, struct boot0_error *error);

struct boot0_flash_options command_flash_options(const struct arguments *arguments);

/*
 * Loads the files of the operands from..to (not included) as one image; "FILE@0x08000000" gives a
 * raw binary its address, and so does --address (it is taken out of the arguments if that was
 * done). NULL on failure.
 */
struct boot0_image *command_load(struct arguments *arguments, size_t from, size_t to,
                                 struct boot0_error *error);

/* A format by its name; BOOT0_FORMAT_UNKNOWN for NULL. */
enum boot0_status command_format(const char *name, enum boot0_format *format,
                                 struct boot0_error *error);

/* What identifies a board, as JSON members. */
struct json;
void command_json_board(struct json *json, const struct boot0_board *board);

/* Begins a command's result: an object whose member "board" is the session's. */
struct json command_json_begin(const struct command_session *command);

#endif
