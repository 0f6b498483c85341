/* SPDX-License-Identifier: MIT */
/* What tests ask of the system beside base/platform: files and folders of their own for a while. */
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

/* A name that no file has; the folder for temporary files is the system's. */
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

/* A file with these contents, to be removed by the test. False: it cannot be. */
static inline bool portable_file(char name[PORTABLE_NAME], const void *bytes, size_t size)
{
    FILE *file = fopen(portable_name(name), "wb");
    bool ok = file && fwrite(bytes, 1, size, file) == size;

    return file && fclose(file) == 0 && ok;
}

/* A stream that reads these bytes: fclose(). NULL: it cannot be had. */
static inline FILE *portable_input(const void *bytes, size_t size)
{
#ifdef _WIN32
    struct b0_text text;
    FILE *file = b0_text_begin(&text); /* a temporary file, which can be read as well */
#else
    FILE *file = tmpfile();
#endif

    if (file && fwrite(bytes, 1, size, file) == size)
        rewind(file);
    return file;
}

/* Makes a folder and enters it; `before` is where the test was. False: it cannot. */
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

/* Goes back; the folder has to be empty. */
static inline bool portable_leave(const char *name, const char *before)
{
    return chdir(before) == 0 && rmdir(name) == 0;
}

#endif
