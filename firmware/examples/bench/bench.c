/* SPDX-License-Identifier: MIT */
/*
 * Measures the throughput of USB serial. The host sends a line with a command; numbers are decimal:
 *
 *     in N     the board sends N bytes (0, 1, … 255, 0 …), then a line
 *     out N    the board takes N bytes, then sends a line
 *
 * The line gives the number of bytes and the time by the board's clock: "1048576 bytes, 1092031
 * us". Both directions use bulk endpoints, so the figures apply to any such function.
 */
#include "runtime/boot0_runtime.h"

enum {
    LINE_MAX = 32,
    CHUNK = 512,
};

/* Reads a line without its end. Truncates it if it does not fit. */
static void read_line(char line[LINE_MAX])
{
    size_t length = 0;
    char next = 0;

    while (next != '\n') {
        if (boot0_serial_read(&next, 1) == 0)
            boot0_idle();
        else if (next > ' ' && length + 1 < LINE_MAX)
            line[length++] = next;
    }
    line[length] = '\0';
}

/* Parses "in1000": the number after a word; false if the line begins otherwise. */
static bool command(const char *line, const char *word, uint32_t *number)
{
    while (*word != '\0') {
        if (*line++ != *word++)
            return false;
    }
    for (*number = 0; *line >= '0' && *line <= '9'; line++)
        *number = *number * 10 + (uint32_t)(*line - '0');
    return *line == '\0';
}

static void print_number(uint32_t number)
{
    char digits[11];
    size_t at = sizeof digits - 1;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    boot0_serial_print(digits + at);
}

/* Sends `size` bytes, counting up from the first. Ends early if the port is closed. */
static void to_host(uint32_t size)
{
    uint8_t bytes[CHUNK];
    uint32_t moved = 0;

    for (size_t i = 0; i < CHUNK; i++)
        bytes[i] = (uint8_t)i;
    while (moved < size && boot0_serial_connected()) {
        size_t start = moved % 256;
        size_t left = size - moved < CHUNK - start ? size - moved : CHUNK - start;
        size_t taken = boot0_serial_write(bytes + start, left);

        moved += (uint32_t)taken;
        if (taken == 0)
            boot0_idle();
    }
    while (boot0_serial_connected() && !boot0_serial_flushed())
        boot0_idle();
}

static void from_host(uint32_t size)
{
    uint8_t bytes[CHUNK];
    uint32_t moved = 0;

    while (moved < size && boot0_serial_connected()) {
        size_t left = size - moved < CHUNK ? size - moved : CHUNK;
        size_t taken = boot0_serial_read(bytes, left);

        moved += (uint32_t)taken;
        if (taken == 0)
            boot0_idle();
    }
}

int main(void)
{
    char line[LINE_MAX];
    uint32_t size;

    boot0_start(NULL);
    for (;;) {
        uint32_t start_us;

        read_line(line);
        start_us = boot0_micros();
        if (command(line, "in", &size)) {
            to_host(size);
        } else if (command(line, "out", &size)) {
            from_host(size);
        } else {
            boot0_serial_print("in N or out N\r\n");
            continue;
        }
        start_us = boot0_micros() - start_us;
        print_number(size);
        boot0_serial_print(" bytes, ");
        print_number(start_us);
        boot0_serial_print(" us\r\n");
    }
}
