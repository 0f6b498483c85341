/* SPDX-License-Identifier: MIT */
/*
 * Private to cli/dfu_util: the command line of dfu-util 0.11 on top of libboot0. The facts about
 * options, exit codes and output come from its manual page and from running it;
 * docs/reference/dfu-util.md lists the differences.
 */
#ifndef BOOT0_CLI_DFU_UTIL_H
#define BOOT0_CLI_DFU_UTIL_H

#include "../command.h"

#include <stdint.h>

/* dfu-util's exit codes, of sysexits.h. */
enum {
    DFU_UTIL_OK = 0,
    DFU_UTIL_USAGE = 64,
    DFU_UTIL_DATA = 65,
    DFU_UTIL_NO_INPUT = 66,
    DFU_UTIL_SOFTWARE = 70,
    DFU_UTIL_CANNOT_CREATE = 73,
    DFU_UTIL_IO = 74,
    DFU_UTIL_PROTOCOL = 76,
    DFU_UTIL_INTERRUPTED = 130,
};

enum {
    DFU_UTIL_ANY = -1,       /* in a match */
    DFU_UTIL_NONE = 0x10000, /* an id that no device has */
    DFU_UTIL_VIRTUAL_MAX = VIRTUAL_MAX,
    DFU_UTIL_TARGETS_MAX = 64,
};

/* A part of a text that is not NUL-terminated; text NULL: none. */
struct dfu_util_text {
    const char *text;
    size_t length;
};

/*
 * Selects an alternate setting of a board. Boards in run-time mode and in DFU mode have separate
 * ids and serial numbers.
 */
struct dfu_util_match {
    int vendor; /* of programs; DFU_UTIL_ANY, _NONE */
    int product;
    int vendor_dfu; /* of bootloaders */
    int product_dfu;
    struct dfu_util_text serial;
    struct dfu_util_text serial_dfu;
    const char *path; /* NULL: any */
    int device_number;
    int configuration;
    int interface;
    int alternate;
    const char *alternate_name; /* NULL: any */
};

enum dfu_util_mode {
    DFU_UTIL_NOTHING,
    DFU_UTIL_HELP,
    DFU_UTIL_VERSION,
    DFU_UTIL_LIST,
    DFU_UTIL_DETACH,
    DFU_UTIL_UPLOAD,
    DFU_UTIL_DOWNLOAD,
};

struct dfu_util_options {
    enum dfu_util_mode mode;
    struct dfu_util_match match;
    const char *file;  /* of -D and -U */
    const char *dfuse; /* the text of -s; NULL: none */
    int detach_delay_s;
    int transfer_size; /* 0: the board's */
    int expected_size; /* of an upload; 0: not given */
    int verbose;
    bool reset;
    bool wait;
    struct arguments bus; /* --virtual and --trace, which dfu-util lacks */
};

/* The parts of -s. */
struct dfu_util_dfuse {
    bool has_address;
    uint32_t address;
    uint32_t length; /* of an upload; 0: not given */
    bool force;
    bool leave;
    bool unprotect;
    bool mass_erase;
    bool will_reset;
};

/* A matching alternate setting: a line of the listing. */
struct dfu_util_target {
    const struct boot0_board *board;
    const struct boot0_alternate *alternate;
};

/* ---- options.c ---- */

/*
 * Parses a command line as getopt_long() does: options in any place, joined letters, unambiguous
 * beginnings of long names. False, with the error filled, if the line is invalid. -h ends parsing
 * at once.
 */
bool dfu_util_parse(int argc, char *const *argv, struct dfu_util_options *options,
                    struct boot0_error *error);

/* Prints the option part of the help. */
void dfu_util_print_options(FILE *file);

/* ---- values.c: the arguments of the options ---- */

/* Parses a number as C writes it, also negative, and cuts it to an int. False: not a number. */
bool dfu_util_number(const char *text, int *number);

/* -d: VENDOR:PRODUCT[,VENDOR_DFU:PRODUCT_DFU] in hex; "*" is any, "-" none. */
void dfu_util_device(const char *text, struct dfu_util_match *match);

/* -S: SERIAL[,SERIAL_DFU]. */
void dfu_util_serial(const char *text, struct dfu_util_match *match);

/* -a: a number or a name. */
void dfu_util_alternate(const char *text, struct dfu_util_match *match);

/* -s: [ADDRESS][:MODIFIER]... */
bool dfu_util_dfuse(const char *text, struct dfu_util_dfuse *dfuse, struct boot0_error *error);

/* ---- targets.c ---- */

/* Fills `targets` with the matches, in dfu-util's order. */
size_t dfu_util_find(const struct boot0_board *boards, size_t board_count,
                     const struct dfu_util_match *match, struct dfu_util_target *targets,
                     size_t capacity);

/* Prints "Found DFU: [0483:df11] ver=2200, …" and a line feed. */
void dfu_util_print_target(FILE *file, const struct dfu_util_target *target);

/* Whether all targets are alternate settings of one board. */
bool dfu_util_one_board(const struct dfu_util_target *targets, size_t count);

/* ---- file.c ---- */

struct dfu_util_file {
    struct boot0_image *image; /* NULL: none */
    /* From the suffix; 0xffff: any, also without a suffix. */
    uint16_t vendor;
    uint16_t product;
    bool says_dfuse;  /* according to the suffix */
    const char *also; /* another format of the contents, "ihex": not raw firmware. NULL: none */
};

/*
 * Loads the file of -D; "-" is the standard input. Takes contents as bytes, whatever they look
 * like, except for a .dfu file. Call dfu_util_file_free() in any case.
 */
enum boot0_status dfu_util_load(struct dfu_util_file *file, const char *name,
                                struct boot0_error *error);
void dfu_util_file_free(struct dfu_util_file *file);

/* ---- bar.c: dfu-util's progress bar ---- */

struct dfu_util_bar {
    const char *name; /* of the bar on the line; NULL: none */
    int steps;        /* shown */
    enum boot0_phase phase;
    uint64_t base;  /* bytes done before the library's present phase */
    uint64_t total; /* 0: the phase's own */
    bool read_is_upload;
};

/* An observer's functions; the context is a struct dfu_util_bar. */
bool dfu_util_bar_progress(void *context, const struct boot0_progress *progress);
void dfu_util_bar_note(void *context, const char *text);
void dfu_util_bar_advise(void *context, const struct boot0_error *note);

/* Completes the bar of a successful action: full, with its bytes, and "Download done." */
void dfu_util_bar_done(struct dfu_util_bar *bar, const char *name, uint64_t bytes);

/* Leaves the line of a failed action's bar. */
void dfu_util_bar_break(struct dfu_util_bar *bar);

/* ---- what the actions share ---- */

struct dfu_util_run {
    struct dfu_util_options *options;
    struct boot0_bus bus;
    FILE *trace;
    struct boot0_session *session;
    struct dfu_util_bar bar;
    struct boot0_observer observer;
    struct dfu_util_dfuse dfuse;
    struct dfu_util_file file;
    /* The ids before DFU mode, or those that the user gave. */
    uint16_t runtime_vendor;
    uint16_t runtime_product;
    struct dfu_util_target targets[DFU_UTIL_TARGETS_MAX]; /* of the session's board */
    size_t target_count;
    bool gone; /* the board has reset itself */
};

/* ---- report.c ---- */

/* Prints a message and returns the exit code. */
int dfu_util_fail(int code, const char *format, ...) BOOT0_PRINTF(2, 3);

/* Prints the library's error. Returns dfu-util's exit code for it. */
int dfu_util_error(const struct boot0_error *error);

/* ---- describe.c ---- */

/* Prints what dfu-util prints about an opened board. */
void dfu_util_print_board(const struct boot0_board *board, bool verbose);

/* Prints "DfuSe interface name: …" and the regions of the layout. False if there is no layout. */
bool dfu_util_print_layout(const struct boot0_alternate *alternate, bool verbose);

/* ---- select.c ---- */

/*
 * Finds the selected board and opens a session with it, in DFU mode. Returns an exit code; sets
 * *done if nothing is left to do (listing, detaching).
 */
int dfu_util_open(struct dfu_util_run *run, bool *done);

/* Selects the alternate setting of a target. */
enum boot0_status dfu_util_use(struct dfu_util_run *run, const struct dfu_util_target *target,
                               struct boot0_error *error);

/* ---- download.c, upload.c ---- */

int dfu_util_download(struct dfu_util_run *run);
int dfu_util_upload(struct dfu_util_run *run);

/* With :leave in -s, starts the program at the given address, or at `otherwise`. */
int dfu_util_leave(struct dfu_util_run *run, uint32_t otherwise);

/* ---- write.c ---- */

/*
 * Writes the data of one alternate setting, as dfu-util does: the touched sectors then contain the
 * image and are erased elsewhere. `erased`: they are erased already.
 */
int dfu_util_write(struct dfu_util_run *run, const struct dfu_util_target *target,
                   const struct boot0_image *image, bool erased);

/* ---- main.c ---- */

/* The whole program: `boot0 dfu-util …`, or boot0 called by the name dfu-util. */
int dfu_util_main(int argc, char **argv);

/* Whether a program's own name, argv[0], is dfu-util. */
bool dfu_util_is_name(const char *name);

#endif
