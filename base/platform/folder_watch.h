/* SPDX-License-Identifier: MIT */
/* Being told that something has changed in a folder. */
#ifndef B0_BASE_PLATFORM_FOLDER_WATCH_H
#define B0_BASE_PLATFORM_FOLDER_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* -1: the system does not tell; who wants to know has to look. */
intptr_t b0_folder_watch(const char *folder);
/* -1 is left alone. */
void b0_folder_watch_close(intptr_t watch);

/* False: the time is over (-1: no limit), or an interrupt came. With -1 for the watch it sleeps. */
bool b0_folder_watch_wait(intptr_t watch, int timeout_ms);

#endif
