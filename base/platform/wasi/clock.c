/* SPDX-License-Identifier: MIT */
/*
 * base/clock.h in a browser: two functions that the page imports into the module (web/host.js). The
 * second suspends the library until its time is over; the page continues meanwhile.
 */
#include <base/clock.h>

__attribute__((import_module("boot0"), import_name("now_us"))) double b0_host_now_us(void);
__attribute__((import_module("boot0"), import_name("sleep_us"))) void
b0_host_sleep_us(double microseconds);

uint64_t b0_clock_us(void)
{
    return (uint64_t)b0_host_now_us();
}

void b0_sleep_us(uint64_t microseconds)
{
    b0_host_sleep_us((double)microseconds);
}
