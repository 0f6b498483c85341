/* SPDX-License-Identifier: MIT */
/* Images in files, with POSIX's features: modes, links, special files, limits. */
#include "file_test.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum {
    NOBODY = 65534, /* an unprivileged user, even if the test runs as root */
};

static enum boot0_status try_load(const char *file)
{
    struct boot0_image *image;
    enum boot0_status status = boot0_image_load(&image, file, NULL, NULL);

    boot0_image_free(image);
    return status;
}

static enum boot0_status try_save(const char *file)
{
    struct boot0_image *image = make_image();
    enum boot0_status status = boot0_image_save(image, file, NULL, NULL);

    boot0_image_free(image);
    return status;
}

/* Returns the function's result in a process without root's rights. */
static enum boot0_status as_nobody(enum boot0_status (*function)(const char *file),
                                   const char *file)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && seteuid(NOBODY) != 0)
            _exit(BOOT0_STATUS_COUNT);
        _exit((int)function(file));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (enum boot0_status)WEXITSTATUS(status);
}

static void test_no_permission(void **state)
{
    (void)state;
    assert_int_equal(chmod(".", 0755), 0);
    write_file("secret.bin", "before", 6);
    chmod("secret.bin", 0);
    assert_int_equal(as_nobody(try_load, "secret.bin"), BOOT0_E_NO_INPUT);
    chmod("secret.bin", 0444);
    assert_int_equal(as_nobody(try_load, "secret.bin"), BOOT0_OK);
    /* A read-only file is not replaced, although its directory would allow that. */
    chmod(".", 0777);
    assert_int_equal(as_nobody(try_save, "secret.bin"), BOOT0_E_NO_OUTPUT);
    check_file("secret.bin", "before");
    assert_int_equal(count_files(false), 1);
    assert_int_equal(as_nobody(try_save, "new.bin"), BOOT0_OK);
    check_file("new.bin", "data");
    chmod(".", 0555);
    assert_int_equal(as_nobody(try_save, "newer.bin"), BOOT0_E_NO_OUTPUT);
    chmod(".", 0755);
    assert_int_equal(count_files(false), 2);
}

/* Devices are read and written in place; endless ones are refused. */
static void test_devices(void **state)
{
    (void)state;
    write_file("large.bin", "", 0);
    assert_int_equal(truncate("large.bin", (off_t)1 << 40), 0); /* sparse, larger than any memory */
    refuse_file("large.bin", BOOT0_E_DATA, "large.bin: is larger than 64 MiB");
    refuse_file("/dev/null", BOOT0_E_DATA, "/dev/null: is empty");
    refuse_file("/dev/zero", BOOT0_E_DATA, "/dev/zero: is larger than 64 MiB"); /* endless */
    refuse_save("/dev/full", BOOT0_E_NO_OUTPUT,
                "/dev/full: cannot be written: No space left on device");
}

/* A file is replaced, keeps its mode, and no other file remains. */
static void test_replaced(void **state)
{
    struct boot0_image *image = make_image();
    struct stat status;

    (void)state;
    write_file("a.bin", "longer than before", 18);
    chmod("a.bin", 0640);
    assert_int_equal(boot0_image_save(image, "a.bin", NULL, NULL), BOOT0_OK);
    check_file("a.bin", "data");
    assert_int_equal(stat("a.bin", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    assert_int_equal(count_files(false), 1);
    boot0_image_free(image);
}

static void test_link_stays(void **state)
{
    struct boot0_image *image = make_image();
    struct stat status;

    (void)state;
    write_file("a.bin", "before", 6);
    assert_int_equal(symlink("a.bin", "link.bin"), 0);
    assert_int_equal(boot0_image_save(image, "link.bin", NULL, NULL), BOOT0_OK);
    check_file("a.bin", "data");
    assert_int_equal(lstat("link.bin", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    boot0_image_free(image);
}

static void test_special_file(void **state)
{
    struct boot0_image_options options = {.format = BOOT0_FORMAT_BINARY};
    struct boot0_image *image = make_image();
    struct stat status;

    (void)state;
    assert_int_equal(boot0_image_save(image, "/dev/null", &options, NULL), BOOT0_OK);
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
    boot0_image_free(image);
}

/* When writing fails in the middle, the old file stays, and no other file remains. */
static void test_failure_in_the_middle(void **state)
{
    struct rlimit old;
    struct rlimit small;

    (void)state;
    write_file("a.bin", "before", 6);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 2;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    refuse_save("a.bin", BOOT0_E_NO_OUTPUT, "a.bin: cannot be written: File too large");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    check_file("a.bin", "before");
    assert_int_equal(count_files(false), 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_DIRECTORY(test_no_permission), IN_DIRECTORY(test_devices),
        IN_DIRECTORY(test_replaced),      IN_DIRECTORY(test_link_stays),
        IN_DIRECTORY(test_special_file),  IN_DIRECTORY(test_failure_in_the_middle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
