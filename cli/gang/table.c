/* SPDX-License-Identifier: MIT */
/* The table on the terminal: one row per board, redrawn in place, and a line that counts them. */
#include "gang.h"

#include "../print.h"
#include "../text.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS_MIN = 3,     /* on the lowest terminal */
    PATH_COLUMNS = 7, /* at least */
    PATH_MAX_COLUMNS = 16,
    CHIP_COLUMNS = 9, /* "STM32F4" */
    SERIAL_COLUMNS = 13,
    STATE_COLUMNS = 9,  /* "comparing" */
    CHIP_WIDTH = 56,    /* terminals from this width on show the chip, */
    SERIAL_WIDTH = 100, /* and the serial number */
    BAR_MAX = 20,
    FRAME_COLUMNS = 7,    /* "[] 100%" */
    TIME_COLUMNS = 12,    /* "  9.6 s left" */
    NUMBERS_COLUMNS = 25, /* "  55.6 KiB/s, 9.6 s left" */
    BAR_SHORT = 10,       /* numbers make the bar no shorter than this */
    RATE_AFTER_US = 300000,
};

static const char *const phase_names[BOOT0_PHASE_COUNT] = {
    [BOOT0_PHASE_WAIT] = "waiting",      [BOOT0_PHASE_READ] = "comparing",
    [BOOT0_PHASE_ERASE] = "erasing",     [BOOT0_PHASE_WRITE] = "writing",
    [BOOT0_PHASE_VERIFY] = "verifying",  [BOOT0_PHASE_RUN] = "starting",
    [BOOT0_PHASE_PREPARE] = "preparing",
};

static const char *const stage_names[WORKER_STAGE_COUNT] = {
    [WORKER_OPENING] = "opening",     [WORKER_ASKING] = "asking", [WORKER_FLASHING] = "starting",
    [WORKER_REPORTING] = "reporting", [WORKER_ENDED] = "done",
};

/* ---- cells ---- */

static bool has_failed(const struct worker *worker)
{
    return worker->stage == WORKER_ENDED && worker->result.code != BOOT0_OK;
}

static const char *state_name(const struct worker *worker)
{
    if (has_failed(worker))
        return "FAILED";
    if (worker->stage == WORKER_FLASHING && worker->has_progress)
        return phase_names[worker->progress.phase];
    return stage_names[worker->stage];
}

/* The family, if the board can be several chips of one. */
static const char *chip_name(const struct worker *worker)
{
    for (size_t i = 1; i < worker->chip_count; i++)
        if (strcmp(worker->chips[i]->family, worker->chips[0]->family) != 0)
            return "STM32";
    if (worker->chip_count == 0)
        return worker->stage == WORKER_OPENING ? "" : "-";
    return worker->chip_count == 1 ? worker->chips[0]->key : worker->chips[0]->family;
}

/* "118 KiB/s, 3 s left", or "3 s left", of all phases; "" while that would be a guess. */
static void write_numbers(const struct boot0_progress *now, bool with_rate, char *text, size_t size)
{
    char rate[TEXT_SHORT], left[TEXT_SHORT];
    uint64_t speed = now->elapsed_us ? now->done * 1000000 / now->elapsed_us : 0;
    bool with_left = now->left_us > 0;

    text[0] = '\0';
    if (speed == 0 || now->elapsed_us < RATE_AFTER_US)
        return;
    text_size(rate, speed);
    snprintf(left, sizeof left, "<1 s");
    if (now->left_us >= 1000000)
        text_time(left, now->left_us);
    if (with_rate && with_left)
        snprintf(text, size, "  %s/s, %s left", rate, left);
    else if (with_rate)
        snprintf(text, size, "  %s/s", rate);
    else if (with_left)
        snprintf(text, size, "  %s left", left);
}

static void write_bar(const struct boot0_progress *now, int room, char *text, size_t size)
{
    bool with_rate = room >= FRAME_COLUMNS + BAR_SHORT + NUMBERS_COLUMNS;
    bool with_time = room >= FRAME_COLUMNS + BAR_SHORT + TIME_COLUMNS;
    char bar[BAR_MAX + 1], numbers[2 * TEXT_SHORT + 16] = "";
    int width, filled;

    width = room - FRAME_COLUMNS - (with_rate ? NUMBERS_COLUMNS : with_time ? TIME_COLUMNS : 0);
    width = width > BAR_MAX ? BAR_MAX : width < 0 ? 0 : width;
    filled = (int)(now->done * (uint64_t)width / now->total);
    memset(bar, '-', (size_t)width);
    memset(bar, '#', (size_t)filled);
    bar[width] = '\0';
    if (with_time)
        write_numbers(now, with_rate, numbers, sizeof numbers);
    snprintf(text, size, "[%s] %3u%%%s", bar, (unsigned)(now->done * 100 / now->total), numbers);
}

static void write_result(const struct worker *worker, char *text, size_t size)
{
    char amount[TEXT_SHORT], time[TEXT_SHORT];

    text_time(time, worker->report.total_us);
    if (has_failed(worker))
        snprintf(text, size, "%s", worker->result.message);
    else if (worker->report.bytes_written == 0 && worker->report.sectors_erased == 0)
        snprintf(text, size, "no change, %s", time);
    else
        snprintf(text, size, "%s in %s", text_size(amount, worker->report.bytes_written), time);
}

/* What stands behind the state. */
static void write_rest(const struct worker *worker, int room, char *text, size_t size)
{
    const struct boot0_progress *now = &worker->progress;
    char expected[TEXT_SHORT];

    text[0] = '\0';
    if (worker->stage == WORKER_ENDED)
        write_result(worker, text, size);
    else if (worker->stage != WORKER_FLASHING || !worker->has_progress)
        return;
    else if (now->total > 0)
        write_bar(now, room, text, size);
    else if (now->expected_us >= 1000000)
        snprintf(text, size, "about %s", text_time(expected, now->expected_us));
}

/* ---- rows ---- */

/* Copies as many whole characters as the columns have room for; what is cut ends in "...". */
static void fit(const char *text, int columns, char line[GANG_LINE])
{
    size_t used = 0, cut = 0;
    int shown = 0;

    while (text[used] && shown < columns) {
        size_t length = 1;

        while (((unsigned char)text[used + length] & 0xc0) == 0x80)
            length++;
        if (used + length >= GANG_LINE - 4)
            break;
        used += length;
        shown++;
        if (shown <= columns - 3)
            cut = used;
    }
    memcpy(line, text, used);
    line[used] = '\0';
    if (text[used])
        memcpy(line + cut, "...", 4);
    for (used = strlen(line); used > 0 && line[used - 1] == ' ';)
        line[--used] = '\0';
}

static void write_row(const struct worker *worker, int width, int path_columns,
                      char line[GANG_LINE])
{
    char text[GANG_LINE + sizeof worker->result.message], *safe;
    size_t used;

    snprintf(text, sizeof text, "%-*s ", path_columns, worker->path);
    used = strlen(text);
    if (width >= SERIAL_WIDTH)
        used += (size_t)snprintf(text + used, sizeof text - used, "%-*.*s ", SERIAL_COLUMNS,
                                 SERIAL_COLUMNS, worker->serial);
    if (width >= CHIP_WIDTH)
        used += (size_t)snprintf(text + used, sizeof text - used, "%-*.*s ", CHIP_COLUMNS,
                                 CHIP_COLUMNS, chip_name(worker));
    used += (size_t)snprintf(text + used, sizeof text - used, "%-*s ", STATE_COLUMNS,
                             state_name(worker));
    write_rest(worker, width - 1 - (int)used, text + used, sizeof text - used);
    safe = print_sanitized(text, strlen(text), false);
    fit(safe ? safe : "", width - 1, line);
    free(safe);
}

void table_row(const struct worker *worker, int width, char line[GANG_LINE])
{
    write_row(worker, width, PATH_COLUMNS, line);
}

/* Numbers as numbers. */
int table_order(const char *path, const char *other)
{
    for (; *path && *other; path++, other++) {
        size_t m = strspn(path, "0123456789"), n = strspn(other, "0123456789");

        if (m != n)
            return m < n ? -1 : 1;
        if (*path != *other)
            return *path < *other ? -1 : 1;
    }
    return (*path != '\0') - (*other != '\0');
}

static int by_path(const void *a, const void *b)
{
    const struct worker *const *one = a, *const *other = b;

    return table_order((*one)->path, (*other)->path);
}

/* ---- the table ---- */

struct counts {
    size_t rows, at_work, good, failed;
};

static struct counts count(const struct gang *gang)
{
    struct counts counts = {0};

    for (size_t i = 0; i < gang->count; i++) {
        const struct worker *worker = gang->workers[i];

        counts.rows += !worker->gone;
        counts.at_work += worker->stage != WORKER_ENDED;
        counts.failed += has_failed(worker);
        counts.good += worker->stage == WORKER_ENDED && !has_failed(worker);
    }
    return counts;
}

static void draw_line(struct gang *gang, const char *text)
{
    char line[GANG_LINE];

    fit(text, terminal_width(stderr) - 1, line);
    print_to(stderr, "%s\033[K\n", line);
    gang->drawn++;
}

static void draw_counts(struct gang *gang, const struct counts *counts)
{
    char text[120] = "";
    size_t used = 0;

    if (counts->at_work > 0)
        used = (size_t)snprintf(text, sizeof text, "%zu at work, ", counts->at_work);
    else if (gang->arguments->gang.follow)
        used = (size_t)snprintf(text, sizeof text, "waiting for boards, ");
    used += (size_t)snprintf(text + used, sizeof text - used, "%zu done", counts->good);
    if (counts->failed > 0)
        snprintf(text + used, sizeof text - used, ", %zu failed", counts->failed);
    draw_line(gang, text);
}

static size_t count_state(struct worker *const *rows, size_t count, const char *state)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += strcmp(state_name(rows[i]), state) == 0;
    return found;
}

/* In place of rows that have no room: "42 more: 30 erasing, 12 writing". */
static void draw_more(struct gang *gang, struct worker *const *rows, size_t count)
{
    char text[GANG_LINE];
    size_t used = (size_t)snprintf(text, sizeof text, "%zu more", count);

    for (size_t i = 0; i < count && used < sizeof text; i++) {
        const char *state = state_name(rows[i]), *gap = i == 0 ? ": " : ", ";

        if (count_state(rows, i, state) == 0)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu %s", gap,
                                     count_state(rows, count, state), state);
    }
    draw_line(gang, text);
}

static int path_columns(struct worker *const *rows, size_t row_count)
{
    int columns = PATH_COLUMNS;

    for (size_t i = 0; i < row_count; i++) {
        int length = (int)strlen(rows[i]->path);

        columns = length > columns ? length : columns;
    }
    return columns < PATH_MAX_COLUMNS ? columns : PATH_MAX_COLUMNS;
}

static void draw_rows(struct gang *gang, struct worker *const *rows, size_t count)
{
    size_t room = table_room(), shown = count <= room ? count : room - 1;
    int width = terminal_width(stderr), columns = path_columns(rows, count);
    char line[GANG_LINE];

    for (size_t i = 0; i < shown; i++) {
        write_row(rows[i], width, columns, line);
        draw_line(gang, line);
    }
    if (count > shown)
        draw_more(gang, rows + shown, count - shown);
}

/* ECMA-48: CUU, EL, ED. Lines are written over, so that nothing flickers. */
static void go_up(const struct gang *gang)
{
    fputs("\r", stderr); /* over what was typed, such as ^C */
    if (gang->drawn > 0)
        print_to(stderr, "\033[%zuA", gang->drawn);
}

size_t table_room(void)
{
    int height = terminal_height(stderr) - 2; /* the counts, and the cursor's line */

    return height > ROWS_MIN ? (size_t)height : ROWS_MIN;
}

void table_draw(struct gang *gang)
{
    struct counts counts = count(gang);
    struct worker **rows = calloc(counts.rows + 1, sizeof(struct worker *));
    size_t used = 0;

    if (!rows)
        return;
    for (size_t i = 0; i < gang->count; i++)
        if (!gang->workers[i]->gone)
            rows[used++] = gang->workers[i];
    qsort(rows, used, sizeof *rows, by_path);
    go_up(gang);
    gang->drawn = 0;
    draw_rows(gang, rows, used);
    if (counts.rows > 1 || gang->arguments->gang.follow)
        draw_counts(gang, &counts);
    fputs("\033[J", stderr);
    fflush(stderr);
    free(rows);
}

void table_clear(struct gang *gang)
{
    if (!gang->smart || gang->drawn == 0)
        return;
    go_up(gang);
    gang->drawn = 0;
    fputs("\033[J", stderr);
    fflush(stderr);
}
