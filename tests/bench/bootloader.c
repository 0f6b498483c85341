/* SPDX-License-Identifier: MIT */
/*
 * Compares boot0's bootloader with ST's ROM at the same jobs, each driven by boot0 and in
 * dfu-util's way. Times are the board's own: exact, and the same each time. The bootloader's binary
 * and the programs run on the emulated chip. The flash takes the datasheet's typical times for 3.3
 * V, the bus those of full speed.
 *
 *   bench-bootloader FIRMWARE-FOLDER [CHIP] [--targets]
 *
 * CHIP is f407 (the default) or f411. Prints one row per job, then the targets; exits with 1 if a
 * target is missed. --targets omits measurements that serve only for comparison.
 */
#include "../dfu_util_way.h"

#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <core/array.h>
#include <core/extension.h>
#include <core/family/family.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vboard/vboard.h>

#define FLASH   UINT32_C(0x08000000)
#define PROGRAM UINT32_C(0x08008000)
#define KIB     UINT32_C(1024)
#define MS      UINT64_C(1000)

enum {
    FLASH_MAX = 1024 * 1024,
    OWN = 32 * 1024, /* the bootloader's own sectors */
    MIDDLE = 256 * 1024,
    SMALL = 20 * 1024,
    BOOT_MS = 3000,
    SKIPPED = 77,
    DATA_IN = 0x81, /* of the runtime's serial port */
    PACKET = 64,
};

static const struct chip {
    const char *name, *suffix; /* of its programs */
    uint32_t flash_size;
    /* Targets. At half the clock, digests of the flash take twice as long. */
    double fresh_times, byte_s, same_s;
} chips[] = {{"f407", "", FLASH_MAX, 1.10, 0.2, 0.3},
             {"f411", "-f411", 512 * 1024, 1.15, 0.5, 0.35}};
static const struct chip *chip = &chips[0];

static uint8_t bootloader[16 * KIB], hello[SMALL], hello_2[SMALL], image_bytes[FLASH_MAX];
static size_t bootloader_size;
static struct boot0_error error;

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, error.message);
    exit(2);
}

/* ---- boards and programs ---- */

struct bench {
    struct boot0_bus bus;
    struct vboard *board;
};

/* A board that runs the bootloader or ST's ROM, and the other contents of its flash. */
static void open_bench(struct bench *bench, bool rom, const uint8_t *held, uint32_t size)
{
    char text[40];
    const char *const spec = text;

    snprintf(text, sizeof text, rom ? "%s:boot0=1" : "%s:boot0=0,fill=0x00", chip->name);
    if (boot0_virtual_open(&bench->bus, &spec, 1, &error) != BOOT0_OK)
        die(spec);
    bench->board = boot0_virtual_board(&bench->bus, 0);
    if (!rom) {
        static uint8_t blank[16 * KIB];

        memset(blank, 0xff, sizeof blank);
        vboard_poke(bench->board, FLASH, bootloader, bootloader_size);
        vboard_poke(bench->board, FLASH + sizeof blank, blank, sizeof blank);
    }
    vboard_poke(bench->board, PROGRAM, held, size);
    vboard_power_cycle(bench->board);
    vboard_wait(bench->board, 1000 * MS);
}

static void double_tap(struct bench *bench)
{
    vboard_press_reset(bench->board);
    vboard_wait(bench->board, 200 * MS);
    vboard_press_reset(bench->board);
    vboard_wait(bench->board, 600 * MS);
}

/* Fills it with noise after the vectors of a program that sleeps. */
static void make_program(uint8_t *data, uint32_t size)
{
    static const uint8_t start[] = {0x00, 0x00, 0x01, 0x20, 0x09, 0x80,
                                    0x00, 0x08, 0x30, 0xbf, 0xfd, 0xe7};
    uint32_t random = 1;

    for (uint32_t i = 0; i < size; i++) {
        random = random * 1664525 + 1013904223;
        data[i] = (uint8_t)(random >> 24);
    }
    memcpy(data, start, sizeof start);
}

/* ---- clients ---- */

static double seconds(uint64_t us)
{
    return (double)us / 1e6;
}

static uint64_t by_boot0(struct bench *bench, const uint8_t *data, uint32_t size,
                         struct boot0_report *report)
{
    const struct boot0_selection selection = {.wait_ms = BOOT_MS};
    const struct boot0_flash_options options = {.no_run = true};
    struct boot0_session *session;
    struct boot0_image *image = boot0_image_new();
    uint64_t start_us = vboard_now_us(bench->board);

    if (!image || boot0_image_add(image, 0, PROGRAM, data, size, &error) != BOOT0_OK)
        die("image");
    image->has_addresses = true;
    if (boot0_session_open(&session, &bench->bus, &selection, NULL, NULL, &error) != BOOT0_OK ||
        boot0_session_flash(session, image, &options, &error) != BOOT0_OK)
        die("flash");
    boot0_session_report(session, report);
    boot0_session_close(session);
    boot0_image_free(image);
    return vboard_now_us(bench->board) - start_us;
}

/* The size of the longest program. */
static uint32_t whole(void)
{
    return chip->flash_size - OWN;
}

/* Our bootloader's last answers come before its flash is done: this answer comes after. */
static void wait_for_flash(struct bench *bench)
{
    const struct boot0_setup get_info = {0xc0, B0_EXTENSION_VENDOR_CODE, 0, B0_EXTENSION_GET_INFO,
                                         B0_EXTENSION_INFO_SIZE};
    uint8_t info[B0_EXTENSION_INFO_SIZE];
    size_t actual;

    if (vboard_control(bench->board, &get_info, info, &actual, 20000 * MS) != BOOT0_XFER_OK)
        die("waiting for the flash");
}

static uint64_t by_dfu_util(struct bench *bench, bool rom, const uint8_t *data, uint32_t size)
{
    const struct dfu_util_piece piece = {PROGRAM, data, size};
    struct boot0_candidate candidate;
    struct boot0_transport transport;
    uint64_t start_us = vboard_now_us(bench->board);
    size_t count;

    if (bench->bus.ops->scan(bench->bus.context, &candidate, 1, &count, &error) != BOOT0_OK ||
        count != 1 ||
        bench->bus.ops->open(bench->bus.context, &candidate, &transport, &error) != BOOT0_OK ||
        !dfu_util_write(&transport, &piece, 1, rom ? 2048 : 4096, dfu_util_sector_f4))
        die("dfu-util's way");
    transport.ops->close(transport.context);
    if (!rom)
        wait_for_flash(bench);
    return vboard_now_us(bench->board) - start_us;
}

/* The time of erasing and programming alone. */
static uint64_t pure_us(uint32_t from, uint32_t size)
{
    const struct b0_flash_times *times = &b0_stm32f4_times;
    uint64_t us = b0_flash_program_us(times, B0_PARALLEL_X32, size);

    for (uint32_t at = from; at < from + size;) {
        uint32_t sector, start = dfu_util_sector_f4(at, &sector);

        us += b0_flash_erase_ms(times, B0_PARALLEL_X32, sector) * MS;
        at = start + sector;
    }
    return us;
}

/* ---- jobs ---- */

struct row {
    double boot0, dfu_util, rom_boot0, rom_dfu_util; /* seconds */
    double flash; /* time of the flash alone for the sectors that have to change */
};

enum kind {
    KIND_FRESH, /* the flash is full of other data */
    KIND_BYTE,
    KIND_SAME, /* flashed a moment ago */
};

static void prepare(struct bench *bench, bool rom, enum kind kind, uint32_t size)
{
    static uint8_t held[FLASH_MAX];
    struct boot0_report report;

    memset(held, 0, sizeof held);
    if (kind == KIND_BYTE) {
        memcpy(held, image_bytes, size);
        held[size / 2] ^= 0x10;
    }
    open_bench(bench, rom, held, whole());
    if (!rom && kind == KIND_BYTE)
        double_tap(bench);
    if (kind == KIND_SAME)
        by_boot0(bench, image_bytes, size, &report);
}

static double measure(bool rom, bool dfu_util, enum kind kind, uint32_t size)
{
    struct boot0_report report;
    struct vboard_stats stats;
    struct bench bench;
    uint64_t us;

    prepare(&bench, rom, kind, size);
    us = dfu_util ? by_dfu_util(&bench, rom, image_bytes, size)
                  : by_boot0(&bench, image_bytes, size, &report);
    vboard_get_stats(bench.board, &stats);
    if (stats.flash_stalls != 0)
        die("the bootloader waits for the flash: some of it is not in RAM");
    boot0_bus_close(&bench.bus);
    return seconds(us);
}

/* The time to erase and program whole every sector that a job has to change. */
static double flash_alone(enum kind kind, uint32_t size)
{
    uint32_t sector, start = dfu_util_sector_f4(PROGRAM + size / 2, &sector);

    if (kind == KIND_SAME)
        return 0;
    return seconds(kind == KIND_BYTE ? pure_us(start, sector) : pure_us(PROGRAM, size));
}

/* `beside`: also runs the jobs that serve for comparison. */
static struct row run_job(const char *title, enum kind kind, uint32_t size, bool beside)
{
    struct row row = {.boot0 = measure(false, false, kind, size), .flash = flash_alone(kind, size)};

    if (!beside)
        return row;
    row.dfu_util = measure(false, true, kind, size);
    row.rom_boot0 = measure(true, false, kind, size);
    row.rom_dfu_util = measure(true, true, kind, size);
    printf("%-34s %9.3f s %9.3f s %9.3f s %9.3f s %9.3f s\n", title, row.boot0, row.dfu_util,
           row.rom_boot0, row.rom_dfu_util, row.flash);
    fflush(stdout);
    return row;
}

/* ---- from the touch to the first line ---- */

static bool control(struct bench *bench, uint8_t code, uint16_t value, uint8_t *data,
                    uint16_t length)
{
    const struct boot0_setup setup = {BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE, code,
                                      value, 0, length};
    size_t actual;

    return vboard_control(bench->board, &setup, data, &actual, 1000 * MS) == BOOT0_XFER_OK;
}

static bool set_line(struct bench *bench, uint32_t baud, bool dtr)
{
    uint8_t coding[] = {(uint8_t)baud, (uint8_t)(baud >> 8), (uint8_t)(baud >> 16), 0, 0, 0, 8};

    /* PSTN 1.2, table 13: SET_LINE_CODING 0x20, SET_CONTROL_LINE_STATE 0x22. */
    return control(bench, 0x20, 0, coding, sizeof coding) && control(bench, 0x22, dtr, NULL, 0);
}

static bool wait_connected(struct bench *bench, bool connected)
{
    uint64_t end_us = vboard_now_us(bench->board) + BOOT_MS * MS;

    while (vboard_now_us(bench->board) < end_us && vboard_connected(bench->board) != connected)
        vboard_wait(bench->board, MS);
    return vboard_connected(bench->board) == connected;
}

/* Reads the serial port to the end of a line that contains the text. */
static bool read_line(struct bench *bench, const char *text)
{
    uint64_t end_us = vboard_now_us(bench->board) + BOOT_MS * MS;
    char line[4 * PACKET] = "";
    size_t length = 0;

    while (vboard_now_us(bench->board) < end_us && length + PACKET < sizeof line) {
        size_t size = PACKET;

        if (vboard_packet(bench->board, DATA_IN, (uint8_t *)line + length, &size, MS) !=
            BOOT0_XFER_OK)
            continue;
        length += size;
        line[length] = '\0';
        if (strstr(line, text) && strchr(line, '\n'))
            return true;
    }
    return false;
}

static double touch_to_hello(void)
{
    struct boot0_report report;
    struct bench bench;
    uint64_t start_us;

    open_bench(&bench, false, hello, SMALL);
    if (!vboard_connected(bench.board) || !set_line(&bench, 115200, true) ||
        !read_line(&bench, "hello"))
        die("hello does not print");
    start_us = vboard_now_us(bench.board);
    set_line(&bench, 1200, true);
    set_line(&bench, 1200, false);
    if (!wait_connected(&bench, false))
        die("the program takes no notice of the touch");
    {
        const struct boot0_selection selection = {.wait_ms = BOOT_MS};
        struct boot0_session *session;
        struct boot0_image *image = boot0_image_new();

        if (!image || boot0_image_add(image, 0, PROGRAM, hello_2, SMALL, &error) != BOOT0_OK)
            die("image");
        image->has_addresses = true;
        if (boot0_session_open(&session, &bench.bus, &selection, NULL, NULL, &error) != BOOT0_OK ||
            boot0_session_flash(session, image, NULL, &error) != BOOT0_OK)
            die("flash after the touch");
        boot0_session_report(session, &report);
        boot0_session_close(session);
        boot0_image_free(image);
    }
    if (!wait_connected(&bench, true) || !set_line(&bench, 115200, true) ||
        !read_line(&bench, "hello"))
        die("the new hello does not print");
    start_us = vboard_now_us(bench.board) - start_us;
    boot0_bus_close(&bench.bus);
    return seconds(start_us);
}

/* ---- all jobs ---- */

static size_t read_file(const char *folder, const char *name, uint8_t *data, size_t size)
{
    char path[4096];
    size_t length = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (file) {
        length = fread(data, 1, size, file);
        fclose(file);
    }
    return length;
}

/* Pads it to the size of a small program that does something. */
static bool read_hello(const char *folder, const char *program, uint8_t *data)
{
    char name[40];
    size_t length;

    snprintf(name, sizeof name, "%s%s.bin", program, chip->suffix);
    length = read_file(folder, name, data, SMALL);

    for (size_t i = length; i < SMALL; i++)
        data[i] = (uint8_t)(i * 7);
    return length > 0;
}

/* Prints a number of seconds; if flash time is given, also as a multiple of it. */
static bool judge(const char *text, double reached, double limit, double flash)
{
    char ratio[40] = "";

    if (flash > 0)
        snprintf(ratio, sizeof ratio, ", %.3f times the flash's", reached / flash);
    printf("%s  %-56s %7.3f s of %7.3f s%s\n", reached <= limit ? "PASS" : "FAIL", text, reached,
           limit, ratio);
    return reached <= limit;
}

static bool judge_all(const struct row *fresh, const struct row *byte, const struct row *same,
                      const struct row *same_whole, double touch)
{
    bool good = judge("the whole flash: by erasing and programming", fresh->boot0,
                      chip->fresh_times * fresh->flash, fresh->flash);

    good = judge("one byte of 256 KiB: 1.3 times its sector, and hashing", byte->boot0,
                 1.3 * byte->flash + chip->byte_s, byte->flash) &&
           good;
    good = judge("same 256 KiB again", same->boot0, chip->same_s, 0) && good;
    good = judge("the whole flash again", same_whole->boot0, chip->same_s, 0) && good;
    return judge("20 KiB, from 1200 baud to the new program's line: 2.5 s", touch, 2.5, 0) && good;
}

static bool read_all(const char *folder)
{
    char name[40];

    snprintf(name, sizeof name, "bootloader-generic-%s.bin", chip->name);
    bootloader_size = read_file(folder, name, bootloader, sizeof bootloader);
    return bootloader_size > 0 && read_hello(folder, "hello", hello) &&
           read_hello(folder, "hello-2", hello_2);
}

/* CHIP and --targets; returns false for any other argument. */
static bool read_arguments(int argc, char **argv, bool *beside)
{
    *beside = true;
    for (int i = 2; i < argc; i++) {
        bool known = strcmp(argv[i], "--targets") == 0;

        *beside = *beside && !known;
        for (size_t k = 0; k < B0_LENGTH(chips); k++)
            if (strcmp(argv[i], chips[k].name) == 0) {
                chip = &chips[k];
                known = true;
            }
        if (!known)
            return false;
    }
    return argc > 1;
}

int main(int argc, char **argv)
{
    struct row fresh, byte, same, same_whole;
    bool beside;
    double touch;

    if (!read_arguments(argc, argv, &beside))
        return 64;
    if (!read_all(argv[1])) {
        fputs("There is no firmware; `make firmware` compiles it.\n", stderr);
        return SKIPPED;
    }
    make_program(image_bytes, whole());
    if (beside)
        printf("%-34s %11s %11s %11s %11s %11s\n", chip->name, "boot0", "dfu-util", "ROM, boot0",
               "dfu-util", "flash alone");
    fresh = run_job("the whole flash, fresh", KIND_FRESH, whole(), beside);
    byte = run_job("one byte of 256 KiB changed", KIND_BYTE, MIDDLE, beside);
    same = run_job("same 256 KiB again", KIND_SAME, MIDDLE, beside);
    same_whole = run_job("the whole flash again", KIND_SAME, whole(), beside);
    touch = touch_to_hello();
    printf("%-34s %9.3f s\n\n", "20 KiB, from touch to first line", touch);
    return judge_all(&fresh, &byte, &same, &same_whole, touch) ? 0 : 1;
}
