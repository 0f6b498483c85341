/* SPDX-License-Identifier: MIT */
/* Linux: which files a user may open, and which groups a user is in. */
#include "linux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_group(const struct doctor_user *user, unsigned group)
{
    for (size_t i = 0; i < user->group_count; i++)
        if (user->groups[i] == group)
            return true;
    return false;
}

enum answer linux_may_open(const char *path, const struct doctor_user *user)
{
    const unsigned both = 06;
    struct stat status;
    unsigned mode;

    /* access() respects access control lists too, which is what uaccess sets. */
    if (access(path, R_OK | W_OK) == 0 && user->id == (unsigned)getuid())
        return ANSWER_YES;
    if (stat(path, &status) != 0)
        return ANSWER_UNKNOWN;
    mode = status.st_mode;
    if (status.st_uid == user->id)
        mode >>= 6;
    else if (has_group(user, status.st_gid))
        mode >>= 3;
    return user->id == 0 || (mode & both) == both ? ANSWER_YES : ANSWER_NO;
}

/* Finds a group's number in root/etc/group; false if there is no such group. */
static bool find_group(const char *root, const char *name, unsigned *number)
{
    char path[LINUX_PATH_MAX], line[1024];
    size_t length = strlen(name);
    bool found = false;
    FILE *file;

    snprintf(path, sizeof path, "%s/etc/group", root);
    file = fopen(path, "r");
    if (!file)
        return false;
    while (!found && fgets(line, sizeof line, file)) {
        const char *colon = strchr(line, ':');
        const char *second = colon ? strchr(colon + 1, ':') : NULL;

        found = second && (size_t)(colon - line) == length && strncmp(line, name, length) == 0;
        if (found)
            *number = (unsigned)strtoul(second + 1, NULL, 10);
    }
    fclose(file);
    return found;
}

bool linux_in_group(const struct doctor_user *user, const char *root, const char *group)
{
    unsigned number;

    return find_group(root, group, &number) && has_group(user, number);
}
