/* SPDX-License-Identifier: MIT */
/* A board's chip in JSON. */
#include "chip.h"

void json_chip_list(struct json *json, const char *name, const struct boot0_chip *const *chips,
                    size_t count)
{
    json_open_list(json, name);
    for (size_t i = 0; i < count; i++)
        json_text(json, NULL, chips[i]->key);
    json_close_list(json);
}

void json_chip(struct json *json, const struct boot0_chip *const *chips, size_t count)
{
    if (count == 1)
        json_text(json, "chip", chips[0]->key);
    else
        json_null(json, "chip");
    json_chip_list(json, "candidates", chips, count);
}
