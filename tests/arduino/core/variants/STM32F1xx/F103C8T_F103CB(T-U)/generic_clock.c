/* SPDX-License-Identifier: MIT */
/* Generic boards run from the clock that the core starts with. */
