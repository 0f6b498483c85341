/* SPDX-License-Identifier: MIT */
/* Functions of pins: the tests need none. */
