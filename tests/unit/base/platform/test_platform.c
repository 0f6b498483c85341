/* SPDX-License-Identifier: MIT */
/* The operating system's services: the same results on every system. Runs in its own folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <base/clock.h>
#include <base/platform/date.h>
#include <base/platform/file.h>
#include <base/platform/folder_watch.h>
#include <base/platform/log.h>
#include <base/platform/process.h>
#include <base/platform/replace.h>
#include <base/platform/text.h>
#include <base/platform/thread.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef _WIN32
#include <direct.h>
#define make_folder(name) _mkdir(name)
#else
#define make_folder(name) mkdir(name, 0777)
#endif

/* "ä€" in UTF-8: its bytes are other letters in a code page. */
#define NAME "b0-\xc3\xa4\xe2\x82\xac.tmp"

static void remove_file(const char *name)
{
    assert_int_equal(b0_replace_file(name, NULL, 0), 0);
}

static void expect_contents(const char *name, const char *wanted)
{
    uint8_t *data = NULL;
    size_t size = 0;
    bool opened = false;

    assert_int_equal(b0_file_read(name, 1 << 20, &data, &size, &opened), 0);
    assert_true(opened);
    assert_int_equal(size, strlen(wanted));
    assert_memory_equal(data, wanted, size);
    free(data);
}

static void test_replace_and_read(void **state)
{
    struct b0_file_status first, second;

    (void)state;
    assert_int_equal(b0_replace_file(NAME, (const uint8_t *)"one\n", 4), 0);
    expect_contents(NAME, "one\n");
    assert_int_equal(b0_file_status(NAME, &first), 0);
    assert_int_equal(first.kind, B0_FILE_REGULAR);
    assert_int_equal(first.size, 4);
    assert_int_equal(b0_file_writable(NAME), 0);
    assert_int_equal(b0_replace_file(NAME, (const uint8_t *)"another\n", 8), 0);
    expect_contents(NAME, "another\n");
    assert_int_equal(b0_file_status(NAME, &second), 0);
    assert_true(second.changed_s >= first.changed_s);
    assert_true(second.changed_s > 1600000000); /* seconds since 1970, not since 1601 */
}

static void test_failures(void **state)
{
    struct b0_file_status status;
    uint8_t *data;
    size_t size;
    bool opened;

    (void)state;
    assert_int_equal(b0_file_status("b0-missing", &status), ENOENT);
    assert_int_equal(b0_file_read("b0-missing", 9, &data, &size, &opened), ENOENT);
    assert_false(opened);
    assert_int_equal(b0_file_read(".", 9, &data, &size, &opened), EISDIR);
    assert_int_equal(b0_replace_file(".", (const uint8_t *)"x", 1), EISDIR);
    assert_int_equal(b0_file_status(".", &status), 0);
    assert_int_equal(status.kind, B0_FILE_FOLDER);
    assert_int_equal(b0_file_writable("b0-missing"), ENOENT);
    assert_int_equal(b0_file_creatable("b0-missing/b0"), ENOENT);
    assert_int_equal(b0_file_creatable("b0-missing"), 0);
    assert_int_equal(b0_file_status("b0-missing", &status), ENOENT); /* nothing remains */
}

/* One byte more than the limit shows that there are more. */
static void test_limit(void **state)
{
    static uint8_t big[200000];
    uint8_t *data;
    size_t size;
    bool opened;

    (void)state;
    memset(big, 0x5a, sizeof big);
    assert_int_equal(b0_replace_file(NAME, big, sizeof big), 0);
    assert_int_equal(b0_file_read(NAME, sizeof big, &data, &size, &opened), 0);
    assert_int_equal(size, sizeof big);
    assert_memory_equal(data, big, size);
    free(data);
    assert_int_equal(b0_file_read(NAME, 100000, &data, &size, &opened), 0);
    assert_int_equal(size, 100001);
    free(data);
}

static void test_open(void **state)
{
    FILE *file;
    char line[8];

    (void)state;
    file = b0_file_open(NAME, "w");
    assert_non_null(file);
    assert_true(fputs("a\nb", file) >= 0);
    assert_int_equal(fclose(file), 0);
    expect_contents(NAME, "a\nb"); /* no line end is translated */
    assert_null(b0_file_open(NAME, "wbx"));
    assert_int_equal(errno, EEXIST);
    file = b0_file_open(NAME, "rb");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "a\n");
    assert_int_equal(fclose(file), 0);
}

static void test_folder_length(void **state)
{
    (void)state;
    assert_int_equal(b0_folder_length("file"), 0);
    assert_int_equal(b0_folder_length("a/b/file"), 4);
    assert_int_equal(b0_folder_length("/file"), 1);
#ifdef _WIN32
    assert_int_equal(b0_folder_length("a\\b/c\\file"), 6);
    assert_int_equal(b0_folder_length("C:file"), 2);
#endif
}

/* A second opening of the file stands for another process. */
static void test_log(void **state)
{
    char bytes[16];
    uint64_t size;
    int one, other;

    (void)state;
    remove_file(NAME);
    one = b0_log_open(NAME);
    other = b0_log_open(NAME);
    assert_true(one >= 0 && other >= 0);
    assert_true(b0_log_is_regular(one));
    assert_int_equal(b0_log_sync_name(NAME), 0);
    assert_int_equal(b0_log_lock(one, B0_LOCK_EXCLUSIVE, false), 0);
    assert_int_equal(b0_log_lock(other, B0_LOCK_SHARED, false), -1);
    assert_int_equal(b0_log_append(other, "first\n", 6), 0); /* locks are advisory */
    assert_int_equal(b0_log_lock(one, B0_LOCK_SHARED, true), 0);
    assert_int_equal(b0_log_lock(other, B0_LOCK_SHARED, false), 0);
    assert_int_equal(b0_log_lock(other, B0_LOCK_EXCLUSIVE, false), -1);
    assert_int_equal(b0_log_append(one, "second\n", 7), 0); /* at its present end */
    assert_int_equal(b0_log_size(other, &size), 0);
    assert_int_equal(size, 13);
    assert_int_equal(b0_log_read(other, 6, bytes, sizeof bytes), 7);
    assert_memory_equal(bytes, "second\n", 7);
    b0_log_close(one); /* its lock is gone, too */
    assert_int_equal(b0_log_lock(other, B0_LOCK_EXCLUSIVE, false), 0);
    b0_log_close(other);
    expect_contents(NAME, "first\nsecond\n");
}

static void test_text(void **state)
{
    struct b0_text text;
    char *bytes;

    (void)state;
    assert_non_null(b0_text_begin(&text));
    fprintf(text.file, "%s %d\n", "line", 1);
    bytes = b0_text_end(&text);
    assert_non_null(bytes);
    assert_string_equal(bytes, "line 1\n");
    assert_int_equal(text.size, 7);
    free(bytes);
    assert_non_null(b0_text_begin(&text));
    assert_null(b0_text_end(&text));
}

/* ---- threads ---- */

struct shared {
    struct b0_mutex lock;
    struct b0_condition changed;
    bool asked;
    bool answered;
};

static void answer(void *context)
{
    struct shared *shared = context;

    b0_mutex_lock(&shared->lock);
    while (!shared->asked)
        b0_condition_wait(&shared->changed, &shared->lock);
    shared->answered = true;
    b0_mutex_unlock(&shared->lock);
}

static void test_threads(void **state)
{
    struct shared shared = {.asked = false};
    struct b0_thread thread;
    uint64_t start_us;

    (void)state;
    b0_mutex_init(&shared.lock);
    b0_condition_init(&shared.changed);
    assert_true(b0_thread_start(&thread, answer, &shared));
    b0_mutex_lock(&shared.lock);
    start_us = b0_clock_us();
    while (b0_condition_wait_us(&shared.changed, &shared.lock, 3000))
        ;
    assert_true(b0_clock_us() - start_us >= 2000); /* not earlier; there is no upper bound */
    assert_false(shared.answered);
    shared.asked = true;
    b0_condition_signal(&shared.changed);
    b0_mutex_unlock(&shared.lock);
    b0_thread_join(&thread);
    assert_true(shared.answered);
    b0_condition_destroy(&shared.changed);
    b0_mutex_destroy(&shared.lock);
}

static void test_clock(void **state)
{
    uint64_t start_us = b0_clock_us();

    (void)state;
    b0_sleep_us(2500);
    assert_true(b0_clock_us() - start_us >= 2500);
}

static void test_folder_watch(void **state)
{
    intptr_t watch;

    (void)state;
    make_folder("b0-watched");
    watch = b0_folder_watch("b0-watched");
    assert_true(watch != -1);
    assert_false(b0_folder_watch_wait(watch, 0));
    assert_int_equal(b0_replace_file("b0-watched/file", (const uint8_t *)"x", 1), 0);
    assert_true(b0_folder_watch_wait(watch, 60000));
    b0_folder_watch_close(watch);
    assert_int_equal(remove("b0-watched/file"), 0);
    assert_int_equal(rmdir("b0-watched"), 0);
    assert_int_equal(b0_folder_watch("b0-missing"), -1);
}

static void test_date_and_process(void **state)
{
    const struct b0_date now = b0_date_utc();
    char file[64];

    (void)state;
    assert_true(now.year >= 2024 && now.month >= 1 && now.month <= 12);
    assert_true(now.day >= 1 && now.day <= 31 && now.hour < 24 && now.millisecond < 1000);
    assert_true(b0_process_id() != 0);
    assert_false(b0_process_find("b0-no-such-program", getenv("PATH"), file, sizeof file));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replace_and_read),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_folder_length),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_folder_watch),
        cmocka_unit_test(test_date_and_process),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    remove(NAME);
    return failed;
}
