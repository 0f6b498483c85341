/* boot0 list: the boards that are there. */
#include "job.h"
#include "json.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static const struct boot0_alternate *flash_of(const struct boot0_board *board)
{
    return board->flash_alternate >= 0 ? &board->alternates[board->flash_alternate] : NULL;
}

static void print_json(const struct boot0_board *board)
{
    const struct boot0_alternate *flash = flash_of(board);
    struct json json = json_begin(stdout);

    job_json_board(&json, board);
    json_text(&json, "product_name", board->product);
    if (flash) {
        json_number(&json, "flash_bytes", boot0_layout_size(&flash->layout));
        json_text(&json, "layout", flash->name);
    }
    if (board->access.code != B0_OK)
        json_error(&json, &board->access);
    json_end(&json);
}

/* Widths of the columns whose contents vary: as wide as the widest. */
struct widths {
    int path;
    int serial;
};

static struct widths measure(const struct boot0_board *boards, size_t count)
{
    struct widths widths = {(int)strlen("PORT"), (int)strlen("SERIAL")};

    for (size_t i = 0; i < count; i++) {
        int path = (int)strlen(boards[i].usb.path), serial = (int)strlen(boards[i].serial);

        widths.path = path > widths.path ? path : widths.path;
        widths.serial = serial > widths.serial ? serial : widths.serial;
    }
    return widths;
}

static void print_row(const struct boot0_board *board, struct widths widths)
{
    const struct boot0_alternate *flash = flash_of(board);
    char name[TEXT_BOARD], size[TEXT_SHORT] = "-";
    const char *what = text_board(name, board);

    if (flash)
        text_size(size, boot0_layout_size(&flash->layout));
    if (board->access.code != B0_OK)
        what = text_access(&board->access);
    printf("%-*s  %04x:%04x  %-7s  %-*s  %-7s  %s\n", widths.path, board->usb.path,
           board->usb.vendor, board->usb.product, board->mode == B0_MODE_DFU ? "DFU" : "program",
           widths.serial, board->serial[0] ? board->serial : "-", size, what);
}

static enum boot0_status fail_none(const struct arguments *arguments, struct boot0_error *error)
{
    if (arguments->has_device || arguments->serial || arguments->path) {
        boot0_fail(error, B0_E_NO_BOARD, "no board that matches was found");
        return boot0_hint(error, "`boot0 list` without options shows all that are there.");
    }
    boot0_fail(error, B0_E_NO_BOARD, "no board in DFU mode was found");
    return boot0_hint(error, "To enter DFU mode: connect BOOT0 to 3.3 V (button or jumper), press "
                             "reset, and use a USB cable that carries data. --wait waits for a "
                             "board to appear.");
}

static void print_all(const struct arguments *arguments, const struct boot0_board *boards,
                      size_t count)
{
    struct widths widths = measure(boards, count);

    if (!arguments->json)
        printf("%-*s  %-9s  %-7s  %-*s  %-7s  %s\n", widths.path, "PORT", "ID", "MODE",
               widths.serial, "SERIAL", "FLASH", "CHIP");
    for (size_t i = 0; i < count; i++)
        arguments->json ? print_json(&boards[i]) : print_row(&boards[i], widths);
}

/* What can be done about boards that could not be opened; for each trouble once. */
static void explain(const struct arguments *arguments, const struct boot0_board *boards,
                    size_t count)
{
    bool told[B0_STATUS_COUNT] = {false};

    fflush(stdout);
    for (size_t i = 0; i < count && !arguments->json && !arguments->quiet; i++) {
        const struct boot0_error *access = &boards[i].access;

        if (access->code == B0_OK || told[access->code])
            continue;
        told[access->code] = true;
        print_wrapped(stderr, "Note: ", access->message);
        if (access->hint[0])
            print_wrapped(stderr, "      ", access->hint);
    }
}

/* Scans until something matches or the time is over. */
static enum boot0_status find(struct job *job, const struct arguments *arguments,
                              struct boot0_board **boards, size_t *count, struct boot0_error *error)
{
    struct boot0_selection selection = job_selection(arguments);
    uint64_t start_us = job->bus.ops->now_us(job->bus.context);
    struct boot0_progress waiting = {.phase = B0_PHASE_WAIT};

    for (;;) {
        enum boot0_status status = boot0_board_list(&job->bus, &selection, boards, count, error);
        uint64_t spent_us = job->bus.ops->now_us(job->bus.context) - start_us;

        if (status != B0_OK || *count > 0)
            return status;
        free(*boards);
        *boards = NULL;
        if (selection.wait_ms != UINT32_MAX && spent_us >= (uint64_t)selection.wait_ms * 1000)
            return fail_none(arguments, error);
        job->bus.ops->wait_change(job->bus.context, 250);
        waiting.elapsed_us = job->bus.ops->now_us(job->bus.context) - start_us;
        if (!progress_update(&job->progress, &waiting))
            return boot0_fail(error, B0_E_CANCELLED, "stopped while waiting for a board");
    }
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct job job;
    struct boot0_board *boards = NULL;
    size_t count = 0;
    enum boot0_status status = job_open_bus(&job, arguments, error);

    if (status == B0_OK)
        status = find(&job, arguments, &boards, &count, error);
    progress_end(&job.progress);
    if (status == B0_OK) {
        print_all(arguments, boards, count);
        explain(arguments, boards, count);
    }
    free(boards);
    job_close(&job);
    return status;
}

static const enum option options[] = {OPTION_DEVICE, OPTION_SERIAL,  OPTION_PATH,
                                      OPTION_WAIT,   OPTION_VIRTUAL, OPTIONS_OUTPUT};

const struct command command_list = {
    .name = "list",
    .operands = "",
    .summary = "show the boards that are there",
    .text = "Shows every board in DFU mode, and programs that have a DFU interface, with port, USB "
            "id, serial number, flash size and chip. Several chips can have the same memory "
            "layout; then the most common one is named.",
    .examples = "  boot0 list\n  boot0 list --json --wait=10",
    COMMAND_OPTIONS(options),
    .run = run,
};
