/* SPDX-License-Identifier: MIT */
/* The threads of a gang, one for each board at work: see lead.h. */
#include "lead.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

size_t crew_at_work(const struct gang *gang)
{
    size_t count = 0;

    for (size_t i = 0; i < gang->count; i++)
        count += !gang->members[i]->joined;
    return count;
}

/* Ctrl-C is for the main thread: it may be waiting. */
static bool start_thread(struct member *member)
{
    sigset_t blocked, before;
    bool started;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    started = pthread_create(&member->thread, NULL, member_run, member) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

enum boot0_status crew_start(struct gang *gang, const struct member *what,
                             struct boot0_error *error)
{
    struct member *member = malloc(sizeof *member);

    if (member && gang->count == gang->room) {
        size_t room = gang->room ? 2 * gang->room : 16;
        struct member **members = realloc(gang->members, room * sizeof *members);

        if (members) {
            gang->members = members;
            gang->room = room;
        }
    }
    if (!member || gang->count == gang->room) {
        free(member);
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    }
    *member = *what;
    member->gang = gang;
    if (!start_thread(member)) {
        free(member);
        return boot0_fail(error, BOOT0_E_MEMORY, "no thread can be started");
    }
    gang->members[gang->count++] = member;
    return BOOT0_OK;
}

struct member *crew_join(struct gang *gang)
{
    for (size_t i = 0; i < gang->count; i++) {
        struct member *member = gang->members[i];
        bool ended;

        pthread_mutex_lock(&gang->lock);
        ended = member->state == MEMBER_ENDED;
        pthread_mutex_unlock(&gang->lock);
        if (!ended || member->joined)
            continue;
        pthread_join(member->thread, NULL);
        member->joined = true;
        return member;
    }
    return NULL;
}

size_t crew_good(const struct gang *gang)
{
    size_t count = 0;

    for (size_t i = 0; i < gang->count; i++)
        count += gang->members[i]->joined && gang->members[i]->result.code == BOOT0_OK;
    return count;
}

bool crew_is_at(const struct gang *gang, const char *path)
{
    for (size_t i = 0; i < gang->count; i++)
        if (!gang->members[i]->joined && strcmp(gang->members[i]->candidate.path, path) == 0)
            return true;
    return false;
}

static bool has_ended(const struct gang *gang)
{
    for (size_t i = 0; i < gang->count; i++)
        if (gang->members[i]->state == MEMBER_ENDED && !gang->members[i]->joined)
            return true;
    return false;
}

void crew_wait(struct gang *gang, uint32_t timeout_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    until.tv_sec += (time_t)(timeout_ms / 1000) + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&gang->lock);
    if (!has_ended(gang))
        pthread_cond_timedwait(&gang->ended, &gang->lock, &until);
    pthread_mutex_unlock(&gang->lock);
}
