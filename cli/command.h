/* SPDX-License-Identifier: MIT */
/* What the command's files share: the table of subcommands, their options, and how they end. */
#ifndef BOOT0_CLI_COMMAND_H
#define BOOT0_CLI_COMMAND_H

#include <boot0/boot0.h>
#include <core/array.h>
#include <stdio.h>

enum {
    OPERANDS_MAX = 64,
    VIRTUAL_MAX = 64,
    PATCHES_MAX = 32,
};

/* Selects the board and the way to it. */
struct select_arguments {
    bool has_device;
    uint16_t vendor;
    bool has_product;
    uint16_t product;
    const char *serial;
    const char *path;
    const char *alternate;
    bool has_interface;
    uint32_t interface;
    bool has_wait;
    uint32_t wait_ms;
    const char *virtual_boards[VIRTUAL_MAX];
    size_t virtual_count;
    bool touch;
    bool restart;
    const char *port; /* a serial port; NULL: USB */
    uint32_t baud;
    const char *boot;
    const char *trace;
    const char *replay;
    const char *ide_port;
    char ide_serial[BOOT0_TEXT_MAX]; /* storage for `serial` if ide_port selected it */
};

/* What to write, read or compare, and how. */
struct flash_arguments {
    bool has_address;
    uint32_t address;
    bool has_size;
    uint32_t size;
    bool dry_run;
    bool full;
    bool no_preserve;
    bool no_verify;
    bool no_run;
    bool monitor;
    bool arduino;
    bool ignore_suffix;
    bool force;
    bool patient;
    bool fast;
    bool hex;
    bool allow_option_bytes;
    bool skip_ram;
    uint32_t supply_mv;
    const char *chip;
    const char *board;
};

/* boot0 protect and unprotect */
struct protect_arguments {
    const char *sectors;
    bool none;
    bool readout;
    bool bootloader;
    const char *brownout;
    bool lock_for_ever;
};

/* boot0 convert, and the format of boot0 read */
struct convert_arguments {
    const char *format;
    const char *suffix;
    const char *prefix;
    const char *family;
};

/* boot0 gang */
struct gang_arguments {
    bool follow;
    bool detach;
    uint32_t count; /* 0: no limit */
    const char *record;
    const char *csv;
    const char *patches[PATCHES_MAX];
    size_t patch_count;
    const char *each; /* commands for the shell; NULL: none */
    const char *done;
    uint32_t timeout_s; /* for each of them; 0: the usual */
    const char *label;
    const char *label_to; /* a file, or '|' and a command; NULL: standard output */
};

enum option {
    OPTION_DEVICE,
    OPTION_SERIAL,
    OPTION_PATH,
    OPTION_INTERFACE,
    OPTION_ALTERNATE,
    OPTION_WAIT,
    OPTION_TOUCH,
    OPTION_RESTART,
    OPTION_PORT,
    OPTION_BAUD,
    OPTION_BOOT,
    OPTION_VIRTUAL,
    OPTION_IDE_PORT,
    OPTION_TRACE,
    OPTION_REPLAY,
    OPTION_ADDRESS,
    OPTION_SIZE,
    OPTION_HEX,
    OPTION_DRY_RUN,
    OPTION_FULL,
    OPTION_NO_PRESERVE,
    OPTION_NO_VERIFY,
    OPTION_NO_RUN,
    OPTION_MONITOR,
    OPTION_ARDUINO,
    OPTION_IGNORE_SUFFIX,
    OPTION_ALLOW_OPTION_BYTES,
    OPTION_SKIP_RAM,
    OPTION_FORCE,
    OPTION_VDD,
    OPTION_PATIENT,
    OPTION_FAST,
    OPTION_CHIP,
    OPTION_BOARD_PROFILE,
    OPTION_ALL,
    OPTION_UNPROTECT,
    OPTION_PORTS,
    OPTION_SECTORS,
    OPTION_NONE,
    OPTION_READOUT,
    OPTION_BOOTLOADER,
    OPTION_BROWNOUT,
    OPTION_LOCK_FOR_EVER,
    OPTION_YES,
    OPTION_LIST,
    OPTION_TO,
    OPTION_FORMAT,
    OPTION_SUFFIX,
    OPTION_PREFIX,
    OPTION_FAMILY,
    OPTION_FOLLOW,
    OPTION_COUNT_BOARDS,
    OPTION_DETACH,
    OPTION_RECORD,
    OPTION_PATCH,
    OPTION_CSV,
    OPTION_EACH,
    OPTION_DONE,
    OPTION_COMMAND_TIMEOUT,
    OPTION_LABEL,
    OPTION_LABEL_TO,
    OPTION_MAP,
    OPTION_DESCRIBE,
    OPTION_JSON,
    OPTION_PROGRESS,
    OPTION_QUIET,
    OPTION_VERBOSE,
    OPTION_HELP,
    OPTION_COUNT,
};

/* The parsed command line; filled by options.c. Texts belong to argv. */
struct arguments {
    bool json;
    bool quiet;
    bool progress;
    bool verbose;
    bool help;
    bool version;
    bool yes;
    bool all;
    bool unprotect;
    bool map;
    bool describe;
    bool ports;
    bool list;
    const char *target;
    struct select_arguments select;
    struct flash_arguments flash;
    struct protect_arguments protect;
    struct convert_arguments convert;
    struct gang_arguments gang;
    const struct boot0_database *database; /* the user's chips, boards and quirks; NULL: none */
    bool given[OPTION_COUNT];              /* on the command line */
    const char *operands[OPERANDS_MAX];
    size_t operand_count;
};

/* Options of every command that opens a board. */
#define OPTIONS_BOARD                                                                              \
    OPTION_DEVICE, OPTION_SERIAL, OPTION_PATH, OPTION_INTERFACE, OPTION_ALTERNATE, OPTION_WAIT,    \
        OPTION_TOUCH, OPTIONS_PORT, OPTION_VIRTUAL, OPTION_TRACE, OPTION_REPLAY, OPTION_PROGRESS
#define OPTIONS_PORT   OPTION_PORT, OPTION_BAUD, OPTION_BOOT
#define OPTIONS_OUTPUT OPTION_JSON, OPTION_QUIET, OPTION_VERBOSE, OPTION_HELP

struct command {
    const char *name;
    const char *operands; /* for the usage line: "FILE..." */
    const char *wants;    /* what is missing if there are too few: "FILE" */
    const char *summary;  /* one line */
    const char *text;     /* a paragraph for --help */
    const char *examples; /* two lines */
    const enum option *options;
    size_t option_count;
    size_t operands_min;
    size_t operands_max;
    bool looks_around; /* shows everything connected: settings select no board for it */
    enum boot0_status (*run)(struct arguments *arguments, struct boot0_error *error);
    /* For a command that parses its line and reports its result itself; else NULL. */
    int (*main)(int argc, char **argv);
};

#define COMMAND_OPTIONS(list) .options = (list), .option_count = B0_LENGTH(list)

/*
 * All commands, in the order of --help, which sets the first ten apart. A '_' in a name is typed as
 * '-'.
 */
#define COMMANDS(ROW)                                                                              \
    ROW(list)                                                                                      \
    ROW(info)                                                                                      \
    ROW(flash)                                                                                     \
    ROW(read)                                                                                      \
    ROW(verify)                                                                                    \
    ROW(erase)                                                                                     \
    ROW(run)                                                                                       \
    ROW(monitor)                                                                                   \
    ROW(install_bootloader)                                                                        \
    ROW(doctor)                                                                                    \
    ROW(gang)                                                                                      \
    ROW(watch)                                                                                     \
    ROW(reset)                                                                                     \
    ROW(digest)                                                                                    \
    ROW(options)                                                                                   \
    ROW(protect)                                                                                   \
    ROW(unprotect)                                                                                 \
    ROW(update_bootloader)                                                                         \
    ROW(convert)                                                                                   \
    ROW(config)                                                                                    \
    ROW(dfu_util)                                                                                  \
    ROW(driver)                                                                                    \
    ROW(discovery)                                                                                 \
    ROW(udev)                                                                                      \
    ROW(version)

#define DECLARE(name) extern const struct command command_##name;
COMMANDS(DECLARE)
#undef DECLARE

/* cmd_driver.c: the command that `boot0 driver` starts as an administrator; not for users. */
extern const struct command command_driver_elevated;
/* cmd_complete.c: the command that the shells' completions call. */
extern const struct command command_complete;

/* ---- options.c ---- */

/*
 * Parses the words after the command's name. Options may stand anywhere; "--" ends them.
 * BOOT0_E_USAGE for an unknown option, with the nearest one named.
 */
enum boot0_status options_parse(const struct command *command, int argc, char *const *argv,
                                struct arguments *arguments, struct boot0_error *error);

/*
 * Counts the words before the first non-option: options with their values. Options may stand before
 * the command, too.
 */
int options_skip(int argc, char *const *argv);

/* Whether the command has this option. */
bool options_has(const struct command *command, enum option option);

/*
 * Sets an option of a command, as the command line does; a flag is "yes" or "no". Ignores options
 * that the command does not have. False: invalid value.
 */
bool options_set(const struct command *command, enum option option, const char *value,
                 struct arguments *arguments);

/* Prints the option part of --help. */
void options_print(const struct command *command, FILE *file);

/*
 * Parses a number: "0x08000000", "128", if allowed with a suffix k or M (of 1024). Rejects
 * "08000000": it would be eight million where the user meant the flash.
 */
bool parse_number(const char *text, bool with_suffix, uint32_t *number);

/* ---- errors.c ---- */

/* The sysexits code of a status. */
int exit_code(enum boot0_status status);

/* Prints an error: as text on stderr, or as JSON on stdout. */
void report_error(const struct boot0_error *error, bool json);

/* Writes an error as text after a label of at most 31 columns: what happened, the hint below. */
void write_error(FILE *file, const char *label, const struct boot0_error *error);

/* Adds an error as a JSON member: {"code":…,"message":…,"hint":…,"exit_code":…}. */
struct json;
void json_error(struct json *json, const struct boot0_error *error);

#endif
