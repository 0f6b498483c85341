/* SPDX-License-Identifier: MIT */
/* base/platform/setup.h for systems where programs open USB devices without a special driver. */
#include <base/platform/setup.h>

struct b0_setup b0_setup_open(void)
{
    return (struct b0_setup){0};
}

void b0_setup_close(struct b0_setup *setup)
{
    (void)setup;
}
