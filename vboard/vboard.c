/* SPDX-License-Identifier: MIT */
/* A virtual board as a whole: the board that a spec describes, with its occupants. */
#include "vboard.h"

#include "board/board.h"
#include "describe/spec.h"
#include "machine/machine.h"
#include "rom/rom.h"

#include <stdlib.h>
#include <string.h>

static struct vboard *compose(const struct vboard_spec *spec, struct boot0_error *error)
{
    const struct vboard_build build = {
        .name = spec->rom->listed.name,
        .part = spec->rom->part,
        .identity = &spec->rom->usb,
        .has_uart = spec->rom->uart.version != 0,
        .description = spec->description,
    };
    struct vboard *board = vboard_board_new(&build, &spec->settings, error);

    if (board && (!vboard_rom_occupy(board, spec->rom) || !vboard_machine_occupy(board))) {
        vboard_board_free(board);
        boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
        return NULL;
    }
    return board;
}

struct vboard *vboard_new(const char *spec, struct boot0_error *error)
{
    struct vboard_spec parsed;
    struct vboard *board = NULL;

    if (vboard_spec_parse(spec, &parsed, error) != BOOT0_OK) {
        free(parsed.settings.flash_file);
        free(parsed.settings.elf_file);
    } else {
        board = compose(&parsed, error);
    }
    if (board)
        vboard_board_begin(board);
    else
        vboard_description_free(parsed.description);
    return board;
}

enum boot0_status vboard_free(struct vboard *board, struct boot0_error *error)
{
    struct vboard_description *description;
    enum boot0_status status;

    if (!board)
        return BOOT0_OK;
    description = board->build.description;
    status = vboard_board_save(board, error);
    vboard_board_free(board);
    vboard_description_free(description);
    return status;
}

bool vboard_describe(const char *model, FILE *file)
{
    const struct vboard_rom *rom = vboard_rom_find(model, strlen(model));

    if (rom)
        vboard_description_write(rom, file);
    return rom;
}

void vboard_describe_keys(FILE *file)
{
    vboard_description_write_keys(file);
}
