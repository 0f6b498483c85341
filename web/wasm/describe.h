/* SPDX-License-Identifier: MIT */
/* Objects of the library as JSON, with the names of `boot0 --json`. */
#ifndef B0_WEB_DESCRIBE_H
#define B0_WEB_DESCRIBE_H

#include <base/print/json.h>
#include <boot0/boot0.h>

void web_describe_error(struct json *json, const struct boot0_error *error);
void web_describe_image(struct json *json, const struct boot0_image *image);
void web_describe_board(struct json *json, const struct boot0_board *board);
void web_describe_plan(struct json *json, const struct boot0_plan *plan);
void web_describe_report(struct json *json, const struct boot0_report *report);
void web_describe_install(struct json *json, const struct boot0_install_report *report);
/* The chips that the library knows. */
void web_describe_chips(struct json *json);

#endif
