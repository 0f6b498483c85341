/* SPDX-License-Identifier: MIT */
/* Option bytes by name: reads, decodes with the family's list of fields, changes, writes, reads
 * back. */
#include "private.h"

#include <boot0/options.h>
#include <core/array.h>
#include <core/bytes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MEMORIES_MAX = 4,
    BYTES_MAX = 160, /* of one memory */
    RDP_LEVELS = 3,
};

/* The option bytes read from a board. */
struct option_bytes {
    const struct boot0_board *board;
    const struct b0_family *family; /* of the first chip that the board can be */
    struct memory {
        int alternate;
        uint32_t address;
        uint32_t size;
        bool changed;
        uint8_t bytes[BYTES_MAX];
    } memories[MEMORIES_MAX];
    size_t count;
};

/* ---- reading ---- */

/* The board can be a chip whose fields are unknown. */
static enum boot0_status fail_unknown(const struct boot0_session *session,
                                      struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;
    struct boot0_facts facts = {0};
    size_t length = 0;
    char name[BOOT0_TEXT_MAX * 2];

    boot0_fail(error, BOOT0_E_UNSUPPORTED, "the option bytes of the board, %s, are not known",
               board->chip_count > 0 ? boot0_board_chip_name(board, name, sizeof name)
                                     : "whose chip is unknown");
    boot0_hint(error, "Read the option bytes as memory, and compare them with the reference "
                      "manual.");
    if (board->chip_count < 2)
        return BOOT0_E_UNSUPPORTED;
    for (size_t i = 0; i < board->chip_count && length + 16 < sizeof facts.text; i++)
        length += (size_t)snprintf(facts.text + length, sizeof facts.text - length, "%s%s",
                                   length ? ", " : "", board->chips[i]->key);
    boot0_hint(error, "Name the chip: its marking shows which one it is.");
    boot0_advise(error, BOOT0_ADVICE_SAY_CHIP, &facts);
    return BOOT0_E_UNSUPPORTED;
}

static const struct b0_family *chip_family(const struct boot0_chip *chip)
{
    const struct b0_family *family = b0_family_find(chip->family);

    return family && family->option_fields ? family : NULL;
}

/* NULL: the board can be a chip whose fields are unknown. */
static const struct b0_family *board_family(const struct boot0_board *board)
{
    for (size_t i = 1; i < board->chip_count; i++)
        if (!chip_family(board->chips[i]))
            return NULL;
    return board->chip_count > 0 ? chip_family(board->chips[0]) : NULL;
}

static enum boot0_status read_region(struct boot0_session *session, struct option_bytes *ob,
                                     int alternate, const struct boot0_region *region,
                                     struct boot0_error *error)
{
    uint32_t size = region->sector_size * region->sector_count;

    if (ob->count == MEMORIES_MAX)
        return BOOT0_OK;
    if (size > BYTES_MAX)
        size = BYTES_MAX;
    ob->memories[ob->count].alternate = alternate;
    ob->memories[ob->count].address = region->address;
    ob->memories[ob->count].size = size;
    return b0_session_read_run(session, alternate, region->address, ob->memories[ob->count++].bytes,
                               size, error);
}

static enum boot0_status read_all(struct boot0_session *session, struct option_bytes *ob,
                                  struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;
    enum boot0_status status = BOOT0_OK;

    for (size_t i = 0; i < board->alternate_count && status == BOOT0_OK; i++) {
        const struct boot0_layout *layout = &board->alternates[i].layout;

        if (!board->alternates[i].has_layout || !b0_session_is_option_bytes(session, (int)i))
            continue;
        for (size_t r = 0; r < layout->region_count && status == BOOT0_OK; r++)
            status = read_region(session, ob, (int)i, &layout->regions[r], error);
    }
    if (status != BOOT0_OK || ob->count > 0)
        return status;
    boot0_fail(error, BOOT0_E_UNSUPPORTED, "the board's bootloader shows no option bytes");
    return boot0_hint(error, "Set BOOT0 high and press reset to start ST's bootloader in ROM, "
                             "which shows them.");
}

/* ---- fields ---- */

/*
 * Returns the memory that contains the field's 32-bit word; NULL: the bootloader does not expose
 * it.
 */
static struct memory *memory_of(struct option_bytes *ob, const struct b0_option_field *field)
{
    for (size_t i = 0; i < ob->count; i++)
        if (field->address >= ob->memories[i].address &&
            field->address - ob->memories[i].address + 4 <= ob->memories[i].size)
            return &ob->memories[i];
    return NULL;
}

static uint8_t *word_in(struct memory *memory, const struct b0_option_field *field)
{
    return memory->bytes + (field->address - memory->address);
}

/* True if a chip has this field at the same place. */
static bool chip_has(const struct b0_family *family, uint16_t id,
                     const struct b0_option_field *field)
{
    for (const struct b0_option_field *f = family->option_fields; f->name; f++)
        if (strcmp(f->name, field->name) == 0 && f->address == field->address &&
            f->bit == field->bit && f->width == field->width && b0_option_field_on(f, id))
            return strcmp(f->values ? f->values : "", field->values ? field->values : "") == 0;
    return false;
}

/* A field is omitted unless all chips have it that the board can be. */
static bool has(const struct option_bytes *ob, const struct b0_option_field *field)
{
    for (size_t i = 0; i < ob->board->chip_count; i++)
        if (!chip_has(chip_family(ob->board->chips[i]), ob->board->chips[i]->id, field))
            return false;
    return true;
}

static uint32_t mask_of(const struct b0_option_field *field)
{
    return field->width < 32 ? (UINT32_C(1) << field->width) - 1 : UINT32_MAX;
}

static bool is_rdp(const char *name)
{
    return strcmp(name, B0_OPTION_RDP) == 0;
}

/* Returns the value for the user: for read protection its level. */
static uint32_t shown(const struct option_bytes *ob, const struct b0_option_field *field,
                      uint32_t bits)
{
    if (!is_rdp(field->name))
        return bits;
    if (bits == ob->family->encodings[0].level_0)
        return 0;
    return bits == B0_RDP_LEVEL_2 && strstr(field->values, "2=") ? 2 : 1;
}

static uint32_t bits_for(const struct option_bytes *ob, const struct b0_option_field *field,
                         uint32_t value)
{
    const uint8_t levels[RDP_LEVELS] = {ob->family->encodings[0].level_0, B0_RDP_LEVEL_1,
                                        B0_RDP_LEVEL_2};

    return is_rdp(field->name) ? levels[value % RDP_LEVELS] : value;
}

/* Finds the text after "value=" in "0=off|1=on"; false if there is none. */
static bool find_value(const char *values, uint32_t value, const char **text, size_t *length)
{
    while (values && *values) {
        char *end;
        unsigned long number = strtoul(values, &end, 10);

        *length = strcspn(end, "|");
        if (*end == '=' && number == value) {
            *text = end + 1;
            --*length;
            return true;
        }
        values = end + *length + (end[*length] == '|');
    }
    return false;
}

/* Lists the protected items of "bits:sector", which are the zero bits. */
static void tell_bits(const char *noun, uint32_t value, uint32_t max, char *text)
{
    size_t length = 0;

    if (value == max) {
        snprintf(text, BOOT0_MEANING_MAX, "no %s is protected", noun);
        return;
    }
    length = (size_t)snprintf(text, BOOT0_MEANING_MAX, "protected: %ss", noun);
    for (unsigned bit = 0; (max >> bit & 1) != 0 && length + 4 < BOOT0_MEANING_MAX; bit++)
        if ((value >> bit & 1) == 0)
            length += (size_t)snprintf(text + length, BOOT0_MEANING_MAX - length, " %u", bit);
}

static void tell_meaning(struct boot0_option *option)
{
    static const char bits[] = "bits:";
    const char *values = option->values;
    const char *text;
    size_t length;

    option->meaning[0] = '\0';
    if (values && strncmp(values, bits, sizeof bits - 1) == 0)
        tell_bits(values + sizeof bits - 1, option->value, option->max, option->meaning);
    else if (find_value(values, option->value, &text, &length))
        snprintf(option->meaning, sizeof option->meaning, "%.*s", (int)length, text);
    else if (values)
        snprintf(option->meaning, sizeof option->meaning, "reserved");
}

static uint32_t max_of(const struct b0_option_field *field)
{
    if (is_rdp(field->name))
        return strstr(field->values, "2=") ? 2 : 1;
    return mask_of(field);
}

static void decode(struct option_bytes *ob, struct boot0_option *options, size_t *count)
{
    *count = 0;
    for (const struct b0_option_field *field = ob->family->option_fields;
         field->name && *count < BOOT0_OPTIONS_MAX; field++) {
        struct memory *memory = memory_of(ob, field);
        struct boot0_option *option = &options[*count];

        if (!memory || !has(ob, field))
            continue;
        *option = (struct boot0_option){
            .name = field->name,
            .text = field->text,
            .value =
                shown(ob, field, b0_load32(word_in(memory, field)) >> field->bit & mask_of(field)),
            .max = max_of(field),
            .address = field->address,
            .bit = field->bit,
            .values = field->values,
        };
        tell_meaning(option);
        ++*count;
    }
}

enum boot0_status boot0_session_read_options(struct boot0_session *session,
                                             struct boot0_option *options, size_t *count,
                                             struct boot0_error *error)
{
    struct option_bytes ob = {.board = &session->board, .family = board_family(&session->board)};
    enum boot0_status status = b0_session_need_addresses(session, "show option bytes", error);

    *count = 0;
    if (status != BOOT0_OK)
        return status;
    if (!ob.family)
        return fail_unknown(session, error);
    status = read_all(session, &ob, error);
    if (status != BOOT0_OK)
        return status;
    decode(&ob, options, count);
    if (session->board.chip_count > 1)
        b0_session_note_once(session, "the board can be one of several chips: fields that not all "
                                      "of them have are omitted");
    return BOOT0_OK;
}

/* ---- changes ---- */

/* Returns the field; NULL: not found, or `several` match. */
static struct boot0_option *find(struct boot0_option *options, size_t count, const char *name,
                                 bool *several)
{
    struct boot0_option *found = NULL;

    *several = false;
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(options[i].name, name) == 0)
            return &options[i];
        if (strncasecmp(options[i].name, name, strlen(name)) != 0)
            continue;
        *several = *several || found;
        found = &options[i];
    }
    return *several ? NULL : found;
}

static enum boot0_status fail_name(const struct boot0_option *options, size_t count,
                                   const char *name, bool several, struct boot0_error *error)
{
    char list[200] = "";
    size_t length = 0;

    for (size_t i = 0; i < count && length + BOOT0_TEXT_MAX / 4 < sizeof list; i++)
        if (!several || strncasecmp(options[i].name, name, strlen(name)) == 0)
            length += (size_t)snprintf(list + length, sizeof list - length, "%s%s",
                                       length ? ", " : "", options[i].name);
    boot0_fail(error, BOOT0_E_USAGE,
               several ? "several option fields begin with \"%s\""
                       : "the chip has no option field \"%s\"",
               name);
    return boot0_hint(error, "Use one of %s.", list);
}

enum boot0_status boot0_options_apply(struct boot0_option *options, size_t count,
                                      const struct boot0_option_change *changes,
                                      size_t change_count, struct boot0_error *error)
{
    for (size_t i = 0; i < change_count; i++) {
        bool several;
        struct boot0_option *option = find(options, count, changes[i].name, &several);

        if (!option)
            return fail_name(options, count, changes[i].name, several, error);
        if (changes[i].value > option->max) {
            boot0_fail(error, BOOT0_E_USAGE, "invalid value of %s: %u", option->name,
                       (unsigned)changes[i].value);
            return boot0_hint(error, "Use 0 to %u.", (unsigned)option->max);
        }
        option->value = changes[i].value;
        tell_meaning(option);
    }
    return BOOT0_OK;
}

/* ---- writing ---- */

static void complement(const struct option_bytes *ob, uint8_t *word)
{
    if (ob->family->option_complement == B0_COMPLEMENT_NEXT_BYTE) {
        word[1] = (uint8_t)~word[0];
        word[3] = (uint8_t)~word[2];
    } else if (ob->family->option_complement == B0_COMPLEMENT_NEXT_WORD) {
        b0_store32(word + 4, ~b0_load32(word));
    }
}

static void encode(struct option_bytes *ob, struct memory *memory,
                   const struct b0_option_field *field, uint32_t value)
{
    uint8_t *word = word_in(memory, field);
    uint32_t bits = b0_load32(word);

    if (shown(ob, field, bits >> field->bit & mask_of(field)) == value)
        return;
    bits &= ~(mask_of(field) << field->bit);
    b0_store32(word, bits | bits_for(ob, field, value) << field->bit);
    complement(ob, word);
    memory->changed = true;
}

static void encode_all(struct option_bytes *ob, const struct boot0_option *options, size_t count)
{
    for (const struct b0_option_field *field = ob->family->option_fields; field->name; field++) {
        struct memory *memory = memory_of(ob, field);

        for (size_t i = 0; memory && i < count; i++)
            if (strcmp(options[i].name, field->name) == 0 && has(ob, field))
                encode(ob, memory, field, options[i].value);
    }
}

static enum boot0_status write_changed(struct boot0_session *session, const struct option_bytes *ob,
                                       struct boot0_error *error)
{
    const struct boot0_flash_options options = {.allow_option_bytes = true, .no_run = true};
    struct boot0_image *image = boot0_image_new();
    enum boot0_status status = BOOT0_OK;

    if (!image)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    for (size_t i = 0; i < ob->count && status == BOOT0_OK; i++) {
        if (!ob->memories[i].changed)
            continue;
        status = boot0_image_add(
            image, session->board.alternates[ob->memories[i].alternate].alternate,
            ob->memories[i].address, ob->memories[i].bytes, ob->memories[i].size, error);
    }
    image->has_addresses = true;
    if (status == BOOT0_OK && image->segment_count > 0)
        status = boot0_session_flash(session, image, &options, error);
    boot0_image_free(image);
    return status;
}

static enum boot0_status read_back(struct boot0_session *session,
                                   const struct boot0_option *options, size_t count,
                                   struct boot0_error *error)
{
    struct boot0_option held[BOOT0_OPTIONS_MAX];
    size_t held_count;
    enum boot0_status status = boot0_session_read_options(session, held, &held_count, error);

    for (size_t i = 0; i < count && i < held_count && status == BOOT0_OK; i++) {
        if (held[i].value == options[i].value)
            continue;
        status = boot0_fail(error, BOOT0_E_IO, "%s is %u after the reset instead of %u",
                            held[i].name, (unsigned)held[i].value, (unsigned)options[i].value);
        boot0_hint(error, "Try another value: the chip rejects this one, or does not allow a "
                          "change.");
    }
    return status;
}

static enum boot0_status fail_for_ever(struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_USAGE, "RDP level 2 locks the chip permanently");
    boot0_hint(error, "Use level 1, which protects the chip too. With level 2, the flash can "
                      "never be read and the options never be changed again, and ST's bootloader "
                      "in ROM never starts again. Nothing was written.");
    return boot0_advise(error, BOOT0_ADVICE_LOCK_FOR_EVER, NULL);
}

enum boot0_status boot0_session_set_options(struct boot0_session *session,
                                            const struct boot0_option *options, size_t count,
                                            bool for_ever, struct boot0_error *error)
{
    struct option_bytes ob = {.board = &session->board, .family = board_family(&session->board)};
    enum boot0_status status;

    for (size_t i = 0; i < count; i++)
        if (is_rdp(options[i].name) && options[i].value == 2 && !for_ever)
            return fail_for_ever(error);
    if (!ob.family)
        return fail_unknown(session, error);
    status = read_all(session, &ob, error);
    if (status != BOOT0_OK)
        return status;
    encode_all(&ob, options, count);
    status = write_changed(session, &ob, error);
    /* With read protection on, the fields cannot be read back. */
    return status == BOOT0_OK && !session->locked ? read_back(session, options, count, error)
                                                  : status;
}
