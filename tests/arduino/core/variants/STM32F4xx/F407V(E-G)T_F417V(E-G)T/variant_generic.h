/* SPDX-License-Identifier: MIT */
/* A generic F407: the Discovery board's green LED would be PD12; there is only port A. */
#ifndef VARIANT_GENERIC_H
#define VARIANT_GENERIC_H

#define PA6         6
#define LED_BUILTIN PA6

#endif
