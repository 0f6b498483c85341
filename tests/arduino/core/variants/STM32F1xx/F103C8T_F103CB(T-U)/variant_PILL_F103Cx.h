/* SPDX-License-Identifier: MIT */
/* The blue pill: enough to compile a sketch, which no virtual board can run. */
#ifndef VARIANT_PILL_F103CX_H
#define VARIANT_PILL_F103CX_H

#define PC13        13
#define LED_BUILTIN PC13

#endif
