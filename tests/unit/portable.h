/* SPDX-License-Identifier: MIT */
/* System services for tests beside base/platform: temporary files and folders of their own. */
#ifndef BOOT0_TESTS_PORTABLE_H
#define BOOT0_TESTS_PORTABLE_H

#include <base/platform/text.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef _WIN32
#include <base/platform/process.h>
#include <direct.h>
#endif

enum {
    PORTABLE_NAME = 300,
};

/* A name that no file has, in the system's folder for temporary files. */
static inline const char *portable_name(char name[PORTABLE_NAME])
{
#ifdef _WIN32
    static unsigned count;
    const char *folder = getenv("TEMP");

    snprintf(name, PORTABLE_NAME, "%.260s/b0-%lu-%u", folder ? folder : ".", b0_process_id(),
             count++);
#else
    snprintf(name, PORTABLE_NAME, "/tmp/boot0-test-XXXXXX");
    if (!mkdtemp(name) || rmdir(name) != 0)
        name[0] = '\0';
#endif
    return name;
}

/* Creates a file with these contents; the test removes it. Returns false if that fails. */
static inline bool portable_file(char name[PORTABLE_NAME], const void *bytes, size_t size)
{
    FILE *file = fopen(portable_name(name), "wb");
    bool ok = file && fwrite(bytes, 1, size, file) == size;

    return file && fclose(file) == 0 && ok;
}

/* Returns a stream that reads these bytes, for fclose(); NULL if that fails. */
static inline FILE *portable_input(const void *bytes, size_t size)
{
#ifdef _WIN32
    struct b0_text text;
    FILE *file = b0_text_begin(&text); /* a temporary file, which is readable as well */
#else
    FILE *file = tmpfile();
#endif

    if (file && fwrite(bytes, 1, size, file) == size)
        rewind(file);
    return file;
}

/* Makes a folder and enters it; `before` is the previous folder. Returns false if that fails. */
static inline bool portable_enter(char name[PORTABLE_NAME], char before[PORTABLE_NAME])
{
    portable_name(name);
#ifdef _WIN32
    if (_mkdir(name) != 0)
        return false;
#else
    snprintf(name, PORTABLE_NAME, "/tmp/boot0-test-XXXXXX");
    if (!mkdtemp(name))
        return false;
#endif
    return getcwd(before, PORTABLE_NAME) && chdir(name) == 0;
}

/* Goes back and removes the folder, which must be empty. */
static inline bool portable_leave(const char *name, const char *before)
{
    return chdir(before) == 0 && rmdir(name) == 0;
}

#endif
