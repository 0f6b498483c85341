/* SPDX-License-Identifier: MIT */
/* A board's life: made, plugged in, looked at, freed. */
#include "board.h"
#include "clock.h"

#include "power.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- contents ---- */

static void fill_flash(struct vboard *board)
{
    const struct vboard_area *flash = vboard_chip_flash(&board->chip);
    uint8_t *bytes = vboard_chip_at(&board->chip, flash->address, flash->size);
    uint32_t bits = 1;

    memset(bytes,
           board->settings.fill == VBOARD_FILL_BYTE
               ? board->settings.fill_byte
               : vboard_flash_erased(&board->chip, flash->address),
           flash->size);
    for (uint32_t i = 0; board->settings.fill == VBOARD_FILL_RANDOM && i < flash->size; i++) {
        bits = bits * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(bits >> 24);
    }
}

static enum boot0_status fail_file(struct boot0_error *error, enum boot0_status code,
                                   const char *what, const char *name)
{
    return boot0_fail(error, code, "cannot %s the flash file \"%s\": %s", what, name,
                      strerror(errno));
}

/* A missing file is not an error: it will be written. */
static enum boot0_status load_flash(struct vboard *board, struct boot0_error *error)
{
    const struct vboard_area *flash = vboard_chip_flash(&board->chip);
    const char *name = board->settings.flash_file;
    FILE *file = name ? fopen(name, "rb") : NULL;
    bool failed, longer;

    if (!name || (!file && errno == ENOENT))
        return BOOT0_OK;
    if (!file)
        return fail_file(error, BOOT0_E_NO_INPUT, "open", name);
    (void)!fread(vboard_chip_at(&board->chip, flash->address, flash->size), 1, flash->size, file);
    longer = fgetc(file) != EOF;
    failed = ferror(file);
    fclose(file);
    if (failed)
        return fail_file(error, BOOT0_E_NO_INPUT, "read", name);
    if (longer)
        return boot0_fail(error, BOOT0_E_USAGE,
                          "the flash file \"%s\" is larger than the %u KiB of a %s", name,
                          (unsigned)(flash->size / 1024), board->build.part->name);
    return BOOT0_OK;
}

enum boot0_status vboard_board_save(const struct vboard *board, struct boot0_error *error)
{
    const struct vboard_area *flash = vboard_chip_flash(&board->chip);
    const char *name = board->settings.flash_file;
    FILE *file;
    size_t written;

    if (!name)
        return BOOT0_OK;
    file = fopen(name, "wb");
    if (!file)
        return fail_file(error, BOOT0_E_NO_OUTPUT, "write", name);
    written =
        fwrite(vboard_chip_at(&board->chip, flash->address, flash->size), 1, flash->size, file);
    if (fclose(file) != 0 || written != flash->size)
        return fail_file(error, BOOT0_E_NO_OUTPUT, "write", name);
    return BOOT0_OK;
}

/* ---- life ---- */

void vboard_board_free(struct vboard *board)
{
    if (board->bootloader.ops)
        board->bootloader.ops->free(board->bootloader.context);
    if (board->processor.ops)
        board->processor.ops->free(board->processor.context);
    vboard_chip_free(&board->chip);
    free(board->settings.elf_file);
    free(board->settings.flash_file);
    free(board);
}

static enum boot0_status prepare(struct vboard *board, struct boot0_error *error)
{
    if (!vboard_chip_init(&board->chip, board->build.part))
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    board->chip.supply_mv = board->settings.supply_mv;
    board->chip.erases_by_width = board->settings.feature_erase;
    vboard_chip_set_serial(&board->chip, board->settings.serial);
    board->chip.erase_percent = board->settings.erase_percent;
    vboard_options_init(&board->chip, board->settings.read_protection);
    if (board->settings.hardware_watchdog)
        vboard_options_start_watchdog(&board->chip);
    fill_flash(board);
    return load_flash(board, error);
}

struct vboard *vboard_board_new(const struct vboard_build *build,
                                const struct vboard_settings *settings, struct boot0_error *error)
{
    struct vboard *board = calloc(1, sizeof *board);

    if (!board) {
        free(settings->elf_file);
        free(settings->flash_file);
        boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
        return NULL;
    }
    board->build = *build;
    board->settings = *settings;
    board->cut_us = board->replug_us = board->timer_us = VBOARD_NEVER;
    if (prepare(board, error) != BOOT0_OK) {
        vboard_board_free(board);
        return NULL;
    }
    return board;
}

void vboard_board_begin(struct vboard *board)
{
    if (board->settings.plug_ms == VBOARD_PLUG_NEVER)
        return;
    if (board->settings.plug_ms > 0)
        board->replug_us = (uint64_t)board->settings.plug_ms * 1000;
    else
        vboard_power_on(board);
}

const char *vboard_name(const struct vboard *board)
{
    return board->build.name;
}

const char *vboard_serial(const struct vboard *board)
{
    return board->settings.serial;
}

/* ---- a debug probe's view ---- */

bool vboard_peek(const struct vboard *board, uint32_t address, uint8_t *data, size_t size)
{
    const uint8_t *bytes =
        size <= UINT32_MAX ? vboard_chip_at(&board->chip, address, (uint32_t)size) : NULL;

    if (!bytes)
        return false;
    memcpy(data, bytes, size);
    return true;
}

bool vboard_poke(struct vboard *board, uint32_t address, const uint8_t *data, size_t size)
{
    uint8_t *bytes =
        size <= UINT32_MAX ? vboard_chip_at(&board->chip, address, (uint32_t)size) : NULL;

    if (!bytes)
        return false;
    memcpy(bytes, data, size);
    return true;
}

void vboard_set_trace(struct vboard *board, FILE *file)
{
    board->trace = file;
}
