/* SPDX-License-Identifier: MIT */
/* A table in CSV, and a --patch option: everything before the first line feed, if it has an '='. */
#include <cli/gang/csv.h>
#include <cli/gang/patch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void try_patch(const uint8_t *data, size_t size, const struct csv *csv)
{
    const struct facts facts = {.own = {[FACT_SERIAL] = "315A28A0B956"}, .csv = csv};
    uint8_t bytes[PATCH_BYTES_MAX];
    struct boot0_error error;
    struct patch patch;
    char *option = malloc(size + 1);

    if (!option)
        return;
    memcpy(option, data, size);
    option[size] = '\0';
    if (patch_parse(&patch, option, &error) == BOOT0_OK &&
        patch_resolve(&patch, csv, true, &error) == BOOT0_OK &&
        (!patch_wants_csv(&patch, csv) || (csv && csv->rows > 0)))
        (void)patch_bytes(&patch, &facts, bytes, &size, &error);
    free(option);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t first = end ? (size_t)(end - data) : 0;
    bool has_option = end && memchr(data, '=', first);
    size_t skip = has_option ? first + 1 : 0;
    struct boot0_error error;
    struct csv csv;
    bool good =
        csv_parse(&csv, (const char *)data + skip, size - skip, "fuzz.csv", &error) == BOOT0_OK;

    for (size_t row = 0; good && row < csv.rows; row++)
        for (size_t column = 0; column < csv.columns; column++)
            if (strlen(csv_cell(&csv, row, column)) > size || csv_line(&csv, row) == 0)
                abort();
    if (has_option)
        try_patch(data, first, good ? &csv : NULL);
    if (good)
        csv_free(&csv);
    return 0;
}
