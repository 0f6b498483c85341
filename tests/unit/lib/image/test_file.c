/* SPDX-License-Identifier: MIT */
/* Images in files: what cannot be read, what a name promises, and that files are replaced whole. */
#include "image_test.h"
#include <core/array.h>
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    NOBODY = 65534, /* to be refused something even if the test runs as root */
};

/* A directory for one test; the tests run in it. */
struct place {
    char directory[64];
    char before[PATH_MAX];
};

static int enter(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    *state = place;
    if (!place || !getcwd(place->before, sizeof place->before))
        return -1;
    strcpy(place->directory, "/tmp/boot0-test-XXXXXX");
    if (!mkdtemp(place->directory) || chdir(place->directory) != 0)
        return -1;
    chmod(".", 0755);
    return 0;
}

/* Number of files in the directory; removes them if asked to. */
static unsigned count_files(bool remove_them)
{
    DIR *directory = opendir(".");
    struct dirent *entry;
    unsigned count = 0;

    assert_non_null(directory);
    while ((entry = readdir(directory))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (remove_them)
            remove(entry->d_name);
    }
    closedir(directory);
    return count;
}

static int leave(void **state)
{
    struct place *place = *state;
    int failure;

    count_files(true);
    failure = chdir(place->before) != 0 || rmdir(place->directory) != 0;
    free(place);
    return failure ? -1 : 0;
}

static void write_file(const char *file, const void *data, size_t size)
{
    FILE *stream = fopen(file, "wb");

    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

static void check_file(const char *file, const char *text)
{
    char data[256] = "";
    FILE *stream = fopen(file, "rb");

    assert_non_null(stream);
    assert_int_equal(fread(data, 1, sizeof data - 1, stream), strlen(text));
    fclose(stream);
    assert_string_equal(data, text);
}

static void refuse_file(const char *file, enum boot0_status code, const char *message)
{
    struct boot0_error error;
    struct boot0_image *image;

    assert_int_equal(boot0_image_load(&image, file, NULL, &error), code);
    assert_null(image);
    assert_string_equal(error.message, message);
    assert_true(error.hint[0] != '\0' || code == BOOT0_E_DATA);
    assert_int_equal(boot0_image_load(&image, file, NULL, NULL), code);
}

static void test_load(void **state)
{
    struct boot0_image *image;

    (void)state;
    write_file("a.bin", "data", 4);
    assert_int_equal(boot0_image_load(&image, "a.bin", NULL, NULL), BOOT0_OK);
    check_segment(image, 0, 0, "data", 4);
    boot0_image_free(image);
}

/* What a name says is no promise if the contents are clear: a HEX file may be called .bin. */
static void test_contents_count(void **state)
{
    static const char text[] = ":01000000AA55\n:00000001FF\n";
    struct boot0_image *image;

    (void)state;
    write_file("a.bin", text, sizeof text - 1);
    assert_int_equal(boot0_image_load(&image, "a.bin", NULL, NULL), BOOT0_OK);
    assert_int_equal(image->format, BOOT0_FORMAT_IHEX);
    boot0_image_free(image);
}

/* But raw bytes in a file that is called .hex are not flashed. */
static void test_name_promises(void **state)
{
    static const struct {
        const char *file;
        const char *message;
    } files[] = {
        {"a.hex", "a.hex: is not an Intel HEX file, as its name says"},
        {"a.HEX", "a.HEX: is not an Intel HEX file, as its name says"},
        {"a.s19", "a.s19: is not an S-record file, as its name says"},
        {"a.elf", "a.elf: is not an ELF file, as its name says"},
        {"a.uf2", "a.uf2: is not a UF2 file, as its name says"},
    };
    static const char *const others[] = {"a.bin", "a.dfu", "a", "a.hex.bin", "hex", ".hex"};
    struct boot0_image_options options = {.format = BOOT0_FORMAT_BINARY};
    struct boot0_image *image;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++) {
        write_file(files[i].file, "data", 4);
        refuse_file(files[i].file, BOOT0_E_DATA, files[i].message);
        assert_int_equal(boot0_image_load(&image, files[i].file, &options, NULL), BOOT0_OK);
        boot0_image_free(image);
    }
    for (size_t i = 0; i < B0_LENGTH(others); i++) {
        write_file(others[i], "data", 4);
        assert_int_equal(boot0_image_load(&image, others[i], NULL, NULL), BOOT0_OK);
        boot0_image_free(image);
    }
}

static void test_unreadable(void **state)
{
    (void)state;
    refuse_file("missing.bin", BOOT0_E_NO_INPUT,
                "missing.bin: cannot be opened: No such file or directory");
    refuse_file(".", BOOT0_E_NO_INPUT, ".: cannot be read: Is a directory");
    write_file("empty.bin", "", 0);
    refuse_file("empty.bin", BOOT0_E_DATA, "empty.bin: is empty");
    refuse_file("/dev/null", BOOT0_E_DATA, "/dev/null: is empty");
    write_file("a.bin", "data", 4);
    refuse_file("a.bin/b.bin", BOOT0_E_NO_INPUT, "a.bin/b.bin: cannot be opened: Not a directory");
}

static void test_too_large(void **state)
{
    (void)state;
    write_file("large.bin", "", 0);
    assert_int_equal(truncate("large.bin", (off_t)BOOT0_IMAGE_FILE_MAX + 1), 0);
    refuse_file("large.bin", BOOT0_E_DATA, "large.bin: is larger than 64 MiB");
    assert_int_equal(truncate("large.bin", (off_t)1 << 40), 0); /* in no memory */
    refuse_file("large.bin", BOOT0_E_DATA, "large.bin: is larger than 64 MiB");
    refuse_file("/dev/zero", BOOT0_E_DATA, "/dev/zero: is larger than 64 MiB"); /* has no end */
}

static void test_largest(void **state)
{
    struct boot0_image *image;

    (void)state;
    write_file("large.bin", "", 0);
    assert_int_equal(truncate("large.bin", (off_t)BOOT0_IMAGE_FILE_MAX), 0);
    assert_int_equal(boot0_image_load(&image, "large.bin", NULL, NULL), BOOT0_OK);
    assert_int_equal(boot0_image_size(image), BOOT0_IMAGE_FILE_MAX);
    boot0_image_free(image);
}

static struct boot0_image *make_image(void)
{
    struct boot0_image *image = boot0_image_new();

    assert_non_null(image);
    assert_int_equal(boot0_image_add(image, 0, 0x08000000, (const uint8_t *)"data", 4, NULL),
                     BOOT0_OK);
    return image;
}

static void refuse_save(const char *file, enum boot0_status code, const char *message)
{
    struct boot0_image_options options = {.format = BOOT0_FORMAT_BINARY};
    struct boot0_image *image = make_image();
    struct boot0_error error;

    assert_int_equal(boot0_image_save(image, file, &options, &error), code);
    assert_string_equal(error.message, message);
    boot0_image_free(image);
}

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

/* What the function returns in a process without root's rights. */
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
    write_file("secret.bin", "before", 6);
    chmod("secret.bin", 0);
    assert_int_equal(as_nobody(try_load, "secret.bin"), BOOT0_E_NO_INPUT);
    chmod("secret.bin", 0444);
    assert_int_equal(as_nobody(try_load, "secret.bin"), BOOT0_OK);
    /* What must not be written is not replaced, though its directory would allow that. */
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

static void test_save_by_name(void **state)
{
    static const struct {
        const char *file;
        enum boot0_format format;
    } files[] = {
        {"a.bin", BOOT0_FORMAT_BINARY}, {"a.hex", BOOT0_FORMAT_IHEX}, {"a.srec", BOOT0_FORMAT_SREC},
        {"a.S19", BOOT0_FORMAT_SREC},   {"a.elf", BOOT0_FORMAT_ELF},  {"a.uf2", BOOT0_FORMAT_UF2},
        {"a.dfu", BOOT0_FORMAT_DFUSE},
    };
    struct boot0_image *image = make_image();
    struct boot0_image *again;
    struct boot0_error error;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(files); i++) {
        assert_int_equal(boot0_image_save(image, files[i].file, NULL, NULL), BOOT0_OK);
        assert_int_equal(boot0_image_load(&again, files[i].file, NULL, NULL), BOOT0_OK);
        assert_int_equal(again->format, files[i].format);
        assert_memory_equal(again->segments[0].data, "data", 4);
        boot0_image_free(again);
    }
    image->has_addresses = false;
    image->segments[0].address = 0;
    assert_int_equal(boot0_image_save(image, "b.dfu", NULL, NULL), BOOT0_OK);
    assert_int_equal(boot0_image_load(&again, "b.dfu", NULL, NULL), BOOT0_OK);
    assert_int_equal(again->format, BOOT0_FORMAT_DFU);
    boot0_image_free(again);
    assert_int_equal(boot0_image_save(image, "a.txt", NULL, &error), BOOT0_E_USAGE);
    assert_string_equal(error.message, "a.txt: the name does not tell the format to write");
    boot0_image_free(image);
}

/* A file is replaced, keeps its mode, and nothing is left beside it. */
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

/* What an earlier run left behind, with the same process id, is neither used nor touched. */
static void test_name_taken(void **state)
{
    struct boot0_image *image = make_image();
    char taken[64];

    (void)state;
    snprintf(taken, sizeof taken, ".boot0-%ld-0.tmp", (long)getpid());
    write_file(taken, "before", 6);
    assert_int_equal(boot0_image_save(image, "a.bin", NULL, NULL), BOOT0_OK);
    check_file("a.bin", "data");
    check_file(taken, "before");
    assert_int_equal(count_files(false), 2);
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

static void test_unwritable(void **state)
{
    (void)state;
    refuse_save(".", BOOT0_E_NO_OUTPUT, ".: cannot be written: Is a directory");
    refuse_save("missing/a.bin", BOOT0_E_NO_OUTPUT,
                "missing/a.bin: cannot be written: No such file or directory");
    refuse_save("/dev/full", BOOT0_E_NO_OUTPUT,
                "/dev/full: cannot be written: No space left on device");
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

/* When writing fails in the middle, what was there stays, and nothing is left beside it. */
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

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_DIRECTORY(test_load),          IN_DIRECTORY(test_contents_count),
        IN_DIRECTORY(test_name_promises), IN_DIRECTORY(test_unreadable),
        IN_DIRECTORY(test_too_large),     IN_DIRECTORY(test_largest),
        IN_DIRECTORY(test_no_permission), IN_DIRECTORY(test_save_by_name),
        IN_DIRECTORY(test_replaced),      IN_DIRECTORY(test_link_stays),
        IN_DIRECTORY(test_name_taken),    IN_DIRECTORY(test_unwritable),
        IN_DIRECTORY(test_special_file),  IN_DIRECTORY(test_failure_in_the_middle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
