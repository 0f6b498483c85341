/* SPDX-License-Identifier: MIT */
/* The time of day. */
#ifndef B0_BASE_PLATFORM_DATE_H
#define B0_BASE_PLATFORM_DATE_H

struct b0_date {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second, millisecond;
};

struct b0_date b0_date_utc(void);
struct b0_date b0_date_local(void);

#endif
