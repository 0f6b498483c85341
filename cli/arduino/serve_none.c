/* SPDX-License-Identifier: MIT */
/* See serve.h. Windows has no port descriptors that can be polled together with a connection. */
#include "serve.h"

enum boot0_status monitor_serve(struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_UNSUPPORTED,
               "boot0 does not provide a monitor for the IDE on Windows");
    return boot0_hint(error, "Use the IDE's own monitor for serial ports: builtin:serial-monitor.");
}
