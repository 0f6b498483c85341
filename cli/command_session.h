/* SPDX-License-Identifier: MIT */
/* A command's work with one board: the bus, the session, and the progress display. */
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

/* Opens the bus that the arguments select: the machine's, or virtual boards. */
enum boot0_status command_open_bus(struct command_session *command,
                                   const struct arguments *arguments, struct boot0_error *error);

/* Makes the selection from the arguments. */
struct boot0_selection command_selection(const struct arguments *arguments);

/* Makes the options of a session from the arguments. */
struct boot0_session_options command_session_options(const struct arguments *arguments);

/* Opens bus and session, and shows the board. Call command_close() in any case. */
enum boot0_status command_open(struct command_session *command, const struct arguments *arguments,
                               struct boot0_error *error);
/* Opens the session alone, on an open bus, and shows nothing. */
enum boot0_status command_open_session(struct command_session *command, struct boot0_error *error);
void command_close(struct command_session *command);

/* The start address of the program on a board with an open session: the start of its flash. */
uint32_t command_program_address(const struct command_session *command);
/* Starts the program, by the means of the board's bootloader. */
enum boot0_status command_start_program(struct command_session *command, struct boot0_error *error);

/*
 * For read-only commands: restarts the program if it was running before. Does nothing without a
 * session. The session is of no use afterwards.
 */
void command_resume(struct command_session *command);

/* Reopens the board on the same port after a reset command. */
enum boot0_status command_open_again(struct command_session *command, struct boot0_error *error);

struct boot0_flash_options command_flash_options(const struct arguments *arguments);

/*
 * Loads the files of the operands from..to (not included) as one image. "FILE@0x08000000" gives a
 * raw binary its address, and so does --address (which is then removed from the arguments). NULL on
 * failure.
 */
struct boot0_image *command_load(struct arguments *arguments, size_t from, size_t to,
                                 struct boot0_error *error);

/* Finds a format by name; BOOT0_FORMAT_UNKNOWN for NULL. */
enum boot0_status command_format(const char *name, enum boot0_format *format,
                                 struct boot0_error *error);

/* Adds what identifies a board, as JSON members. */
struct json;
void command_json_board(struct json *json, const struct boot0_board *board);

/* Begins a command's result: an object whose member "board" is the session's. */
struct json command_json_begin(const struct command_session *command);

#endif
