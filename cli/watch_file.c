/* SPDX-License-Identifier: MIT */
/* See watch_file.h. Watches the directory, not the file: another file may replace it. */
#include "watch_file.h"

#include <base/platform/folder_watch.h>
#include <base/platform/interrupt.h>
#include <stdlib.h>
#include <string.h>

static bool same(const struct b0_file_status *a, const struct b0_file_status *b)
{
    return a->device == b->device && a->number == b->number && a->size == b->size &&
           a->changed_s == b->changed_s && a->changed_ns == b->changed_ns;
}

/* Whether the file exists and differs from the taken state. */
static bool is_new(const struct watch_file *file, struct b0_file_status *now)
{
    return b0_file_status(file->name, now) == 0 && !(file->was_there && same(now, &file->taken));
}

/* The directory of a name. The caller frees it: free(). */
static char *directory_of(const char *name)
{
    size_t length = b0_folder_length(name), size = length ? length : 1;
    char *directory = malloc(size + 1);

    if (!directory)
        return NULL;
    memcpy(directory, length ? name : ".", size);
    directory[size] = '\0';
    return directory;
}

enum boot0_status watch_file_open(struct watch_file *file, const char *name,
                                  struct boot0_error *error)
{
    char *directory = directory_of(name);
    struct b0_file_status now;
    enum boot0_status status = BOOT0_OK;
    int failure;

    *file = (struct watch_file){.name = name, .watch = -1};
    if (!directory)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    failure = b0_file_status(directory, &now);
    if (failure != 0) {
        status = boot0_fail(error, BOOT0_E_NO_INPUT, "%s: %s", directory, strerror(failure));
        boot0_hint(error, "Create its directory first. The file itself can be missing.");
    } else if (b0_file_status(name, &now) == 0 && now.kind != B0_FILE_REGULAR) {
        status = boot0_fail(error, BOOT0_E_NO_INPUT, "%s is not a regular file", name);
        boot0_hint(error, "Name the file that your build writes.");
    } else {
        file->watch = b0_folder_watch(directory);
    }
    free(directory);
    return status;
}

void watch_file_close(struct watch_file *file)
{
    b0_folder_watch_close(file->watch);
    file->watch = -1;
}

bool watch_file_is_there(const struct watch_file *file)
{
    struct b0_file_status now;

    return b0_file_status(file->name, &now) == 0;
}

void watch_file_take(struct watch_file *file)
{
    file->was_there = b0_file_status(file->name, &file->taken) == 0;
}

/* False: timeout, or a signal. */
static bool wait_for_event(struct watch_file *file, int timeout_ms)
{
    if (file->watch == -1 && (timeout_ms < 0 || timeout_ms > WATCH_LOOK_MS))
        timeout_ms = WATCH_LOOK_MS;
    return b0_folder_watch_wait(file->watch, timeout_ms);
}

bool watch_file_wait(struct watch_file *file, int timeout_ms)
{
    struct b0_file_status now, later;

    if (!is_new(file, &now)) {
        (void)wait_for_event(file, timeout_ms);
        if (!is_new(file, &now))
            return false;
    }
    for (;;) {
        if (!b0_interrupt_nap_ms(WATCH_SETTLE_MS))
            return false; /* the caller checks */
        if (b0_file_status(file->name, &later) != 0)
            return false;
        if (same(&now, &later))
            return true;
        now = later;
    }
}
