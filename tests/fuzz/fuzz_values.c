/* SPDX-License-Identifier: MIT */
/* What a command prints for a board: parsed, found again by name, and written as JSON. */
#include <base/platform/text.h>
#include <base/print/json.h>
#include <cli/gang/facts.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void write_json(const struct values *values)
{
    struct b0_text text;
    FILE *file = b0_text_begin(&text);
    struct json json;

    if (!file)
        return;
    json = json_begin(file);
    values_write(values, &json);
    json_end(&json);
    free(b0_text_end(&text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct facts facts = {.row = 0};
    struct boot0_error error;
    struct values values;
    char filled[128], pattern[VALUE_NAME_MAX + 8];

    if (values_parse(&values, (const char *)data, size, &error) != BOOT0_OK)
        return 0;
    facts.values = &values;
    for (size_t i = 0; i < values.count; i++) {
        const struct value *value = &values.list[i];

        if (values_find(&values, value->name, strlen(value->name)) != value ||
            strlen(value->text) > size)
            abort();
        snprintf(pattern, sizeof pattern, "<{%s}>", value->name);
        (void)facts_fill(&facts, pattern, filled, sizeof filled, &error);
    }
    write_json(&values);
    values_free(&values);
    return 0;
}
