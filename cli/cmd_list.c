/* boot0 list: the boards that are there. */
#include "job.h"
#include "json.h"
#include "text.h"

#include <stdlib.h>

static void print_json(const struct boot0_board *board)
{
    struct json json = json_begin(stdout);

    job_json_board(&json, board);
    json_text(&json, "product_name", board->product);
    if (board->flash_alternate >= 0) {
        const struct boot0_alternate *flash = &board->alternates[board->flash_alternate];

        json_number(&json, "flash_bytes", boot0_layout_size(&flash->layout));
        json_text(&json, "layout", flash->name);
    }
    if (board->access.code != B0_OK) {
        json_text(&json, "error", boot0_status_name(board->access.code));
        json_text(&json, "message", board->access.message);
    }
    json_end(&json);
}

static void print_row(const struct boot0_board *board)
{
    char chips[96], size[TEXT_SHORT] = "";

    text_chips(board, chips, sizeof chips);
    printf("%-8s %04x:%04x  %-8s %-14s ", board->usb.path, board->usb.vendor, board->usb.product,
           board->mode == B0_MODE_DFU ? "DFU" : "program", board->serial[0] ? board->serial : "-");
    if (board->access.code != B0_OK) {
        printf("%s\n", board->access.message);
        return;
    }
    if (board->flash_alternate >= 0)
        text_size(size, boot0_layout_size(&board->alternates[board->flash_alternate].layout));
    if (board->mode == B0_MODE_DFU && board->chip_count > 0)
        printf("%s, %s\n", chips, size);
    else
        printf("%s%s%s\n", board->product[0] ? board->product : "a DFU device", size[0] ? ", " : "",
               size);
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
    if (!arguments->json)
        printf("%-8s %-9s  %-8s %-14s %s\n", "PORT", "ID", "MODE", "SERIAL", "CHIP, FLASH");
    for (size_t i = 0; i < count; i++)
        arguments->json ? print_json(&boards[i]) : print_row(&boards[i]);
}

/* Scans until something matches or the time is over. */
static enum boot0_status find(struct job *job, const struct arguments *arguments,
                              struct boot0_board **boards, size_t *count, struct boot0_error *error)
{
    struct boot0_selection selection = job_selection(arguments);
    uint64_t start_us = job->bus.ops->now_us(job->bus.context);

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
        if (signals_pending())
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
    if (status == B0_OK)
        print_all(arguments, boards, count);
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
    .text = "Shows every board in DFU mode, and programs that have a DFU interface, with port,\n"
            "USB id, serial number, chip and flash size. Several chips can have the same\n"
            "memory layout; then the most common one is named.",
    .examples = "  boot0 list\n  boot0 list --json --wait=10",
    COMMAND_OPTIONS(options),
    .run = run,
};
