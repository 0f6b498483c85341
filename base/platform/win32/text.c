/* SPDX-License-Identifier: MIT */
/* base/platform/text.h with a temporary file: Windows has no memory streams. */
#include "native.h"

#include <base/platform/text.h>
#include <stdlib.h>

FILE *b0_text_begin(struct b0_text *text)
{
    wchar_t folder[MAX_PATH + 1], name[MAX_PATH + 1];

    *text = (struct b0_text){NULL, NULL, 0};
    if (GetTempPathW(MAX_PATH + 1, folder) && GetTempFileNameW(folder, L"b0", 0, name))
        text->file = _wfopen(name, L"w+bTD"); /* T: kept in memory if possible; D: deleted */
    return text->file;
}

char *b0_text_end(struct b0_text *text)
{
    long length = fflush(text->file) == 0 ? ftell(text->file) : -1;
    char *bytes = length > 0 ? malloc((size_t)length + 1) : NULL;

    rewind(text->file);
    if (bytes && fread(bytes, 1, (size_t)length, text->file) != (size_t)length) {
        free(bytes);
        bytes = NULL;
    }
    fclose(text->file);
    if (bytes)
        bytes[length] = '\0';
    text->bytes = bytes;
    text->size = length > 0 ? (size_t)length : 0;
    return bytes;
}
