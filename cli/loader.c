/* SPDX-License-Identifier: MIT */
#include "loader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SLOW_US = 6000000, /* a note about less would be a nuisance */
};

static void note(const struct boot0_observer *observer, const char *text)
{
    if (observer->note)
        observer->note(observer->context, text);
}

/* Finds the next loader, from an index on, that the board may take; moves *index past it. */
static const struct loader_binary *next_for(const struct boot0_session *session, size_t *index)
{
    bool is_serial = boot0_session_board(session)->usb.kind == BOOT0_KIND_SERIAL;

    while (loader_table[*index].way) {
        const struct loader_binary *binary = &loader_table[(*index)++];

        if (strcmp(binary->way, is_serial ? "uart" : "usb") == 0 &&
            boot0_session_takes_loader(session, &binary->loader))
            return binary;
    }
    return NULL;
}

/* The loader of the likeliest chip, else any. */
static const struct loader_binary *first_for(const struct boot0_session *session)
{
    const struct boot0_board *board = boot0_session_board(session);
    const struct loader_binary *binary;
    size_t index = 0;

    while ((binary = next_for(session, &index)))
        if (boot0_loader_device(&binary->loader) == board->chips[0]->id)
            return binary;
    index = 0;
    return next_for(session, &index);
}

static enum boot0_status fail_none(struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_NO_INPUT, "this boot0 was built without the RAM loaders");
    return boot0_hint(error, "Install the compiler arm-none-eabi-gcc (Debian: gcc-arm-none-eabi) "
                             "and build boot0 again, or omit --fast.");
}

enum boot0_status loader_start(struct boot0_session *session, const struct boot0_observer *observer,
                               struct boot0_error *error)
{
    const struct loader_binary *first, *binary;
    enum boot0_loader_result result = BOOT0_LOADER_OTHER_CHIP;
    enum boot0_status status = BOOT0_OK;
    size_t index = 0;

    if (!loader_table[0].way)
        return fail_none(error);
    if (boot0_session_board(session)->bootloader.present)
        return BOOT0_OK; /* that is as fast, or is a RAM loader itself */
    first = binary = first_for(session);
    while (binary && result == BOOT0_LOADER_OTHER_CHIP && status == BOOT0_OK) {
        status = boot0_session_start_loader(session, &binary->loader, &result, error);
        do
            binary = next_for(session, &index);
        while (binary && binary == first);
    }
    if (status == BOOT0_OK && result == BOOT0_LOADER_OTHER_CHIP)
        note(observer, first ? "the RAM loaders returned to ST's bootloader, which does the work: "
                               "none is for the board's chip, or the board has no crystal"
                             : "there is no RAM loader for this board: --fast is ignored");
    return status;
}

void loader_recommend(const struct boot0_session *session, const struct boot0_observer *observer)
{
    uint64_t fast_us = boot0_session_loader_us(session);
    struct boot0_report report;
    char text[80];
    size_t index = 0;

    boot0_session_report(session, &report);
    if (fast_us == 0 || report.total_us < SLOW_US || fast_us > report.total_us / 2 ||
        !next_for(session, &index))
        return;
    snprintf(text, sizeof text, "--fast would take about %" PRIu64 " s, using a loader in RAM",
             (fast_us + 500000) / 1000000);
    note(observer, text);
}
