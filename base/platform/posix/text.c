/* SPDX-License-Identifier: MIT */
/* base/platform/text.h with open_memstream(). */
#include <base/platform/text.h>

#include <stdlib.h>

FILE *b0_text_begin(struct b0_text *text)
{
    text->bytes = NULL;
    text->file = open_memstream(&text->bytes, &text->size);
    return text->file;
}

char *b0_text_end(struct b0_text *text)
{
    if (fclose(text->file) == 0 && text->size > 0)
        return text->bytes;
    free(text->bytes);
    return NULL;
}
