/* SPDX-License-Identifier: MIT */
/* Shared by the files that examine a Linux machine. */
#ifndef BOOT0_CLI_DOCTOR_LINUX_H
#define BOOT0_CLI_DOCTOR_LINUX_H

#include "facts.h"

enum {
    LINUX_PATH_MAX = 1024,
};

/* Reads the beginning of root/path, without white space at its end. False: no such file. */
bool linux_read(char *text, size_t size, const char *root, const char *path);

/* linux_access.c: whether the user may open this file for reading and writing. */
enum answer linux_may_open(const char *path, const struct doctor_user *user);
/* Whether the user's session has the group of that name in root/etc/group. */
bool linux_in_group(const struct doctor_user *user, const char *root, const char *group);

/* linux_holder.c: finds the program that has root/path open, "dfu-util (process 4711)", or "". */
void linux_find_holder(char *holder, size_t size, const char *root, const char *path);

/* linux_rules.c: finds the best udev rule for a device. */
void linux_find_rule(struct doctor_device *device, const char *root,
                     const struct doctor_user *user);

#endif
