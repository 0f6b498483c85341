/* boot0 reset: a USB reset. */
#include "job.h"
#include "json.h"

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct job job;
    enum boot0_status status = job_open(&job, arguments, error);

    if (status == B0_OK)
        status = boot0_session_reset(job.session, error);
    if (status == B0_OK && arguments->json) {
        struct json json = job_json_begin(&job);

        json_bool(&json, "reset", true);
        json_end(&json);
    } else if (status == B0_OK) {
        printf("The board was reset over USB.\n");
    }
    job_close(&job);
    return status;
}

static const enum option taken[] = {OPTIONS_BOARD, OPTIONS_OUTPUT};

const struct command command_reset = {
    .name = "reset",
    .operands = "",
    .summary = "reset the board over USB",
    .text = "Makes a USB bus reset. A DFU 1.1 bootloader that has taken a program starts it by "
            "that; ST's bootloader in ROM stays in DFU mode (`boot0 run` starts programs there).",
    .examples = "  boot0 reset\n  boot0 reset --path 1-2",
    COMMAND_OPTIONS(taken),
    .run = run,
};
