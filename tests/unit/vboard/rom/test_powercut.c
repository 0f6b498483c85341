/* SPDX-License-Identifier: MIT */
/*
 * Cuts the power in every flash operation of a flash through ST's ROM, over USB and over the UART.
 * ROMs have no journal, so the order of the writes must keep an incomplete program from starting.
 */
#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <core/array.h>
#include <vboard/vboard.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    MAIN = 0x08000000,
    FLASH_MAX = 160 * 1024, /* compared: more than any program here */
};

static struct boot0_error error;

static const struct boot0_flash_options stay = {.no_run = true};

/* A board behind USB or behind a UART, with a session. */
struct bench {
    struct boot0_bus bus;
    struct vboard *board;
    struct boot0_session *session;
};

struct model {
    const char *name;
    bool uart;
    size_t program_size; /* some sectors, the last one partly filled */
};

static const struct model models[] = {
    {"f407", false, 40000}, {"f407old", false, 20000}, {"f427", false, 20000},
    {"f411", false, 20000}, {"f072", false, 5000},     {"l476", false, 5000},
    {"g431", false, 5000},  {"h743", false, 133000},   {"gd32", false, 3000},
    {"f407", true, 20000},  {"f072", true, 3000},      {"l476", true, 3000},
    {"g431", true, 3000},   {"h743", true, 3000},      {"f103", true, 3000},
};

static enum boot0_status plug(struct bench *b, const struct model *model, const char *keys)
{
    static const struct boot0_uart_options options = {.port = "virtual"};
    struct boot0_stream stream;
    char spec[100];
    const char *specs[] = {spec};
    enum boot0_status status;

    memset(b, 0, sizeof *b);
    snprintf(spec, sizeof spec, "%s%s%s", model->name, keys[0] ? ":" : "", keys);
    if (!model->uart) {
        status = boot0_virtual_open(&b->bus, specs, 1, &error);
        if (status == BOOT0_OK)
            b->board = boot0_virtual_board(&b->bus, 0);
        return status;
    }
    status = boot0_virtual_uart_open(&stream, spec, &error);
    if (status != BOOT0_OK)
        return status;
    b->board = boot0_virtual_uart_board(&stream);
    return boot0_uart_open(&b->bus, &stream, &options, &error);
}

static void unplug(struct bench *b)
{
    boot0_session_close(b->session);
    boot0_bus_close(&b->bus);
}

static struct vboard_stats stats_of(const struct bench *b)
{
    struct vboard_stats stats;

    vboard_get_stats(b->board, &stats);
    return stats;
}

/* A stack pointer, a reset handler, and bytes that depend on `seed`. */
static uint8_t *make_program(size_t size, uint8_t seed)
{
    static const uint8_t vectors[] = {0x00, 0x10, 0x00, 0x20, 0x01, 0x01, 0x00, 0x08};
    uint8_t *data = malloc(size);

    assert_non_null(data);
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)((i * 31 + i / 256 + seed) & 0x7f);
    memcpy(data, vectors, sizeof vectors);
    data[1] = (uint8_t)(0x10 + seed); /* the old and the new one differ in their vectors, too */
    return data;
}

/* Returns the status of a flash of the program. */
static enum boot0_status flash(struct bench *b, const uint8_t *program, size_t size)
{
    struct boot0_image *image = boot0_image_new();
    enum boot0_status status;

    assert_non_null(image);
    assert_int_equal(boot0_image_add(image, 0, MAIN, program, size, &error), BOOT0_OK);
    image->has_addresses = true;
    status = boot0_session_open(&b->session, &b->bus, NULL, NULL, NULL, &error);
    if (status == BOOT0_OK)
        status = boot0_session_flash(b->session, image, &stay, &error);
    boot0_image_free(image);
    return status;
}

static uint32_t flash_size(const struct bench *b)
{
    uint32_t size = FLASH_MAX;
    uint8_t byte;

    while (!vboard_peek(b->board, MAIN + size - 1, &byte, 1))
        size /= 2;
    return size;
}

/* The state after the cut: started with BOOT0 low, and flashed again. */
static void check_aftermath(const struct model *model, unsigned n, const uint8_t *held,
                            uint32_t size, const uint8_t *before, const uint8_t *after)
{
    struct bench b;
    bool whole = memcmp(held, before, model->program_size) == 0 ||
                 memcmp(held, after, model->program_size) == 0;

    assert_int_equal(plug(&b, model, "boot0=0"), BOOT0_OK);
    assert_true(vboard_poke(b.board, MAIN, held, size));
    vboard_power_cycle(b.board);
    if (stats_of(&b).started && !whole)
        fail_msg("%s: power cut in flash operation %u: what is left starts", model->name, n);
    unplug(&b);
    assert_int_equal(plug(&b, model, ""), BOOT0_OK);
    assert_true(vboard_poke(b.board, MAIN, held, size));
    if (flash(&b, after, model->program_size) != BOOT0_OK)
        fail_msg("%s: after operation %u: %s", model->name, n, error.message);
    assert_int_equal(stats_of(&b).violations, 0);
    unplug(&b);
}

/* Cuts the power in the n-th operation; false if the flash has fewer. */
static bool cut(const struct model *model, unsigned n, const uint8_t *before, const uint8_t *after)
{
    static uint8_t held[FLASH_MAX];
    struct bench b;
    char keys[32];
    uint32_t size;
    bool hit;

    snprintf(keys, sizeof keys, "fault=powercut@%u", n);
    assert_int_equal(plug(&b, model, keys), BOOT0_OK);
    size = flash_size(&b);
    assert_true(vboard_poke(b.board, MAIN, before, model->program_size));
    hit = flash(&b, after, model->program_size) != BOOT0_OK;
    assert_int_equal(stats_of(&b).violations, 0); /* no unit is programmed twice */
    assert_true(vboard_peek(b.board, MAIN, held, size));
    unplug(&b);
    if (hit)
        check_aftermath(model, n, held, size, before, after);
    else
        assert_memory_equal(held, after, model->program_size);
    return hit;
}

static void test_nothing_half_written_starts(void **state)
{
    unsigned total = 0;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(models); i++) {
        uint8_t *before = make_program(models[i].program_size, 1);
        uint8_t *after = make_program(models[i].program_size, 2);
        unsigned n = 1;

        while (cut(&models[i], n, before, after))
            n++;
        assert_true(n > 4);
        total += n - 1;
        free(before);
        free(after);
    }
    print_message("# power cut in %u flash operations through the ROM\n", total);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing_half_written_starts)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
