/* SPDX-License-Identifier: MIT */
/* The first dfu-util in PATH, and its version. */
#include "facts.h"

#include <base/platform/process.h>

void facts_from_path(struct facts *facts, const char *path)
{
    struct doctor_tool *tool = &facts->dfu_util;
    char line[128];

    if (b0_process_find("dfu-util", path, tool->file, sizeof tool->file) &&
        b0_process_first_line(tool->file, "--version", line, sizeof line))
        tool->found = facts_parse_version(line, tool);
}
