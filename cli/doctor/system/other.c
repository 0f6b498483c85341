/* SPDX-License-Identifier: MIT */
/* Other systems: the device manager has the facts, or there are none. */
#include "../facts.h"

#include <base/platform/process.h>
#include <base/platform/setup.h>

void facts_from_system(struct facts *facts)
{
    struct b0_setup setup = b0_setup_open();

    if (setup.ops)
        facts_from_setup(facts, &setup);
    else
        facts->system = b0_system() == B0_SYSTEM_MACOS ? SYSTEM_MACOS : SYSTEM_OTHER;
    b0_setup_close(&setup);
}
