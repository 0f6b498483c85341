/* SPDX-License-Identifier: MIT */
/*
 * Tests code that uses libboot0 against a virtual board in the same process: without hardware,
 * without waiting (time is virtual), and with a power failure on command.
 *
 *   cc virtual_board.c $(pkg-config --cflags --libs boot0-virtual boot0) -o test && ./test
 */
#include <boot0/boot0.h>
#include <boot0/vboard.h>
#include <boot0/virtual.h>
#include <stdio.h>

enum {
    FLASH = 0x08000000,
    SIZE = 40 * 1024,
};

/* A vector table with a stack in RAM and an entry in flash; the rest is data. */
static struct boot0_image *make_program(void)
{
    static uint8_t bytes[SIZE] = {0x00, 0x00, 0x02, 0x20, 0x41, 0x00, 0x00, 0x08};
    struct boot0_image *image = boot0_image_new();
    struct boot0_error error;

    for (size_t i = 8; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    if (image && boot0_image_add(image, 0, FLASH, bytes, sizeof bytes, &error) == BOOT0_OK)
        return image;
    boot0_image_free(image);
    return NULL;
}

static enum boot0_status flash(const struct boot0_bus *bus, struct boot0_image *image,
                               struct boot0_error *error)
{
    struct boot0_session *session;
    enum boot0_status status = boot0_session_open(&session, bus, NULL, NULL, NULL, error);

    if (status == BOOT0_OK)
        status = boot0_session_flash(session, image, NULL, error);
    boot0_session_close(session);
    return status;
}

int main(void)
{
    /* The power fails in the third flash operation and returns after 100 ms. */
    const char *const boards[] = {"f407:fault=powercut@3:100"};
    struct boot0_image *image = make_program();
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_bus bus = {.ops = NULL};
    enum boot0_status first = BOOT0_OK, second = BOOT0_OK;
    struct vboard_stats stats = {0};

    if (!image || boot0_virtual_open(&bus, boards, 1, &error) != BOOT0_OK)
        return printf("failed: %s\n", error.message), 1;
    first = flash(&bus, image, &error);
    printf("first:  %s\n", first == BOOT0_OK ? "flashed" : error.message);
    vboard_wait(boot0_virtual_board(&bus, 0), 1000000);
    second = flash(&bus, image, &error);
    printf("second: %s\n", second == BOOT0_OK ? "flashed" : error.message);
    vboard_get_stats(boot0_virtual_board(&bus, 0), &stats);
    printf("the program %s, after %llu ms of the board's time\n",
           stats.started ? "runs" : "does not run", (unsigned long long)stats.total_us / 1000);
    boot0_bus_close(&bus);
    boot0_image_free(image);
    return first == BOOT0_E_GONE && second == BOOT0_OK && stats.started ? 0 : 1;
}
