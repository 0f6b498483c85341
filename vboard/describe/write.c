/* Writes descriptions: of a model, and of the format itself. */
#include "private.h"

#include <stdlib.h>
#include <string.h>

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

void vboard_description_write(const struct vboard_rom *rom, FILE *file)
{
    struct vboard_description *description = calloc(1, sizeof *description);

    if (!description)
        return;
    vboard_description_unfold(description, rom);
    fprintf(file, "# A virtual board: vboard custom:describe=FILE -- COMMAND\n");
    for (int id = 0; id < SECTION_COUNT; id++) {
        size_t count = id == SECTION_MEMORY      ? description->memory_count
                       : id == SECTION_ALTERNATE ? description->alternate_count
                                                 : description->lines[id] > 0;

        for (size_t i = 0; i < count; i++)
            write_section(description, (enum section_id)id, i, file);
    }
    free(description);
}

/* ---- the format ---- */

static void write_preset(const struct key *key, FILE *file)
{
    static const struct vboard_description empty;
    struct vboard_description *preset = malloc(sizeof *preset);

    if (!preset)
        return;
    *preset = empty;
    if (key->required) {
        fputs("required", file);
    } else if (key->type > KEY_CHOICE && !key->preset_text) {
        fputs("none", file);
    } else {
        vboard_value_preset(key, preset);
        vboard_value_write(key, preset, file);
    }
    free(preset);
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
