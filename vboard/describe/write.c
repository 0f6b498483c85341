/* SPDX-License-Identifier: MIT */
/* Writes descriptions: of a model, and of the format itself. */
#include "private.h"

static void write_section(struct vboard_description *description, enum section_id id, size_t index,
                          FILE *file)
{
    const void *record = vboard_section_record(description, id, index);
    const struct key *key;

    fprintf(file, "\n[%s]\n", vboard_section_row(id)->name);
    for (size_t i = 0; (key = vboard_key_row(i)) != NULL; i++) {
        if (key->section != id || (!key->required && vboard_value_is_preset(key, record)))
            continue;
        fprintf(file, "%s = ", key->name);
        vboard_value_write(key, record, file);
        fputc('\n', file);
    }
}

static size_t count_sections(const struct vboard_description *description, enum section_id id)
{
    if (id == SECTION_MEMORY)
        return description->memory_count;
    if (id == SECTION_ALTERNATE)
        return description->alternate_count;
    return description->lines[id] > 0;
}

void vboard_description_write(const struct vboard_rom *rom, FILE *file)
{
    struct vboard_description description = {0};

    vboard_description_unfold(&description, rom);
    fprintf(file, "# A virtual board: vboard custom:describe=FILE -- COMMAND\n");
    for (int id = 0; id < SECTION_COUNT; id++)
        for (size_t i = 0; i < count_sections(&description, (enum section_id)id); i++)
            write_section(&description, (enum section_id)id, i, file);
}

/* ---- the format ---- */

static void write_preset(const struct key *key, FILE *file)
{
    struct vboard_description preset = {0};

    if (key->required) {
        fputs("required", file);
    } else if (key->type > KEY_CHOICE && !key->preset_text) {
        fputs("none", file);
    } else {
        vboard_value_preset(key, &preset);
        vboard_value_write(key, &preset, file);
    }
}

void vboard_description_write_keys(FILE *file)
{
    const struct key *key;
    char expected[256];

    for (int id = 0; id < SECTION_COUNT; id++) {
        fprintf(file, "### [%s]\n\n%s\n\n| key | value | default | |\n|---|---|---|---|\n",
                vboard_section_row((enum section_id)id)->name,
                vboard_section_row((enum section_id)id)->meaning);
        for (size_t i = 0; (key = vboard_key_row(i)) != NULL; i++) {
            if (key->section != id)
                continue;
            vboard_value_expected(key, expected, sizeof expected);
            fprintf(file, "| `%s` | %s | ", key->name, expected);
            write_preset(key, file);
            fprintf(file, " | %s |\n", key->meaning);
        }
        fputc('\n', file);
    }
}
