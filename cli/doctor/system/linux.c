/* SPDX-License-Identifier: MIT */
/* Linux: this machine's own directories, and the user of this process. */
#include "../facts.h"

#include <core/array.h>
#include <unistd.h>

void facts_from_system(struct facts *facts)
{
    struct doctor_user user = {.id = (unsigned)getuid()};
    gid_t groups[B0_LENGTH(user.groups)];
    int count = getgroups(B0_LENGTH(groups), groups);

    user.groups[user.group_count++] = (unsigned)getgid();
    for (int i = 0; i < count && user.group_count < B0_LENGTH(groups); i++)
        user.groups[user.group_count++] = (unsigned)groups[i];
    facts_from_linux(facts, "", &user);
}
