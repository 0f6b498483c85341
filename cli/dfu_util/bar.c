/* SPDX-License-Identifier: MIT */
/*
 * dfu-util's progress bar on the standard output, which other programs read: "\rDownload\t[=====
 * ]  20%        10240 bytes". It is drawn at each change, on a terminal or not.
 */
#include "../advice.h"
#include "../print.h"
#include "../progress.h"
#include "dfu_util.h"

#include <inttypes.h>
#include <string.h>

enum {
    BAR_STEPS = 25,
};

static const char *const names[BOOT0_PHASE_COUNT] = {
    [BOOT0_PHASE_READ] = "Compare ",
    [BOOT0_PHASE_ERASE] = "Erase   ",
    [BOOT0_PHASE_WRITE] = "Download",
    [BOOT0_PHASE_VERIFY] = "Verify  ",
};

static void draw(struct dfu_util_bar *bar, uint64_t done, uint64_t total)
{
    static const char full[] = "=========================";
    int steps = (int)(done * BAR_STEPS / total);

    if (steps == bar->steps)
        return;
    bar->steps = steps;
    print("\r%s\t[%.*s%*s] %3u%% %12" PRIu64 " bytes", bar->name, steps, full, BAR_STEPS - steps,
          "", (unsigned)(done * 100 / total), done);
    fflush(stdout);
}

void dfu_util_bar_break(struct dfu_util_bar *bar)
{
    if (bar->name)
        putchar('\n');
    bar->name = NULL;
}

static void begin(struct dfu_util_bar *bar, const char *name)
{
    if (bar->name && strcmp(bar->name, name) == 0)
        return;
    dfu_util_bar_break(bar);
    bar->name = name;
    bar->steps = -1;
}

bool dfu_util_bar_progress(void *context, const struct boot0_progress *progress)
{
    struct dfu_util_bar *bar = context;
    const char *name = names[progress->phase];
    uint64_t total = bar->total ? bar->total : progress->total;
    uint64_t done = bar->base + progress->done;

    if (bar->read_is_upload && progress->phase == BOOT0_PHASE_READ)
        name = "Upload";
    if (name && total > 0 && progress->total > 0) {
        begin(bar, name);
        draw(bar, done < total ? done : total, total);
    }
    return !signals_pending();
}

void dfu_util_bar_note(void *context, const char *text)
{
    dfu_util_bar_break(context);
    fflush(stdout);
    print_to(stderr, "Note: %s\n", text);
}

void dfu_util_bar_advise(void *context, const struct boot0_error *note)
{
    char text[ADVICE_TEXT];

    dfu_util_bar_note(context, advice_note(text, note));
}

void dfu_util_bar_done(struct dfu_util_bar *bar, const char *name, uint64_t bytes)
{
    begin(bar, name);
    bar->steps = -1;
    draw(bar, bytes ? bytes : 1, bytes ? bytes : 1);
    print("\n%s done.\n", name);
    bar->name = NULL;
}
