/* boot0 flash: the main job. */
#include "job.h"
#include "json.h"
#include "text.h"

#include <inttypes.h>

/* ---- the plan as a table ---- */

static void print_step(const struct boot0_plan_step *step)
{
    char size[TEXT_SHORT], time[TEXT_SHORT];

    printf("  %-6s  0x%08x-0x%08x  %10s  %9s\n", step->action == B0_PLAN_ERASE ? "erase" : "write",
           step->address, step->address + (step->size - 1), text_size(size, step->size),
           text_time(time, (uint64_t)step->expected_ms * 1000));
}

static void print_plan(const struct boot0_plan *plan)
{
    char size[TEXT_SHORT], same[TEXT_SHORT], sectors[TEXT_SHORT], time[TEXT_SHORT];

    if (plan->step_count == 0) {
        printf("Nothing to do: the board holds all %s already.\n",
               text_size(size, plan->image_bytes));
        return;
    }
    printf("  %-6s  %-21s  %10s  %9s\n", "ACTION", "ADDRESSES", "SIZE", "EXPECTED");
    for (size_t i = 0; i < plan->step_count; i++)
        print_step(&plan->steps[i]);
    printf("Would erase %s and write %s; %s are there already. About %s of flash time.\n",
           text_count(sectors, plan->erase_count, "sector", "sectors"),
           text_size(size, plan->write_bytes), text_size(same, plan->unchanged_bytes),
           text_time(time, plan->expected_ms * 1000));
}

static void json_plan(const struct boot0_plan *plan)
{
    struct json json = json_begin(stdout);

    json_open_list(&json, "steps");
    for (size_t i = 0; i < plan->step_count; i++) {
        json_open(&json, NULL);
        json_text(&json, "action", plan->steps[i].action == B0_PLAN_ERASE ? "erase" : "write");
        json_hex(&json, "address", plan->steps[i].address, 8);
        json_number(&json, "size", plan->steps[i].size);
        json_number(&json, "expected_ms", plan->steps[i].expected_ms);
        json_close(&json);
    }
    json_close_list(&json);
    json_number(&json, "image_bytes", plan->image_bytes);
    json_number(&json, "unchanged_bytes", plan->unchanged_bytes);
    json_number(&json, "erase_sectors", plan->erase_count);
    json_number(&json, "write_bytes", plan->write_bytes);
    json_number(&json, "expected_ms", plan->expected_ms);
    json_end(&json);
}

static enum boot0_status dry_run(struct job *job, struct boot0_image *image,
                                 const struct arguments *arguments,
                                 const struct boot0_flash_options *options,
                                 struct boot0_error *error)
{
    struct boot0_plan *plan;
    enum boot0_status status = boot0_session_plan(job->session, image, options, &plan, error);

    if (status != B0_OK)
        return status;
    progress_end(&job->progress);
    arguments->json ? json_plan(plan) : print_plan(plan);
    boot0_plan_free(plan);
    return B0_OK;
}

/* ---- what was done ---- */

static void json_report(const struct boot0_board *board, const struct boot0_report *report)
{
    struct json json = json_begin(stdout);

    json_open(&json, "board");
    job_json_board(&json, board);
    json_close(&json);
    json_number(&json, "image_bytes", report->image_bytes);
    json_number(&json, "unchanged_bytes", report->unchanged_bytes);
    json_number(&json, "sectors_erased", report->sectors_erased);
    json_number(&json, "bytes_read", report->bytes_read);
    json_number(&json, "bytes_written", report->bytes_written);
    json_number(&json, "bytes_verified", report->bytes_verified);
    json_number(&json, "transfers", report->transfers);
    json_seconds(&json, "read_seconds", report->read_us);
    json_seconds(&json, "erase_seconds", report->erase_us);
    json_seconds(&json, "write_seconds", report->write_us);
    json_seconds(&json, "verify_seconds", report->verify_us);
    json_seconds(&json, "seconds", report->total_us);
    json_bool(&json, "started", report->started);
    json_end(&json);
}

static void print_report(const struct boot0_board *board, const struct boot0_report *report,
                         bool verified)
{
    char chips[96], sectors[TEXT_SHORT], size[TEXT_SHORT], same[TEXT_SHORT], time[TEXT_SHORT];

    text_chips(board, chips, sizeof chips);
    text_time(time, report->total_us);
    if (report->bytes_written == 0 && report->sectors_erased == 0)
        printf("Nothing to do: %s holds all %s already (%s).\n", chips,
               text_size(size, report->image_bytes), time);
    else if (board->dfuse)
        printf("Flashed %s: %s erased, %s written%s, %s unchanged, in %s.\n", chips,
               text_count(sectors, report->sectors_erased, "sector", "sectors"),
               text_size(size, report->bytes_written), verified ? " and verified" : "",
               text_size(same, report->unchanged_bytes), time);
    else
        printf("Flashed: %s written in %s; this bootloader cannot be asked to verify.\n",
               text_size(size, report->bytes_written), time);
    printf(report->started ? "The program was started.\n" : "The board stays in DFU mode.\n");
}

static enum boot0_status flash(struct job *job, struct boot0_image *image,
                               const struct arguments *arguments, struct boot0_error *error)
{
    struct boot0_flash_options options = job_flash_options(arguments);
    struct boot0_report report;
    enum boot0_status status;

    if (arguments->dry_run)
        return dry_run(job, image, arguments, &options, error);
    status = boot0_session_flash(job->session, image, &options, error);
    if (status != B0_OK)
        return status;
    progress_end(&job->progress);
    boot0_session_report(job->session, &report);
    if (arguments->json)
        json_report(boot0_session_board(job->session), &report);
    else
        print_report(boot0_session_board(job->session), &report, !arguments->no_verify);
    return B0_OK;
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct boot0_image *image = job_load(arguments, 0, arguments->operand_count, error);
    struct job job;
    enum boot0_status status;

    /* The file is read first: nobody should fetch a board for a file with a mistake. */
    if (!image)
        return error->code;
    if (image->has_addresses && arguments->operand_count > 1)
        arguments->has_address = false;
    status = job_open(&job, arguments, error);
    if (status == B0_OK)
        status = flash(&job, image, arguments, error);
    job_close(&job);
    boot0_image_free(image);
    return status;
}

static const enum option options[] = {OPTIONS_BOARD,
                                      OPTION_ADDRESS,
                                      OPTION_DRY_RUN,
                                      OPTION_FULL,
                                      OPTION_NO_PRESERVE,
                                      OPTION_NO_VERIFY,
                                      OPTION_NO_RUN,
                                      OPTION_VDD,
                                      OPTION_PATIENT,
                                      OPTION_BOARD_ENTRY,
                                      OPTION_CHIP,
                                      OPTION_IGNORE_SUFFIX,
                                      OPTION_ALLOW_OPTION_BYTES,
                                      OPTION_FORCE,
                                      OPTIONS_OUTPUT};

const struct command command_flash = {
    .name = "flash",
    .operands = "FILE...",
    .summary = "write a program, verify it and start it",
    .text = "Writes files to a board: raw binary, Intel HEX, S-record, ELF, UF2, .dfu; the format\n"
            "is recognised by content. Reads what the board holds, erases and writes only the\n"
            "sectors that differ, verifies, and starts the program. What else is in those sectors\n"
            "is kept. A raw binary goes to --address, or FILE@ADDRESS, or the start of the flash.",
    .examples = "  boot0 flash firmware.elf\n"
                "  boot0 flash --vdd 3.3 bootloader.hex application.bin@0x08010000",
    COMMAND_OPTIONS(options),
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .run = run,
};
