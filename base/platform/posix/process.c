/* SPDX-License-Identifier: MIT */
/* base/platform/process.h with POSIX. */
#include <base/platform/descriptor.h>
#include <base/platform/process.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void b0_process_start(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
}

unsigned long b0_process_id(void)
{
    return (unsigned long)getpid();
}

enum b0_system b0_system(void)
{
#if defined(__linux__)
    return B0_SYSTEM_LINUX;
#elif defined(__APPLE__)
    return B0_SYSTEM_MACOS;
#else
    return B0_SYSTEM_OTHER;
#endif
}

bool b0_process_is_elevated(void)
{
    return geteuid() == 0;
}

/* Not needed on this system: the user can use sudo. */
uint32_t b0_process_run_elevated(const char *const *arguments, uint32_t *exit_code)
{
    (void)arguments;
    *exit_code = 0;
    return ENOSYS;
}

long b0_write_output(const void *bytes, size_t size)
{
    return b0_descriptor_write(STDOUT_FILENO, bytes, size);
}

bool b0_process_find(const char *name, const char *path, char *file, size_t size)
{
    while (path && *path) {
        size_t length = strcspn(path, ":");

        if (length > 0 && length + strlen(name) + 2 <= size) {
            snprintf(file, size, "%.*s/%s", (int)length, path, name);
            if (access(file, X_OK) == 0)
                return true;
        }
        path += length + (path[length] != '\0');
    }
    return false;
}

/* Rejects a name with a quote: no real program has one, and it would end the shell's quoting. */
bool b0_process_first_line(const char *file, const char *argument, char *line, size_t size)
{
    char command[PATH_MAX + 64], rest[128];
    FILE *output;
    bool found;

    if (strpbrk(file, "'\"\\$`") != NULL)
        return false;
    snprintf(command, sizeof command, "\"%s\" %s 2>&1", file, argument);
    output = popen(command, "r"); /* NOLINT(cert-env33-c): the name is checked above */
    if (!output)
        return false;
    found = fgets(line, (int)size, output) != NULL;
    while (fgets(rest, sizeof rest, output))
        ; /* let the program end by itself */
    pclose(output);
    return found;
}
