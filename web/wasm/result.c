/* SPDX-License-Identifier: MIT */
/* See result.h. */
#include "result.h"

#include "host.h"

#include <stdlib.h>

static struct {
    char *text; /* the result of the last call */
    size_t size;
    FILE *file; /* it is being written */
} last;

struct json web_result_begin(void)
{
    free(last.text);
    last.text = NULL;
    last.file = open_memstream(&last.text, &last.size);
    if (!last.file)
        abort();
    return json_begin(last.file);
}

void web_result_end(struct json *json)
{
    json_end(json);
    fclose(last.file);
}

uint32_t web_result(enum boot0_status status, const struct boot0_error *error)
{
    struct json json = web_result_begin();

    if (status != BOOT0_OK)
        web_describe_error(&json, error);
    web_result_end(&json);
    return (uint32_t)status;
}

void web_event(void (*describe)(struct json *json, const void *object), const char *kind,
               const void *object)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    struct json json;

    if (!file)
        return;
    json = json_begin(file);
    json_text(&json, "event", kind);
    describe(&json, object);
    json_end(&json);
    fclose(file);
    web_host_event(text, (uint32_t)size);
    free(text);
}

EXPORT(result) const char *web_result_text(void)
{
    return last.text;
}

EXPORT(result_size) uint32_t web_result_size(void)
{
    return (uint32_t)last.size;
}
