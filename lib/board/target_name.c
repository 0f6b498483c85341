/* SPDX-License-Identifier: MIT */
/* Compares the target names of a DfuSe file with the board's memories; see target_name.h. */
#include "target_name.h"

#include "names.h"

#include <core/array.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Words that occur in names of memories and not of programs. */
static const char *const memory_words[] = {
    "*flash", "flash*", "internal", "external", "ext",    "serial",     "option*",
    "ob",     "otp",    "engi*",    "feature",  "eeprom", "sram",       "ram",
    "dct",    "nor",    "nand",     "qspi",     "ospi",   "partition*", "memory",
};

static bool names_a_memory(const char *name)
{
    for (size_t i = 0; i < B0_LENGTH(memory_words); i++)
        if (b0_name_has_word(name, memory_words[i]))
            return true;
    return false;
}

/* Default names that tools write: UM0391's "ST...", and "STM32..." of others. */
static bool is_default(const char *name)
{
    return strncmp(name, "ST...", 5) == 0 || b0_name_has_word(name, "stm32*");
}

/* True for "Flash" or "@Flash", without further words. */
static bool is_plain_flash(const char *name)
{
    return strcasecmp(name[0] == '@' ? name + 1 : name, "Flash") == 0;
}

/* True if the name is that of an alternate setting's memory, or of one of its memories. */
static bool is_name_of(const char *name, const struct boot0_alternate *alternate)
{
    const struct boot0_layout *layout = &alternate->layout;

    if (!alternate->has_layout)
        return b0_names_match(name, alternate->name);
    if (b0_names_match(name, layout->name))
        return true;
    for (size_t i = 0; i < layout->more_name_count; i++)
        if (b0_names_match(name, layout->more_names[i].name))
            return true;
    return false;
}

/* True if either name, the file's or the board's, is only "Flash". */
static bool may_be_same_flash(const char *name, const char *of_board)
{
    return (is_plain_flash(name) && b0_name_has_word(of_board, "*flash")) ||
           (is_plain_flash(of_board) && b0_name_has_word(name, "*flash"));
}

bool b0_target_name_contradicts(const char *name, const struct boot0_board *board, size_t index)
{
    const struct boot0_alternate *alternate = &board->alternates[index];
    const char *of_board = alternate->has_layout ? alternate->layout.name : alternate->name;

    if (name[strspn(name, "@ ")] == '\0' || is_default(name) || is_name_of(name, alternate) ||
        (is_plain_flash(name) && may_be_same_flash(name, of_board)))
        return false;
    for (size_t i = 0; i < board->alternate_count; i++)
        if (i != index && is_name_of(name, &board->alternates[i]))
            return true;
    return names_a_memory(name) && !may_be_same_flash(name, of_board);
}
