/* SPDX-License-Identifier: MIT */
/*
 * The journal's name on the disk, on systems that need fsync() to put it there: POSIX. Windows'
 * file systems keep names by themselves.
 */
#include "../../portable.h"
#include "../cli_test.h"

#include <cli/gang/journal.h>
#include <core/array.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static char folder[PORTABLE_NAME], before[PORTABLE_NAME];

static int enter_directory(void **state)
{
    (void)state;
    return portable_enter(folder, before) ? 0 : -1;
}

static int leave_directory(void **state)
{
    (void)state;
    return portable_leave(folder, before) ? 0 : -1;
}

/* The last directory that was synced. */
static ino_t synced_directory;

/* Replaces the C library's, whose header has a reserved name for the parameter. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int fsync(int descriptor)
{
    struct stat status;

    if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode))
        synced_directory = status.st_ino;
    return (int)syscall(SYS_fsync, descriptor);
}

static ino_t inode(const char *name)
{
    struct stat status;

    assert_int_equal(stat(name, &status), 0);
    return status.st_ino;
}

/* The name of a new file is on the disk before anything relies on it, wherever a link leads. */
static void test_journal_name_synced(void **state)
{
    static const char *const names[] = {"./j", "sub/j", "link"};
    struct boot0_error error;
    struct journal journal;

    (void)state;
    assert_int_equal(mkdir("sub", 0700), 0);
    assert_int_equal(symlink("sub/linked", "link"), 0);
    for (size_t i = 0; i < B0_LENGTH(names); i++) {
        synced_directory = 0;
        assert_int_equal(journal_open(&journal, names[i], &error), BOOT0_OK);
        journal_close(&journal);
        assert_int_equal(synced_directory, inode(i == 0 ? "." : "sub"));
    }
    assert_int_equal(
        remove("j") | remove("sub/j") | remove("sub/linked") | remove("sub") | remove("link"), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_journal_name_synced, enter_directory, leave_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
