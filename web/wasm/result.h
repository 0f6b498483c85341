/* SPDX-License-Identifier: MIT */
/* What a call leaves behind for the page, and what it tells the page meanwhile: JSON objects. */
#ifndef B0_WEB_RESULT_H
#define B0_WEB_RESULT_H

#include "describe.h"

#define EXPORT(name) __attribute__((export_name(#name)))

/* The result of this call, in place of the last one's: members go between. */
struct json web_result_begin(void);
void web_result_end(struct json *json);

/* The same of a call that answers nothing, or that has failed. Returns `status`. */
uint32_t web_result(enum boot0_status status, const struct boot0_error *error);

/* Gives the page a JSON object now, whatever call is under way. */
void web_event(void (*describe)(struct json *json, const void *object), const char *kind,
               const void *object);

#endif
