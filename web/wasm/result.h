/* SPDX-License-Identifier: MIT */
/* A call's result for the page, and its events meanwhile: JSON objects. */
#ifndef B0_WEB_RESULT_H
#define B0_WEB_RESULT_H

#include "describe.h"

#define EXPORT(name) __attribute__((export_name(#name)))

/* Begins this call's result, which replaces the previous one: members go between. */
struct json web_result_begin(void);
void web_result_end(struct json *json);

/* The same for a call that returns nothing, or that has failed. Returns `status`. */
uint32_t web_result(enum boot0_status status, const struct boot0_error *error);

/* Sends the page a JSON object now, during any call. */
void web_event(void (*describe)(struct json *json, const void *object), const char *kind,
               const void *object);

#endif
