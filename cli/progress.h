/* SPDX-License-Identifier: MIT */
/*
 * Shows how far the work is: a bar that redraws itself on a terminal, a line at the end of each
 * phase otherwise. Everything goes to stderr.
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
    bool on_line;               /* the cursor stands behind a bar */
    bool told_doctor;           /* a long wait has been commented on */
    uint64_t drawn_us;          /* of the phase, when the bar or an object was last written */
    uint64_t told_us;           /* on the machine's clock, when the last news came */
    struct boot0_progress last; /* phase BOOT0_PHASE_COUNT: none yet */
    struct ticker *ticker;      /* redraws a phase without a total; NULL: none is shown */
};

/* Back to the start of the line and erases it: ECMA-48, 8.3.41 EL. */
#define CLEAR_LINE "\r\033[K"

struct progress progress_start(bool silent, bool quiet);

/* An observer's function: context is the struct progress. False once the user pressed Ctrl-C. */
bool progress_update(void *context, const struct boot0_progress *now);

/* Likewise for notes. What was shown of a phase is shown again below the note. */
void progress_note(void *context, const char *text);
void progress_advise(void *context, const struct boot0_error *note);

/* A line with a label, "Board     STM32F411", as those that end a phase; not if it is silent. */
void progress_line(struct progress *progress, const char *label, const char *text);

/* Ends the phase under way, as one that is done. */
void progress_end(struct progress *progress);

/* Takes the bar away: the phase failed, or there is none. */
void progress_break_off(struct progress *progress);

/*
 * Writes the bar's line for a terminal of so many columns, of which it leaves the last one free:
 * "Writing   [#####-----]  50%  20 KiB of 40 KiB, 19.0 KiB/s, 1.1 s left". A narrow terminal shows
 * the time left only, or nothing behind the bar.
 */
void progress_format(const struct progress *progress, const struct boot0_progress *now, int width,
                     char *line, size_t size);

/* Takes the line away for something else that is printed; it comes back with the next news. */
void progress_clear(struct progress *progress);

/* Ctrl-C is noticed from now on; a second one ends the program at once. */
void signals_install(void);
/* Whether the first one is answered on stderr: there is work that has to be brought to a rest. */
void signals_announce(bool loudly);
/* Whether the terminal shows a progress line, which must be cleared before other output. */
void signals_line(bool shown);
bool signals_pending(void);

#endif
