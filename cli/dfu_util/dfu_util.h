/* SPDX-License-Identifier: MIT */
/*
 * Private to cli/dfu_util: the command line of dfu-util 0.11 on top of libboot0. Facts about its
 * options, exit codes and output are from its manual page and from running it;
 * docs/reference/dfu-util.md lists where this differs.
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
    DFU_UTIL_ANY = -1,       /* in what is looked for */
    DFU_UTIL_NONE = 0x10000, /* an id that no device has */
    DFU_UTIL_VIRTUAL_MAX = VIRTUAL_MAX,
    DFU_UTIL_TARGETS_MAX = 64,
};

/* A part of a text that is not NUL-terminated; text NULL: none. */
struct dfu_util_text {
    const char *text;
    size_t length;
};

/* Which alternate setting of which board is meant. Boards in run-time mode and in DFU mode are
 * looked for by different ids and serial numbers. */
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
    int expected_size; /* of an upload; 0: not said */
    int verbose;
    bool reset;
    bool wait;
    struct arguments bus; /* --virtual and --trace, which dfu-util has not */
};

/* What -s says. */
struct dfu_util_dfuse {
    bool has_address;
    uint32_t address;
    uint32_t length; /* of an upload; 0: not said */
    bool force;
    bool leave;
    bool unprotect;
    bool mass_erase;
    bool will_reset;
};

/* One alternate setting that matches: a line of the listing. */
struct dfu_util_target {
    const struct boot0_board *board;
    const struct boot0_alternate *alternate;
};

/* ---- options.c ---- */

/*
 * Parses a command line as getopt_long() does: options in any place, joined letters, unambiguous
 * beginnings of long names. False with the error filled if there is something wrong with it. -h
 * ends it at once.
 */
bool dfu_util_parse(int argc, char *const *argv, struct dfu_util_options *options,
                    struct boot0_error *error);

/* The option part of the help. */
void dfu_util_print_options(FILE *file);

/* ---- values.c: what the options' arguments mean ---- */

/* As C writes numbers, also negative; cut to an int. False if it is none. */
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

/* Fills `targets` with what matches, in the order in which dfu-util lists it. */
size_t dfu_util_find(const struct boot0_board *boards, size_t board_count,
                     const struct dfu_util_match *match, struct dfu_util_target *targets,
                     size_t capacity);

/* "Found DFU: [0483:df11] ver=2200, …" and a line feed. */
void dfu_util_print_target(FILE *file, const struct dfu_util_target *target);

/* Whether all targets are alternate settings of one board. */
bool dfu_util_one_board(const struct dfu_util_target *targets, size_t count);

/* ---- file.c ---- */

struct dfu_util_file {
    struct boot0_image *image; /* NULL: there is none */
    /* By the suffix; 0xffff: any, as without one. */
    uint16_t vendor;
    uint16_t product;
    bool says_dfuse;  /* the suffix says DfuSe */
    const char *also; /* what else its contents are, "ihex": not firmware as it is. NULL: nothing */
};

/*
 * Loads a file of -D; "-" is the standard input. Contents are bytes, whatever they look like,
 * unless they are a .dfu file. dfu_util_file_free() in any case.
 */
enum boot0_status dfu_util_load(struct dfu_util_file *file, const char *name,
                                struct boot0_error *error);
void dfu_util_file_free(struct dfu_util_file *file);

/* ---- bar.c: dfu-util's progress bar ---- */

struct dfu_util_bar {
    const char *name; /* of the bar on the line; NULL: none */
    int steps;        /* that it shows */
    enum boot0_phase phase;
    uint64_t base;  /* bytes that were done before the library's present phase */
    uint64_t total; /* 0: the phase's own */
    bool read_is_upload;
};

/* An observer's functions; the context is a struct dfu_util_bar. */
bool dfu_util_bar_progress(void *context, const struct boot0_progress *progress);
void dfu_util_bar_note(void *context, const char *text);
void dfu_util_bar_advise(void *context, const struct boot0_error *note);

/* Ends the bar of an action that went well: full, with its bytes, and "Download done." */
void dfu_util_bar_done(struct dfu_util_bar *bar, const char *name, uint64_t bytes);

/* Leaves the line of a bar whose action failed. */
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
    /* The board as it was before it went to DFU mode, or as it was asked for. */
    uint16_t runtime_vendor;
    uint16_t runtime_product;
    struct dfu_util_target targets[DFU_UTIL_TARGETS_MAX]; /* of the session's board */
    size_t target_count;
    bool gone; /* it has reset itself */
};

/* ---- report.c ---- */

/* Prints a message and returns the exit code. */
int dfu_util_fail(int code, const char *format, ...) BOOT0_PRINTF(2, 3);

/* Prints the library's error, and returns dfu-util's exit code for it. */
int dfu_util_error(const struct boot0_error *error);

/* ---- describe.c ---- */

/* What dfu-util says of a board that it has opened. */
void dfu_util_print_board(const struct boot0_board *board, bool verbose);

/* "DfuSe interface name: …", and the regions of its layout. False if it has none. */
bool dfu_util_print_layout(const struct boot0_alternate *alternate, bool verbose);

/* ---- select.c ---- */

/*
 * Finds the one board that is meant and opens a session with it, in DFU mode. Returns an exit code,
 * with *done if there is nothing else to do (listing, detaching).
 */
int dfu_util_open(struct dfu_util_run *run, bool *done);

/* Makes the alternate of a target the one in use. */
enum boot0_status dfu_util_use(struct dfu_util_run *run, const struct dfu_util_target *target,
                               struct boot0_error *error);

/* ---- download.c, upload.c ---- */

int dfu_util_download(struct dfu_util_run *run);
int dfu_util_upload(struct dfu_util_run *run);

/* Told to leave by -s: starts the program at the address that is given, or at this one. */
int dfu_util_leave(struct dfu_util_run *run, uint32_t otherwise);

/* ---- write.c ---- */

/*
 * Writes what an image has for one alternate setting, as dfu-util does: the sectors that it touches
 * hold the image and else are erased afterwards. `erased`: they are erased already.
 */
int dfu_util_write(struct dfu_util_run *run, const struct dfu_util_target *target,
                   const struct boot0_image *image, bool erased);

/* ---- main.c ---- */

/* The whole program: `boot0 dfu-util …`, or boot0 called by the name dfu-util. */
int dfu_util_main(int argc, char **argv);

/* Whether a program's own name, argv[0], is dfu-util. */
bool dfu_util_is_name(const char *name);

#endif
