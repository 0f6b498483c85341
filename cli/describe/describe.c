/* SPDX-License-Identifier: MIT */
/* boot0 info --describe. */
#include "describe.h"

#include "../find.h"

#include <stdlib.h>
#include <string.h>

enum {
    RETURN_WAIT_MS = 5000,
};

/* The word of the format for what the board has. */
static const char *bootloader_of(const struct boot0_board *board)
{
    if (board->usb.vendor == BOOT0_VENDOR_LEAFLABS && board->usb.product == BOOT0_PRODUCT_MAPLE_DFU)
        return "maple";
    return board->has_addresses ? "dfuse" : "plain";
}

/* What a serial port tells: the chip and its flash. */
static void read_uart(struct description *description)
{
    const struct boot0_board *board = &description->board;

    snprintf(description->serial, sizeof description->serial, "%.*s", DESCRIBE_STRING_MAX,
             board->serial);
    for (size_t i = 0; i < board->alternate_count; i++) {
        struct describe_alternate *to = &description->alternates[description->alternate_count++];

        to->has_layout = board->alternates[i].has_layout;
        to->layout = board->alternates[i].layout;
    }
}

/* The session is closed for the while: where a device can be opened only once, it is in the way. */
static enum boot0_status read_board(struct description *description, struct job *job,
                                    struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    description->bootloader = bootloader_of(&description->board);
    if (description->board.usb.kind == BOOT0_KIND_SERIAL) {
        read_uart(description);
    } else {
        boot0_session_close(job->session);
        job->session = NULL;
        status = describe_read_usb(description, &job->bus, error);
    }
    if (status == BOOT0_OK)
        describe_memories(description);
    return status;
}

/* A program that was running before is started again. */
static void resume(struct job *job, const struct boot0_board *board)
{
    const struct boot0_selection selection = {.path = board->usb.path, .wait_ms = RETURN_WAIT_MS};
    struct boot0_error error;

    if (!board->from_program)
        return;
    if (boot0_session_open(&job->session, &job->bus, &selection, NULL, &job->observer, &error) ==
            BOOT0_OK &&
        job_start_program(job, &error) == BOOT0_OK)
        progress_note(&job->progress, "the program goes on");
    else
        progress_note(&job->progress,
                      "the board stays in its bootloader; its reset button starts the program");
}

/* A program tells nothing of the bootloader, and is disturbed only if the user wants it. */
static enum boot0_status refuse_program(struct job *job, struct boot0_error *error)
{
    struct boot0_board *program = NULL;
    enum boot0_status status = BOOT0_OK;

    if (job->arguments->restart || job->arguments->touch || job->arguments->port)
        return BOOT0_OK;
    status = find_program(job, &program, error);
    if (status == BOOT0_OK && program) {
        status = boot0_fail(error, BOOT0_E_UNSUPPORTED,
                            "the board runs its program; a description is of its bootloader");
        boot0_hint(error, "Use --restart to restart the board into its bootloader and back.");
    }
    free(program);
    return status;
}

static enum boot0_status describe(struct description *description, struct job *job,
                                  struct boot0_error *error)
{
    const struct boot0_selection selection = job_selection(job->arguments);
    enum boot0_status status = refuse_program(job, error);

    if (status != BOOT0_OK)
        return status;
    if (!job->arguments->port)
        describe_read_state(description, &job->bus, &selection);
    status = job_open_session(job, error);
    if (status != BOOT0_OK)
        return status;
    description->board = *boot0_session_board(job->session);
    status = read_board(description, job, error);
    progress_break_off(&job->progress);
    if (status == BOOT0_OK)
        describe_write(description, stdout);
    if (!job->session)
        resume(job, &description->board);
    return status;
}

enum boot0_status describe_board(const struct arguments *arguments, struct boot0_error *error)
{
    struct description *description = calloc(1, sizeof *description);
    struct job job;
    enum boot0_status status;

    if (!description)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    status = job_open_bus(&job, arguments, error);
    if (status == BOOT0_OK)
        status = describe(description, &job, error);
    job_close(&job);
    free(description);
    return status;
}
