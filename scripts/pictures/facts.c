/* SPDX-License-Identifier: MIT */
/*
 * Prints, as JSON, what the pictures of docs/pictures show of the code: the map of the flash, the
 * state table of DFU, the patterns of the LED, and what the bootloader does after a power cut, by
 * cutting its power. Nothing of these is written down a second time in scripts/pictures.
 */
#define BOARD_NAME ""
#include "firmware/bootloader/board_defaults.h"
#include "tests/unit/firmware/bootloader/bootloader_hosts.h"

#include <core/array.h>
#include <core/dfu.h>
#include <core/family/family.h>
#include <stdio.h>

/* A member or element follows another one. */
static const char *comma(size_t index)
{
    return index > 0 ? "," : "";
}

/* ---- the map ---- */

static void print_map(void)
{
    printf("\"map\":{\"base\":%u,\"bootloader\":%u,\"journal\":%u,\"program\":%u,\"sectors\":[",
           B0_FLASH_BASE, B0_BOOTLOADER_SIZE, B0_JOURNAL_SIZE, B0_PROGRAM_BASE);
    for (unsigned sector = 0; sector < B0_SECTORS; sector++)
        printf("%s{\"address\":%u,\"size\":%u}", comma(sector), b0_sector_address((uint8_t)sector),
               b0_sector_size((uint8_t)sector));
    printf("]}");
}

/* The chips that the bootloader runs on, with the flash of their largest part. */
static void print_chips(void)
{
    size_t printed = 0;

    printf("\"chips\":[");
    for (size_t i = 0; i < b0_stm32f4.chip_count; i++) {
        const struct boot0_chip *chip = &b0_stm32f4.chips[i].chip;

        if (b0_bootloader_runs_on(chip->id))
            printf("%s{\"key\":\"%s\",\"name\":\"%s\",\"layout\":\"%s\"}", comma(printed++),
                   chip->key, chip->name, chip->layout);
    }
    printf("]");
}

/* ---- DFU ---- */

static const char *const action_names[] = {
    [B0_DFU_DO_STALL] = "stall",   [B0_DFU_DO_DETACH] = "detach", [B0_DFU_DO_DNLOAD] = "dnload",
    [B0_DFU_DO_UPLOAD] = "upload", [B0_DFU_DO_STATUS] = "status", [B0_DFU_DO_SYNC] = "sync",
    [B0_DFU_DO_STATE] = "state",   [B0_DFU_DO_CLEAR] = "clear",   [B0_DFU_DO_ABORT] = "abort",
};

static void print_dfu(void)
{
    printf("\"dfu\":{");
    for (unsigned state = 0; state < BOOT0_DFU_STATE_COUNT; state++) {
        printf("%s\"%s\":{", comma(state), b0_dfu_state_name(state));
        for (unsigned request = 0; request <= BOOT0_DFU_REQUEST_COUNT; request++) {
            struct b0_dfu_rule rule = b0_dfu_device_rule(state, request);

            printf("%s\"%s\":{\"action\":\"%s\",\"next\":\"%s\"}", comma(request),
                   request < BOOT0_DFU_REQUEST_COUNT ? b0_dfu_request_name(request) : "other",
                   action_names[rule.action], b0_dfu_state_name(rule.next));
        }
        printf("}");
    }
    printf("}");
}

/* ---- the update tracker ---- */

static void print_tracker(void)
{
    static const char *const states[] = {"whole", "open", "doubtful"};
    static const char *const events[] = {"changed", "broken off", "failed", "completed"};

    _Static_assert(B0_LENGTH(states) == B0_TRACKER_STATES, "each state has a name");
    _Static_assert(B0_LENGTH(events) == B0_TRACKER_EVENTS, "each event has a name");
    printf("\"silence_us\":%d,\"tracker\":{", B0_SILENCE_US);
    for (size_t i = 0; i < B0_LENGTH(states); i++) {
        printf("%s\"%s\":{", comma(i), states[i]);
        for (size_t j = 0; j < B0_LENGTH(events); j++) {
            struct b0_update_tracker tracker = {.state = (uint8_t)i};

            b0_tracker_event(&tracker, (enum b0_tracker_event)j);
            printf("%s\"%s\":\"%s\"", comma(j), events[j], states[tracker.state]);
        }
        printf("}");
    }
    printf("}");
}

/* ---- the LED ---- */

static void print_led(void)
{
    printf("\"led\":{\"waiting\":%u,\"busy\":%u,\"tap\":%u,\"no_crystal\":%u,\"tap_ms\":%d}",
           BOARD_PATTERN_WAITING, BOARD_PATTERN_BUSY, BOARD_PATTERN_TAP, BOARD_PATTERN_NO_CRYSTAL,
           B0_TAP_WINDOW_MS);
}

/* ---- power cuts ---- */

enum {
    VECTORS_SIZE = 8,
    SIZE = 0x4000 + 64, /* of the programs: two sectors */
    RECORD_WORDS = B0_JOURNAL_RECORD_SIZE / 4,
};

static struct test_flash flash, before;
static struct test_board board;
static uint8_t old_program[SIZE], new_program[SIZE];

/* Writes a part of the new program. */
static bool write_part(uint32_t from, uint32_t to)
{
    for (uint32_t at = from; at < to; at += B0_BLOCK_SIZE) {
        uint32_t size = to - at < B0_BLOCK_SIZE ? to - at : B0_BLOCK_SIZE;

        if (!dfu_command(&board, BOOT0_DFUSE_SET_ADDRESS, B0_PROGRAM_BASE + at) ||
            !dfu_block(&board, BOOT0_DFUSE_BLOCK_FIRST, new_program + at, (uint16_t)size))
            return false;
    }
    return true;
}

/* As boot0's plan has it: all erases, all writes, the vectors as the last write. */
static bool update(void)
{
    return select_alternate(&board, 0) == USB_ACK &&
           vendor_out(&board, B0_EXTENSION_BEGIN_SESSION, 0) == USB_ACK &&
           dfu_command(&board, BOOT0_DFUSE_ERASE, B0_PROGRAM_BASE) &&
           dfu_command(&board, BOOT0_DFUSE_ERASE, b0_sector_address(B0_SECTOR_PROGRAM + 1)) &&
           write_part(VECTORS_SIZE, SIZE) && write_part(0, VECTORS_SIZE) &&
           dfu_simple(&board, BOOT0_DFU_ABORT) == USB_ACK &&
           vendor_out(&board, B0_EXTENSION_END_SESSION, 0) == USB_ACK;
}

/* What the flash is at work with, by what was done before. `programs`: of an update, all. */
static const char *step_name(unsigned programs)
{
    unsigned end_of_body = programs - RECORD_WORDS - VECTORS_SIZE / 4;

    if (flash.erases == 0)
        return "begin";
    if (flash.programs <= RECORD_WORDS)
        return "erase";
    if (flash.programs <= end_of_body)
        return "write";
    return flash.programs <= end_of_body + VECTORS_SIZE / 4 ? "vectors" : "complete";
}

static const char *holds(void)
{
    if (flash_holds(&board, B0_PROGRAM_BASE, old_program, SIZE))
        return "old";
    return flash_holds(&board, B0_PROGRAM_BASE, new_program, SIZE) ? "new" : "part";
}

static void print_outcome(const char *step)
{
    static const char *const starts[] = {[B0_START_PROGRAM] = "program",
                                         [B0_START_WAIT] = "wait",
                                         [B0_START_BOOTLOADER] = "bootloader",
                                         [B0_START_ROM] = "rom"};
    static const char *const states[] = {"empty", "begun", "completed"};
    enum b0_start start = board_start(&board, &flash);
    struct b0_journal journal;

    b0_journal_scan(&journal, flash.bytes + (B0_JOURNAL_BASE - B0_FLASH_BASE), B0_JOURNAL_SIZE);
    printf("{\"step\":\"%s\",\"journal\":\"%s\",\"holds\":\"%s\",\"starts\":\"%s\"}", step,
           states[journal.state], holds(), starts[start]);
}

/* The update with a cut in operation number `cut`, 0: none. True if there was one. */
static bool run_update(unsigned cut)
{
    flash = before;
    board_start(&board, &flash);
    flash.operations = flash.erases = flash.programs = 0;
    flash.cut_at = cut;
    (void)update();
    board_settle(&board);
    return flash.dead;
}

static bool print_cuts(void)
{
    unsigned programs;

    make_program(old_program, sizeof old_program, 1);
    make_program(new_program, sizeof new_program, 2);
    test_flash_blank(&before);
    board_start(&board, &before);
    if (!flash_as_boot0(&board, B0_PROGRAM_BASE, old_program, sizeof old_program))
        return false;
    board_settle(&board);
    run_update(0);
    programs = flash.programs;
    printf("\"cuts\":[");
    flash = before;
    print_outcome("before");
    for (unsigned cut = 1; run_update(cut); cut++) {
        const char *step = step_name(programs);

        printf(",\n");
        print_outcome(step);
    }
    printf(",\n");
    print_outcome("after");
    printf("]");
    return true;
}

int main(void)
{
    bool ok;

    printf("{");
    print_map();
    printf(",\n");
    print_chips();
    printf(",\n");
    print_dfu();
    printf(",\n");
    print_tracker();
    printf(",\n");
    print_led();
    printf(",\n");
    ok = print_cuts();
    printf("}\n");
    return ok ? 0 : 1;
}
