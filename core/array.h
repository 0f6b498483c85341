/* SPDX-License-Identifier: MIT */
/* Sizes: number of elements of an array, bytes of a KiB and a MiB. */
#ifndef B0_CORE_ARRAY_H
#define B0_CORE_ARRAY_H

#define B0_LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define B0_KIB           1024u
#define B0_MIB           1048576u

#endif
