/* SPDX-License-Identifier: MIT */
/*
 * Shows progress: on a terminal a bar that redraws itself, otherwise a line at the end of each
 * phase. Everything goes to stderr.
 */
#ifndef BOOT0_CLI_PROGRESS_H
#define BOOT0_CLI_PROGRESS_H

#include <boot0/boot0.h>

struct progress {
    bool silent;                /* no phases */
    bool quiet;                 /* no notes either */
    bool bar;                   /* on a terminal */
    bool objects;               /* as JSON on standard output */
    bool copies;                /* the reading phase is the work itself, not a comparison */
    bool on_line;               /* the cursor is after a bar */
    bool told_doctor;           /* the remark about a long wait was printed */
    uint64_t drawn_us;          /* the phase's time when the bar or an object was last written */
    uint64_t told_us;           /* the machine's clock at the last update */
    struct boot0_progress last; /* phase BOOT0_PHASE_COUNT: none yet */
    struct ticker *ticker;      /* redraws a phase without a total; NULL: not shown */
};

/* Returns to the start of the line and erases it: ECMA-48, 8.3.41 EL. */
#define CLEAR_LINE "\r\033[K"

struct progress progress_start(bool silent, bool quiet);

/* An observer's function; the context is the struct progress. False after Ctrl-C. */
bool progress_update(void *context, const struct boot0_progress *now);

/* Likewise for notes. Shows the phase again below the note. */
void progress_note(void *context, const char *text);
void progress_advise(void *context, const struct boot0_error *note);

/* Prints a line with a label, "Board     STM32F411", like those that end a phase; not if silent. */
void progress_line(struct progress *progress, const char *label, const char *text);

/* Ends the current phase as completed. */
void progress_end(struct progress *progress);

/* Removes the bar: the phase failed, or there is none. */
void progress_break_off(struct progress *progress);

/*
 * Writes the bar's line for a terminal with that many columns; the last one stays free:
 * "Writing   [#####-----]  50%  20 KiB of 40 KiB, 19.0 KiB/s, 1.1 s left". A narrow terminal shows
 * only the time left, or only the bar.
 */
void progress_format(const struct progress *progress, const struct boot0_progress *now, int width,
                     char *line, size_t size);

/* Removes the line to make room for other output; it returns with the next update. */
void progress_clear(struct progress *progress);

/* Catches Ctrl-C from now on; a second one ends the program at once. */
void signals_install(void);
/* Whether to answer the first Ctrl-C on stderr, because work has to stop safely. */
void signals_announce(bool loudly);
/* Whether the terminal shows a progress line, which must be cleared before other output. */
void signals_line(bool shown);
bool signals_pending(void);

#endif
