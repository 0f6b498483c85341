/* SPDX-License-Identifier: MIT */
/* Finds the backend of a transport; names of all kinds. */
#include "backend.h"
#include <core/array.h>

static const char *const kind_names[] = {
    [BOOT0_KIND_USB] = "usb",
    [BOOT0_KIND_SERIAL] = "serial",
};
_Static_assert(B0_LENGTH(kind_names) == BOOT0_KIND_COUNT, "each kind has a name");

const char *boot0_kind_name(enum boot0_kind kind)
{
    return (unsigned)kind < BOOT0_KIND_COUNT ? kind_names[kind] : "unknown";
}

const struct boot0_backend *b0_backend_of(const struct boot0_transport *transport)
{
    return transport->backend ? transport->backend : &b0_usb_backend;
}
