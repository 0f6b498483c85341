/* SPDX-License-Identifier: MIT */
/* The statistics of a board, as one JSON object. */
#include "board.h"

#include <core/array.h>
#include <inttypes.h>

void vboard_get_stats(const struct vboard *board, struct vboard_stats *stats)
{
    *stats = board->stats;
    stats->total_us = board->now_us;
}

/* A serial number comes from the user: escapes quotes, backslashes and control characters. */
static void print_string(FILE *file, const char *key, const char *text)
{
    fprintf(file, "\"%s\": \"", key);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            fprintf(file, "\\%c", c);
        else if (c < 0x20)
            fprintf(file, "\\u%04x", c);
        else
            fputc(c, file);
    }
    fputc('"', file);
}

static void print_seconds(FILE *file, const char *key, uint64_t us)
{
    fprintf(file, ", \"%s\": %" PRIu64 ".%06u", key, us / 1000000, (unsigned)(us % 1000000));
}

void vboard_print_stats(const struct vboard *board, FILE *file)
{
    struct vboard_stats stats;

    vboard_get_stats(board, &stats);
    fputc('{', file);
    print_string(file, "board", vboard_name(board));
    fprintf(file, ", ");
    print_string(file, "serial", vboard_serial(board));
    print_seconds(file, "total_s", stats.total_us);
    print_seconds(file, "bus_s", stats.bus_us);
    print_seconds(file, "erase_s", stats.erase_us);
    print_seconds(file, "program_s", stats.program_us);
    print_seconds(file, "wait_s", stats.wait_us);

    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"transfers", stats.transfers},
        {"standard_transfers", stats.standard_transfers},
        {"bytes_out", stats.bytes_out},
        {"bytes_in", stats.bytes_in},
        {"sectors_erased", stats.sectors_erased},
        {"mass_erases", stats.mass_erases},
        {"bytes_programmed", stats.bytes_programmed},
        {"flash_operations", stats.flash_operations},
        {"flash_stalls", stats.flash_stalls},
        {"violations", stats.violations},
        {"resets", stats.resets},
    };
    for (size_t i = 0; i < B0_LENGTH(counts); i++)
        fprintf(file, ", \"%s\": %" PRIu64, counts[i].key, counts[i].value);
    fprintf(file, ", \"started\": %s", stats.started ? "true" : "false");
    if (stats.started)
        fprintf(file,
                ", \"start_address\": %" PRIu32 ", \"start_stack\": %" PRIu32
                ", \"start_pc\": %" PRIu32,
                stats.start_address, stats.start_stack, stats.start_pc);
    fputc('}', file);
}
