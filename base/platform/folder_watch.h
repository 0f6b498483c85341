/* SPDX-License-Identifier: MIT */
/* Notification of changes in a folder. */
#ifndef B0_BASE_PLATFORM_FOLDER_WATCH_H
#define B0_BASE_PLATFORM_FOLDER_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* Returns -1 if the system has no notifications; the caller must poll. */
intptr_t b0_folder_watch(const char *folder);
/* Ignores -1. */
void b0_folder_watch_close(intptr_t watch);

/*
 * Waits for a change. False: the time is over (-1: no limit), or an interrupt came. If `watch` is
 * -1, it only sleeps.
 */
bool b0_folder_watch_wait(intptr_t watch, int timeout_ms);

#endif
