/* SPDX-License-Identifier: MIT */
/*
 * How a file is replaced: it is never readable by more users than before, links are followed, and
 * synced data is on the disk.
 */
#include "image_test.h"

#include <core/array.h>
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SIZE = 4096,
    LIMIT = 64, /* bytes, after which writing stops to look at the file */
    NOBODY = 65534,
    OTHER_GROUP = 12345,
};

/* The test's own directory, in which it runs. */
static char directory[64], before[PATH_MAX];

static int enter(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/boot0-test-XXXXXX");
    if (!getcwd(before, sizeof before) || !mkdtemp(directory) || chdir(directory) != 0)
        return -1;
    return chmod(".", 0777);
}

/* Returns the name of the only file that is being written, "" if there is none. */
static const char *temporary_name(void)
{
    static char name[NAME_MAX + 1];
    DIR *here = opendir(".");
    struct dirent *entry;

    name[0] = '\0';
    while (here && (entry = readdir(here)))
        if (strstr(entry->d_name, ".tmp"))
            snprintf(name, sizeof name, "%s", entry->d_name);
    if (here)
        closedir(here);
    return name;
}

static int leave(void **state)
{
    DIR *here = opendir(".");
    struct dirent *entry;

    (void)state;
    while (here && (entry = readdir(here)))
        remove(entry->d_name);
    if (here)
        closedir(here);
    return chdir(before) != 0 || rmdir(directory) != 0 ? -1 : 0;
}

/* ---- during the replacement ---- */

static struct stat seen; /* the file that is being written */

/* In the order of events: 'f' a file was synced, 'd' a directory; upper case: after the rename. */
static char syncs[16];

/* Replaces the C library's, whose header has a reserved name for the parameter. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int fsync(int descriptor)
{
    struct stat status;
    size_t length = strlen(syncs);
    bool has_new = temporary_name()[0] == '\0';

    if (fstat(descriptor, &status) == 0 && length + 1 < sizeof syncs)
        syncs[length] = S_ISDIR(status.st_mode) ? (has_new ? 'D' : 'd') : (has_new ? 'F' : 'f');
    return (int)syscall(SYS_fsync, descriptor);
}

/* ---- saving ---- */

static enum boot0_status save(const char *file)
{
    static uint8_t data[SIZE];
    struct boot0_image_options options = {.format = BOOT0_FORMAT_BINARY};
    struct boot0_image *image = boot0_image_new();
    enum boot0_status status;

    memset(data, 0x5a, sizeof data);
    assert_int_equal(boot0_image_add(image, 0, 0x08000000, data, sizeof data, NULL), BOOT0_OK);
    status = boot0_image_save(image, file, &options, NULL);
    boot0_image_free(image);
    return status;
}

/* In a process that is killed within write(), when the file already has data. */
static void save_and_be_killed(const char *file)
{
    const struct rlimit limit = {LIMIT, LIMIT}, no_core = {0, 0};

    if (setrlimit(RLIMIT_CORE, &no_core) == 0 && setrlimit(RLIMIT_FSIZE, &limit) == 0)
        save(file);
    _exit(0);
}

/* Stops the writing in the middle; fills `seen`. */
static void save_and_look(const char *file)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        save_and_be_killed(file);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGXFSZ);
    assert_int_equal(stat(temporary_name(), &seen), 0);
    assert_int_equal(seen.st_size, LIMIT);
    assert_int_equal(unlink(temporary_name()), 0);
}

static void make(const char *file, mode_t mode)
{
    FILE *stream = fopen(file, "wb");

    assert_non_null(stream);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(chmod(file, mode), 0);
}

static struct stat status_of(const char *file)
{
    struct stat status;

    assert_int_equal(lstat(file, &status), 0);
    return status;
}

/* ---- tests ---- */

static void test_old_mode_from_the_start(void **state)
{
    static const mode_t modes[] = {0600, 0640, 0644, 0664, 0666, 0700, 0755};
    mode_t mask = umask(0);

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(modes); i++) {
        make("a.bin", modes[i]);
        save_and_look("a.bin");
        assert_int_equal(seen.st_mode & 07777, modes[i]);
        assert_int_equal(save("a.bin"), BOOT0_OK);
        assert_int_equal(status_of("a.bin").st_mode & 07777, modes[i]);
    }
    umask(mask);
}

static void test_new_file_by_umask(void **state)
{
    static const mode_t masks[] = {0, 022, 027, 077};
    mode_t mask = umask(0);

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(masks); i++) {
        umask(masks[i]);
        save_and_look("new.bin");
        assert_int_equal(seen.st_mode & 07777, 0666 & ~masks[i]);
        assert_int_equal(save("new.bin"), BOOT0_OK);
        assert_int_equal(status_of("new.bin").st_mode & 07777, 0666 & ~masks[i]);
        remove("new.bin");
    }
    umask(mask);
}

/* Root keeps owner and group, already before there is data. */
static void test_owner_stays(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    make("a.bin", 0640);
    assert_int_equal(chown("a.bin", NOBODY, OTHER_GROUP), 0);
    save_and_look("a.bin");
    assert_int_equal(seen.st_uid, NOBODY);
    assert_int_equal(seen.st_gid, OTHER_GROUP);
    assert_int_equal(save("a.bin"), BOOT0_OK);
    assert_int_equal(status_of("a.bin").st_uid, NOBODY);
    assert_int_equal(status_of("a.bin").st_gid, OTHER_GROUP);
    assert_int_equal(status_of("a.bin").st_mode & 07777, 0640);
}

/* A user who may not keep the group does not give its rights to another one. */
static void test_lost_group(void **state)
{
    pid_t child;
    int status;

    (void)state;
    if (geteuid() != 0)
        skip();
    make("a.bin", 0660);
    assert_int_equal(chown("a.bin", NOBODY, OTHER_GROUP), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
            _exit(99);
        _exit((int)save("a.bin"));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), BOOT0_OK);
    assert_int_equal(status_of("a.bin").st_gid, NOBODY);
    assert_int_equal(status_of("a.bin").st_mode & 07777, 0600);
}

/* A full disk keeps no leftovers. */
static void test_full_disk(void **state)
{
    struct rlimit old, small;

    (void)state;
    signal(SIGXFSZ, SIG_IGN); /* write() fails instead: EFBIG */
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = LIMIT;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(save("a.bin"), BOOT0_E_NO_OUTPUT);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_string_equal(temporary_name(), "");
}

static void test_links(void **state)
{
    (void)state;
    assert_int_equal(mkdir("sub", 0755), 0);
    assert_int_equal(symlink("sub/second.bin", "first.bin"), 0);
    assert_int_equal(symlink("target.bin", "sub/second.bin"), 0);
    /* The last one leads to a missing file, which is created there. */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(save("first.bin"), BOOT0_OK);
        assert_true(S_ISLNK(status_of("first.bin").st_mode));
        assert_true(S_ISLNK(status_of("sub/second.bin").st_mode));
        assert_true(S_ISREG(status_of("sub/target.bin").st_mode));
        assert_int_equal(status_of("sub/target.bin").st_size, SIZE);
    }
    assert_int_equal(symlink("loop.bin", "loop.bin"), 0);
    assert_int_equal(save("loop.bin"), BOOT0_E_NO_OUTPUT);
    assert_int_equal(remove("sub/target.bin"), 0);
    assert_int_equal(remove("sub/second.bin"), 0);
}

/* First the contents, then the name: otherwise a crash could leave the name without contents. */
static void test_synced(void **state)
{
    (void)state;
    memset(syncs, 0, sizeof syncs);
    assert_int_equal(save("new.bin"), BOOT0_OK);
    assert_string_equal(syncs, "fD");
    memset(syncs, 0, sizeof syncs);
    assert_int_equal(save("new.bin"), BOOT0_OK);
    assert_string_equal(syncs, "fD");
}

/* A name as long as the file system allows leaves room for the temporary one. */
static void test_longest_name(void **state)
{
    char name[NAME_MAX + 1];

    (void)state;
    memset(name, 'n', NAME_MAX);
    name[NAME_MAX] = '\0';
    assert_int_equal(save(name), BOOT0_OK);
    assert_int_equal(save(name), BOOT0_OK);
    assert_int_equal(status_of(name).st_size, SIZE);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_DIRECTORY(test_old_mode_from_the_start),
        IN_DIRECTORY(test_new_file_by_umask),
        IN_DIRECTORY(test_owner_stays),
        IN_DIRECTORY(test_lost_group),
        IN_DIRECTORY(test_full_disk),
        IN_DIRECTORY(test_links),
        IN_DIRECTORY(test_synced),
        IN_DIRECTORY(test_longest_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
