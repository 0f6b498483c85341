/* SPDX-License-Identifier: MIT */
/* The dfu-util that PATH leads to, and its version. */
#include "facts.h"

#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#define PATH_SEPARATOR ";"
#define PROGRAM        "\\dfu-util.exe"
#define popen          _popen
#define pclose         _pclose
#else
#include <unistd.h>
#define PATH_SEPARATOR ":"
#define PROGRAM        "/dfu-util"
#endif

static bool is_program(const char *file)
{
#ifdef _WIN32
    FILE *opened = fopen(file, "rb");

    if (opened)
        fclose(opened);
    return opened != NULL;
#else
    return access(file, X_OK) == 0;
#endif
}

/* Asks the program itself. A name with a quote in it is nobody's, and would end the shell's. */
static void ask_version(struct doctor_tool *tool)
{
    char command[sizeof tool->file + 32], line[128] = "";
    FILE *output;

    if (strpbrk(tool->file, "'\"\\$`") != NULL && PROGRAM[0] == '/')
        return;
    snprintf(command, sizeof command, "\"%s\" --version 2>&1", tool->file);
    output = popen(command, "r"); /* NOLINT(cert-env33-c): the name is checked above */
    if (!output)
        return;
    if (fgets(line, sizeof line, output))
        tool->found = facts_parse_version(line, tool);
    while (fgets(line, sizeof line, output))
        ; /* let it end by itself */
    pclose(output);
}

void facts_from_path(struct facts *facts, const char *path)
{
    struct doctor_tool *tool = &facts->dfu_util;

    while (path && *path) {
        size_t length = strcspn(path, PATH_SEPARATOR);

        if (length > 0 && length + sizeof PROGRAM <= sizeof tool->file) {
            snprintf(tool->file, sizeof tool->file, "%.*s%s", (int)length, path, PROGRAM);
            if (is_program(tool->file)) {
                ask_version(tool);
                return;
            }
        }
        path += length + (path[length] != '\0');
    }
}
