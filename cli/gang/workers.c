/* SPDX-License-Identifier: MIT */
/* The threads of a gang, one per board at work: see coordinator.h. */
#include "coordinator.h"

#include <stdlib.h>
#include <string.h>

size_t workers_at_work(const struct gang *gang)
{
    size_t count = 0;

    for (size_t i = 0; i < gang->count; i++)
        count += !gang->workers[i]->joined;
    return count;
}

enum boot0_status workers_start(struct gang *gang, const struct worker *what,
                                struct boot0_error *error)
{
    struct worker *worker = malloc(sizeof *worker);

    if (worker && gang->count == gang->room) {
        size_t room = gang->room ? 2 * gang->room : 16;
        struct worker **workers = realloc(gang->workers, room * sizeof *workers);

        if (workers) {
            gang->workers = workers;
            gang->room = room;
        }
    }
    if (!worker || gang->count == gang->room) {
        free(worker);
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    }
    *worker = *what;
    worker->gang = gang;
    if (!b0_thread_start(&worker->thread, worker_run, worker)) {
        free(worker);
        return boot0_fail(error, BOOT0_E_MEMORY, "cannot start another thread");
    }
    gang->workers[gang->count++] = worker;
    return BOOT0_OK;
}

struct worker *workers_join(struct gang *gang)
{
    for (size_t i = 0; i < gang->count; i++) {
        struct worker *worker = gang->workers[i];
        bool ended;

        b0_mutex_lock(&gang->lock);
        ended = worker->stage == WORKER_ENDED;
        b0_mutex_unlock(&gang->lock);
        if (!ended || worker->joined)
            continue;
        b0_thread_join(&worker->thread);
        worker->joined = true;
        return worker;
    }
    return NULL;
}

size_t workers_good(const struct gang *gang)
{
    size_t count = 0;

    for (size_t i = 0; i < gang->count; i++)
        count += gang->workers[i]->joined && gang->workers[i]->result.code == BOOT0_OK;
    return count;
}

bool workers_is_at(const struct gang *gang, const char *path)
{
    for (size_t i = 0; i < gang->count; i++)
        if (!gang->workers[i]->joined && strcmp(gang->workers[i]->candidate.path, path) == 0)
            return true;
    return false;
}

static bool has_ended(const struct gang *gang)
{
    for (size_t i = 0; i < gang->count; i++)
        if (gang->workers[i]->stage == WORKER_ENDED && !gang->workers[i]->joined)
            return true;
    return false;
}

void workers_wait(struct gang *gang, uint32_t timeout_ms)
{
    b0_mutex_lock(&gang->lock);
    if (!has_ended(gang))
        b0_condition_wait_us(&gang->ended, &gang->lock, (uint64_t)timeout_ms * 1000);
    b0_mutex_unlock(&gang->lock);
}
