/* SPDX-License-Identifier: MIT */
/* Linux: finds the process that has a device file open, by the links in /proc/PID/fd. */
#include "linux.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The same file, or another node of the same device. */
static bool is_same(const struct stat *a, const struct stat *b)
{
    return (a->st_dev == b->st_dev && a->st_ino == b->st_ino) ||
           (S_ISCHR(a->st_mode) && S_ISCHR(b->st_mode) && a->st_rdev == b->st_rdev);
}

static bool has_open(const char *process, const struct stat *wanted)
{
    char path[LINUX_PATH_MAX];
    struct dirent *entry;
    struct stat status;
    bool found = false;
    DIR *directory;

    snprintf(path, sizeof path, "%.900s/fd", process);
    directory = opendir(path);
    if (!directory)
        return false; /* belongs to another user */
    while (!found && (entry = readdir(directory)) != NULL)
        found = entry->d_name[0] != '.' &&
                fstatat(dirfd(directory), entry->d_name, &status, 0) == 0 &&
                is_same(&status, wanted);
    closedir(directory);
    return found;
}

void linux_find_holder(char *holder, size_t size, const char *root, const char *path)
{
    char process[LINUX_PATH_MAX], comm[64], name[40];
    struct dirent *entry;
    struct stat wanted;
    DIR *directory;

    holder[0] = '\0';
    snprintf(process, sizeof process, "%s/%s", root, path);
    if (stat(process, &wanted) != 0)
        return;
    snprintf(process, sizeof process, "%s/proc", root);
    directory = opendir(process);
    if (!directory)
        return;
    while (!holder[0] && (entry = readdir(directory)) != NULL) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(process, sizeof process, "%.900s/proc/%.32s", root, entry->d_name);
        if (!has_open(process, &wanted))
            continue;
        snprintf(comm, sizeof comm, "proc/%.32s/comm", entry->d_name);
        linux_read(name, sizeof name, root, comm);
        snprintf(holder, size, "%s (process %.16s)", name[0] ? name : "a program", entry->d_name);
    }
    closedir(directory);
}
