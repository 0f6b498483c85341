/* SPDX-License-Identifier: MIT */
/*
 * Descriptions of boards: an accepted one is equal after writing and reading, and a board made from
 * it survives any requests of a host. The text ends at the first NUL; requests follow it, 8 bytes
 * of setup packet and up to 16 bytes of data each.
 */
#include <boot0/protocol.h>
#include <core/bytes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vboard/describe/describe.h>
#include <vboard/vboard.h>

enum {
    SETUP_SIZE = 8,
    SAMPLE = 16,            /* bytes of data from the input; repeated up to the length */
    MEMORY_MAX = 256 << 10, /* larger boards are only parsed: filling them takes too long */
    REQUESTS_MAX = 64,
};

static void require(bool truth)
{
    if (!truth)
        abort();
}

static char *write_text(const struct vboard_description *description, size_t *size)
{
    char *text = NULL;
    FILE *file = open_memstream(&text, size);

    require(file);
    vboard_description_write(vboard_description_rom(description), file);
    fclose(file);
    return text;
}

static void check_round_trip(const struct vboard_description *description)
{
    struct boot0_error error = {.code = BOOT0_OK};
    size_t size, again_size;
    char *text = write_text(description, &size), *again;
    struct vboard_description *copy = NULL;

    if (size <= VBOARD_DESCRIPTION_FILE_MAX)
        copy = vboard_description_read(text, size, "copy", &error);
    if (copy) {
        again = write_text(copy, &again_size);
        require(again_size == size && memcmp(text, again, size) == 0);
        free(again);
    }
    require(copy || size > VBOARD_DESCRIPTION_FILE_MAX);
    vboard_description_free(copy);
    free(text);
}

static uint32_t memory_size(const struct vboard_description *description)
{
    const struct vboard_area *area = vboard_description_rom(description)->part->areas;
    uint32_t size = 0;

    for (; area->size > 0; area++)
        size += area->size;
    return size;
}

static void ask(struct vboard *board, const uint8_t *bytes, size_t size)
{
    static uint8_t data[UINT16_MAX + 1];
    struct boot0_setup setup = {.bmRequestType = bytes[0],
                                .bRequest = bytes[1],
                                .wValue = b0_load16(bytes + 2),
                                .wIndex = b0_load16(bytes + 4),
                                .wLength = b0_load16(bytes + 6)};
    size_t sample = size - SETUP_SIZE, actual;

    for (size_t i = 0; i < setup.wLength && sample > 0; i++)
        data[i] = bytes[SETUP_SIZE + i % sample];
    vboard_control(board, &setup, data, &actual, 5000000);
    require(actual <= setup.wLength);
    vboard_wait(board, 5000);
}

static void use_board(struct vboard *board, const uint8_t *bytes, size_t size)
{
    const struct vboard_line line = {115200, true};
    uint8_t descriptors[VBOARD_DESCRIPTORS_MAX];
    struct vboard_character character;
    char text[256];

    require(vboard_descriptors(board, descriptors, sizeof descriptors) <= sizeof descriptors);
    for (unsigned i = 0; i < 32; i++)
        require(vboard_string(board, (uint8_t)i, text, sizeof text) < sizeof text);
    for (int n = 0; n < REQUESTS_MAX && size >= SETUP_SIZE; n++) {
        size_t taken = size < SETUP_SIZE + SAMPLE ? size : SETUP_SIZE + SAMPLE;

        if (bytes[0] == 0xff && vboard_has_uart(board))
            vboard_uart_send(board, &line, bytes + 1, taken - 1);
        else if (bytes[0] == 0xfe)
            vboard_bus_reset(board);
        else
            ask(board, bytes, taken);
        bytes += taken;
        size -= taken;
    }
    while (vboard_uart_receive(board, &character))
        ;
    vboard_press_reset(board);
}

/* Uses a file in memory, so that the board is created as for users. */
static void check_board(const uint8_t *text, size_t text_size, const uint8_t *bytes, size_t size)
{
    struct boot0_error error = {.code = BOOT0_OK};
    int file = memfd_create("description", 0);
    char spec[64];
    struct vboard *board;

    require(file >= 0 && write(file, text, text_size) == (ssize_t)text_size);
    snprintf(spec, sizeof spec, "custom:describe=/proc/self/fd/%d%s", file,
             size > 0 && bytes[0] & 1 ? ",boot0=0" : "");
    board = vboard_new(spec, &error);
    close(file);
    require(board);
    use_board(board, bytes, size);
    vboard_free(board, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
    size_t text_size = end ? (size_t)(end - data) : size;
    struct boot0_error error = {.code = BOOT0_OK};
    struct vboard_description *description =
        vboard_description_read((const char *)data, text_size, "fuzz", &error);
    bool small;

    if (!description) {
        require(error.code == BOOT0_E_DATA && strncmp(error.message, "fuzz:", 5) == 0);
        return 0;
    }
    check_round_trip(description);
    small = memory_size(description) <= MEMORY_MAX && text_size <= VBOARD_DESCRIPTION_FILE_MAX;
    vboard_description_free(description);
    if (small)
        check_board(data, text_size, data + text_size + (end != NULL),
                    size - text_size - (end != NULL));
    return 0;
}
