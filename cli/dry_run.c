/* SPDX-License-Identifier: MIT */
/* `flash --dry-run`: makes one plan per memory that the image has data for, shown as one table. */
#include "dry_run.h"
#include "print.h"
#include "text.h"

#include <base/print/json.h>

enum {
    ADDRESSES = 24, /* "0x08000000-0x080fffff" */
};

struct plans {
    struct boot0_plan *list[BOOT0_ALTERNATES_MAX];
    size_t count;
    /* sums */
    size_t steps;
    uint64_t erase_count;
    uint64_t write_bytes;
    uint64_t image_bytes;
    uint64_t unchanged_bytes;
    uint64_t expected_ms; /* 0: the chip's times are unknown */
};

/* ---- making plans ---- */

static void add(struct plans *plans, struct boot0_plan *plan)
{
    plans->list[plans->count++] = plan;
    plans->steps += plan->step_count;
    plans->erase_count += plan->erase_count;
    plans->write_bytes += plan->write_bytes;
    plans->image_bytes += plan->image_bytes;
    plans->unchanged_bytes += plan->unchanged_bytes;
    plans->expected_ms += plan->expected_ms;
}

static enum boot0_status make_all(struct command_session *command, struct boot0_image *image,
                                  const struct boot0_flash_options *options, struct plans *plans,
                                  struct boot0_error *error)
{
    while (plans->count < BOOT0_ALTERNATES_MAX) {
        struct boot0_plan *plan;
        enum boot0_status status =
            boot0_session_plan(command->session, image, options, plans->count, &plan, error);

        if (status != BOOT0_OK || !plan)
            return status;
        add(plans, plan);
    }
    return BOOT0_OK;
}

/* ---- showing plans ---- */

/* Times are known only for chips in the table. */
static const char *expected(char text[TEXT_SHORT], const struct plans *plans, uint64_t ms)
{
    return plans->expected_ms > 0 ? text_time(text, ms * 1000) : "unknown";
}

/* Counts equal steps from here on that adjoin in memory. */
static size_t alike(const struct boot0_plan_step *steps, size_t count)
{
    size_t same = 1;

    while (same < count && steps[same].action == steps[0].action &&
           steps[same].size == steps[0].size &&
           steps[same].address == steps[same - 1].address + steps[same - 1].size)
        same++;
    return same;
}

/* A narrow terminal has room for the first address only. */
static const char *address_text(char text[ADDRESSES], uint32_t first, uint32_t last)
{
    snprintf(text, ADDRESSES, terminal_is_narrow(stdout) ? "0x%08x" : "0x%08x-0x%08x", first, last);
    return text;
}

static void print_cells(const char *action, const char *addresses, const char *size,
                        const char *time)
{
    bool narrow = terminal_is_narrow(stdout);

    print(narrow ? "%-6s %-10s %11s %8s\n" : "%-6s  %-21s  %12s  %8s\n", action, addresses, size,
          time);
}

static void print_steps(const struct plans *plans, const struct boot0_plan_step *steps,
                        size_t count)
{
    const struct boot0_plan_step *last = &steps[count - 1];
    char addresses[ADDRESSES], size[TEXT_SHORT], all[TEXT_SHORT + 32], time[TEXT_SHORT];
    uint64_t ms = 0;

    for (size_t i = 0; i < count; i++)
        ms += steps[i].expected_ms;
    text_size(size, steps[0].size);
    if (count > 1)
        snprintf(all, sizeof all, "%zu x %s", count, size);
    else
        snprintf(all, sizeof all, "%s", size);
    print_cells(steps[0].action == BOOT0_PLAN_ERASE ? "erase" : "write",
                address_text(addresses, steps[0].address, last->address + (last->size - 1)), all,
                expected(time, plans, ms));
}

static void print_plans(const struct plans *plans)
{
    char size[TEXT_SHORT], sectors[TEXT_SHORT], time[TEXT_SHORT], same[TEXT_SHORT], text[256];

    if (plans->steps == 0) {
        print("Nothing to do: the board holds all %s already.\n",
              text_size(size, plans->image_bytes));
        return;
    }
    print_cells("ACTION", terminal_is_narrow(stdout) ? "ADDRESS" : "ADDRESSES", "SIZE", "EXPECTED");
    for (size_t i = 0; i < plans->count; i++) {
        const struct boot0_plan *plan = plans->list[i];

        for (size_t j = 0, run; j < plan->step_count; j += run) {
            run = alike(&plan->steps[j], plan->step_count - j);
            print_steps(plans, &plan->steps[j], run);
        }
    }
    snprintf(text, sizeof text,
             "Would erase %s and write %s; %s are unchanged. Expected time of the flash: %s. "
             "Nothing was changed.",
             text_count(sectors, plans->erase_count, "sector", "sectors"),
             text_size(size, plans->write_bytes), text_size(same, plans->unchanged_bytes),
             expected(time, plans, plans->expected_ms));
    print_wrapped(stdout, "", text);
}

static void json_step(struct json *json, const struct boot0_plan_step *step)
{
    json_open(json, NULL);
    json_text(json, "action", step->action == BOOT0_PLAN_ERASE ? "erase" : "write");
    json_hex(json, "address", step->address, 8);
    json_number(json, "bytes", step->size);
    json_seconds(json, "expected_seconds", (uint64_t)step->expected_ms * 1000);
    json_close(json);
}

static void json_plans(const struct command_session *command, const struct plans *plans)
{
    struct json json = command_json_begin(command);

    json_bool(&json, "dry_run", true);
    json_open_list(&json, "steps");
    for (size_t i = 0; i < plans->count; i++)
        for (size_t j = 0; j < plans->list[i]->step_count; j++)
            json_step(&json, &plans->list[i]->steps[j]);
    json_close_list(&json);
    json_number(&json, "image_bytes", plans->image_bytes);
    json_number(&json, "unchanged_bytes", plans->unchanged_bytes);
    json_number(&json, "sectors_to_erase", plans->erase_count);
    json_number(&json, "bytes_to_write", plans->write_bytes);
    json_seconds(&json, "expected_seconds", plans->expected_ms * 1000);
    json_end(&json);
}

enum boot0_status dry_run(struct command_session *command, struct boot0_image *image,
                          const struct boot0_flash_options *options, struct boot0_error *error)
{
    const struct boot0_board *board = boot0_session_board(command->session);
    struct plans plans = {.count = 0};
    enum boot0_status status = board->has_addresses
                                   ? make_all(command, image, options, &plans, error)
                                   : boot0_session_check(command->session, image, options, error);

    if (status == BOOT0_OK) {
        if (!board->has_addresses) /* it takes the whole file, and reports nothing beforehand */
            plans.image_bytes = plans.write_bytes = boot0_image_size(image);
        progress_end(&command->progress);
        if (command->arguments->json)
            json_plans(command, &plans);
        else if (board->has_addresses)
            print_plans(&plans);
        else
            print("Would write the whole file: plain DFU has no addresses.\n");
    }
    for (size_t i = 0; i < plans.count; i++)
        boot0_plan_free(plans.list[i]);
    return status;
}
