/* SPDX-License-Identifier: MIT */
/* Compares names of memories word by word; see names.h. */
#include "names.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static bool in_word(char c)
{
    return isalnum((unsigned char)c) != 0;
}

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Compares `length` letters, ignoring case. */
static bool same_letters(const char *text, const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!same_letter(text[i], word[i]))
            return false;
    return true;
}

static bool is_word(const char *text, size_t length, const char *word)
{
    size_t wanted = strlen(word);

    if (word[0] == '*')
        return length >= wanted - 1 &&
               same_letters(text + length - (wanted - 1), word + 1, wanted - 1);
    if (word[wanted - 1] == '*')
        return length >= wanted - 1 && same_letters(text, word, wanted - 1);
    return length == wanted && same_letters(text, word, wanted);
}

bool b0_name_has_word(const char *name, const char *word)
{
    while (*name) {
        size_t length = 0;

        while (in_word(name[length]))
            length++;
        if (length > 0 && is_word(name, length, word))
            return true;
        name += length > 0 ? length : 1;
    }
    return false;
}

/* Returns the next letter or digit of a name, NUL at its end. */
static char next_letter(const char **name)
{
    for (; **name; ++*name) {
        if (strncmp(*name, "/0x", 3) == 0)
            return '\0';
        if (in_word(**name))
            return *(*name)++;
    }
    return '\0';
}

bool b0_names_match(const char *a, const char *b)
{
    for (size_t compared = 0;; compared++) {
        char of_a = next_letter(&a), of_b = next_letter(&b);

        if (!of_a || !of_b)
            return compared > 0;
        if (!same_letter(of_a, of_b))
            return false;
    }
}
