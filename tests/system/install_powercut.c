/* SPDX-License-Identifier: MIT */
/*
 * Cuts the power in every flash operation of `boot0 install-bootloader` and `boot0
 * update-bootloader`, on boards that are blank, have a program at the start of their flash, or an
 * older bootloader with a program after it. The power returns soon, or when the command has given
 * up.
 *
 * Afterwards, with BOOT0 low, the board starts its whole previous program, the whole new
 * bootloader, or nothing; and `boot0 install-bootloader` repairs it through the ROM without
 * touching the rest of the flash.
 *
 *   install_powercut FIRMWARE-FOLDER BOOT0 [N]     only every N-th operation
 */
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../forked.h"

#include <core/journal.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vboard/vboard.h>

#define FLASH UINT32_C(0x08000000)
#define MS    UINT64_C(1000)

enum {
    FLASH_SIZE = 1 << 20,
    SECTOR = 0x4000,
    PROGRAM = 0x8000, /* offset of programs after the bootloader */
    PROGRAM_SIZE = 0x9000,
    FIRST_PROGRAM_SIZE = 0x12000,
    SKIPPED = 77,
    BOOT_MS = 1500, /* by then the bootloader or the program is on the bus */
    RESETS_MAX = 2, /* of a start that succeeds */
    PATH_SIZE = 4096,
    OPERATIONS_MIN = 8, /* of each command: an erase and the blocks of a bootloader */
};

static char folder[] = "/tmp/boot0-powercut-XXXXXX";
static char new_file[PATH_SIZE];
static uint8_t new_bootloader[SECTOR], old_bootloader[SECTOR];
static size_t new_size, old_size;
static const char *boot0_command;
static unsigned stride = 1;

/* ---- initial contents ---- */

/* Bytes that do not look like vectors, and at their start a program that waits for interrupts. */
static void make_program(uint8_t *bytes, size_t size, uint32_t address)
{
    static const uint8_t code[] = {0x30, 0xbf, 0xfd, 0xe7}; /* wfi; b .-2 */

    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 37 + i / 256 * 11 + 1);
    memset(bytes, 0, 16);
    bytes[2] = 0x02; /* the stack begins at 0x20020000 */
    bytes[3] = 0x20;
    bytes[4] = 9;
    bytes[5] = (uint8_t)(address >> 8);
    bytes[7] = (uint8_t)(address >> 24);
    memcpy(bytes + 8, code, sizeof code);
}

static void make_blank(uint8_t *flash)
{
    (void)flash;
}

static void make_with_program(uint8_t *flash)
{
    make_program(flash, FIRST_PROGRAM_SIZE, FLASH);
}

static void make_older(uint8_t *flash)
{
    struct b0_journal_record record = {
        .type = B0_JOURNAL_BEGIN, .sequence = 1, .start = FLASH + PROGRAM};
    struct b0_sha256 sha;

    memcpy(flash, old_bootloader, old_size);
    make_program(flash + PROGRAM, PROGRAM_SIZE, FLASH + PROGRAM);
    b0_journal_encode(&record, flash + SECTOR);
    record.type = B0_JOURNAL_COMPLETE;
    record.sequence = 2;
    record.length = PROGRAM_SIZE;
    b0_sha256_begin(&sha);
    b0_sha256_add(&sha, flash + PROGRAM, PROGRAM_SIZE);
    b0_sha256_end(&sha, record.digest);
    b0_journal_encode(&record, flash + SECTOR + B0_JOURNAL_RECORD_SIZE);
}

static const struct state {
    const char *name;
    void (*make)(uint8_t *flash);
    bool keeps_journal;   /* sector 1 is a journal, and is kept */
    bool starts_program;  /* the bootloader starts it in the end */
    const char *to_reach; /* keys of the updated board: how its bootloader is reached */
} states[] = {
    {"blank", make_blank, false, false, ""},
    {"program", make_with_program, false, false, ""},
    /* Its own button keeps it in the bootloader; the new one is for a board without a button. */
    {"older bootloader", make_older, true, true, ",boot0=0,button=PA0:1"},
};

/* ---- a flash file ---- */

static void save(const char *name, const uint8_t *flash)
{
    FILE *file = fopen(name, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(flash, 1, FLASH_SIZE, file), FLASH_SIZE);
    assert_int_equal(fclose(file), 0);
}

static void load(const char *name, uint8_t *flash)
{
    FILE *file = fopen(name, "rb");

    assert_non_null(file);
    assert_int_equal(fread(flash, 1, FLASH_SIZE, file), FLASH_SIZE);
    fclose(file);
}

/* ---- one case ---- */

struct test_case {
    const struct state *state;
    bool is_update;
    unsigned operation; /* in which the power is cut */
    unsigned outage_ms;
    char file[64];              /* the board's flash */
    uint8_t before[FLASH_SIZE]; /* what it held before, */
    uint8_t cut[FLASH_SIZE];    /* after the cut, */
    uint8_t after[FLASH_SIZE];  /* and after the repair */
};

static enum forked_verdict bad(const struct test_case *c, const char *what)
{
    fprintf(stderr, "%s, %s: power cut in operation %u for %u ms: %s\n",
            c->is_update ? "update-bootloader" : "install-bootloader", c->state->name, c->operation,
            c->outage_ms, what);
    return FORKED_BAD;
}

/* Runs the command on a virtual board with that flash; returns its exit status. */
static int run_command(const struct test_case *c, const char *command, const char *keys)
{
    char spec[200];
    int status = 0;
    pid_t child;

    snprintf(spec, sizeof spec, "f407:flash=%s%s", c->file, keys);
    child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_RDWR);

        dup2(nowhere, STDIN_FILENO);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        execl(boot0_command, boot0_command, command, "--virtual", spec, "--yes", new_file,
              (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* A board's behaviour with BOOT0 low. */
struct start {
    bool starts;  /* there was something to start */
    bool in_dfu;  /* it is on the bus in the end */
    bool is_sane; /* it does not reset repeatedly, and does nothing that the chip forbids */
};

static struct start start_from_flash(const struct test_case *c)
{
    struct boot0_error error;
    struct vboard_stats stats;
    struct start start;
    struct vboard *board;
    char spec[200];

    snprintf(spec, sizeof spec, "f407:flash=%s,boot0=0", c->file);
    board = vboard_new(spec, &error);
    assert_non_null(board);
    vboard_wait(board, BOOT_MS * MS);
    vboard_get_stats(board, &stats);
    start = (struct start){
        .starts = stats.started,
        .in_dfu = vboard_connected(board),
        .is_sane = stats.resets <= RESETS_MAX && (!stats.started || stats.violations == 0),
    };
    vboard_free(board, NULL);
    return start;
}

static bool is_blank(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0xff)
            return false;
    return true;
}

/* The whole first sector is the new bootloader. */
static bool is_new(const uint8_t *flash)
{
    return memcmp(flash, new_bootloader, new_size) == 0 &&
           is_blank(flash + new_size, SECTOR - new_size);
}

/* Whatever starts now is whole: the new bootloader, or all previous contents. */
static enum forked_verdict check_start(struct test_case *c)
{
    struct start start;

    load(c->file, c->cut);
    start = start_from_flash(c);
    if (start.starts && !is_new(c->cut) && memcmp(c->cut, c->before, FLASH_SIZE) != 0)
        return bad(c, "something starts that is not whole");
    if (!start.is_sane)
        return bad(c, "what starts resets, or does what chips forbid");
    return FORKED_HIT;
}

/* The ROM accepts the bootloader again, and the rest of the flash is unchanged. */
static enum forked_verdict check_repair(struct test_case *c)
{
    struct start start;

    save(c->file, c->cut);
    if (run_command(c, "install-bootloader", "") != 0)
        return bad(c, "it cannot be installed again");
    load(c->file, c->after);
    if (!is_new(c->after))
        return bad(c, "the second installation is not whole");
    if (memcmp(c->after + PROGRAM, c->before + PROGRAM, FLASH_SIZE - PROGRAM) != 0)
        return bad(c, "the rest of the flash is not kept");
    if (c->state->keeps_journal ? memcmp(c->after + SECTOR, c->before + SECTOR, SECTOR) != 0
                                : !is_blank(c->after + SECTOR, SECTOR))
        return bad(c, "the journal is not what it should be");
    start = start_from_flash(c);
    if (!start.starts || !start.is_sane || start.in_dfu == c->state->starts_program)
        return bad(c, "the board does not start as it should after the second installation");
    return FORKED_HIT;
}

static enum forked_verdict run_case(struct test_case *c)
{
    char keys[100];
    enum forked_verdict verdict;

    memset(c->before, 0xff, FLASH_SIZE);
    c->state->make(c->before);
    save(c->file, c->before);
    snprintf(keys, sizeof keys, "%s,fault=powercut@%u:%u", c->is_update ? c->state->to_reach : "",
             c->operation, c->outage_ms);
    if (run_command(c, c->is_update ? "update-bootloader" : "install-bootloader", keys) == 0)
        return FORKED_PAST_THE_END;
    verdict = check_start(c);
    return verdict == FORKED_HIT ? check_repair(c) : verdict;
}

/* ---- all cases ---- */

/* The n-th operation of the context's command, in a process with its own file. */
static enum forked_verdict run_nth(const void *context, unsigned n)
{
    static struct test_case c;
    enum forked_verdict verdict;

    c = *(const struct test_case *)context;
    c.operation = n;
    snprintf(c.file, sizeof c.file, "%s/%ld", folder, (long)getpid());
    verdict = run_case(&c);
    unlink(c.file);
    return verdict;
}

/* Cuts the power in every operation of one command on one kind of board; returns their number. */
static unsigned everywhere(const struct state *state, bool is_update, unsigned outage_ms)
{
    static struct test_case c;
    unsigned hits;

    c.state = state;
    c.is_update = is_update;
    c.outage_ms = outage_ms;
    hits = forked_cases(run_nth, &c, stride);
    assert_true(hits >= OPERATIONS_MIN / stride);
    return hits;
}

static void cut_command(bool is_update)
{
    static const unsigned outages_ms[] = {50, 2000};
    unsigned hits = 0;

    for (size_t i = 0; i < B0_LENGTH(states); i++)
        for (size_t j = 0; j < B0_LENGTH(outages_ms); j++)
            hits += everywhere(&states[i], is_update, outages_ms[j]);
    print_message("# power cut in %u operations of %s\n", hits,
                  is_update ? "update-bootloader" : "install-bootloader");
}

static void test_install(void **state)
{
    (void)state;
    cut_command(false);
}

static void test_update(void **state)
{
    (void)state;
    cut_command(true);
}

/* ---- the bootloaders ---- */

static size_t read_file(const char *name, uint8_t bytes[SECTOR])
{
    FILE *file = fopen(name, "rb");
    size_t size;

    if (!file)
        return 0;
    size = fread(bytes, 1, SECTOR, file);
    fclose(file);
    return size;
}

static bool read_bootloaders(const char *from)
{
    char old_file[PATH_SIZE];

    snprintf(new_file, sizeof new_file, "%s/bootloader-generic-f407.bin", from);
    snprintf(old_file, sizeof old_file, "%s/bootloader-discovery-f407.bin", from);
    new_size = read_file(new_file, new_bootloader);
    old_size = read_file(old_file, old_bootloader);
    return new_size > 0 && old_size > 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_install),
                                       cmocka_unit_test(test_update)};
    int failed;

    if (argc < 3 || !read_bootloaders(argv[1])) {
        fputs("1..0 # SKIP: there is no bootloader; `make firmware` compiles it\n", stdout);
        return SKIPPED;
    }
    boot0_command = argv[2];
    if (argc > 3)
        stride = (unsigned)strtoul(argv[3], NULL, 10);
    if (stride == 0)
        stride = 1;
    if (!mkdtemp(folder))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
