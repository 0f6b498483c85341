/* SPDX-License-Identifier: MIT */
/*
 * What vboard and the library that it loads into its clients (tty_client.c) agree on: two control
 * characters that Linux does not use hold the settings that the kernel does not keep for pseudo
 * terminals.
 */
#ifndef VBOARD_TTY_MARKS_H
#define VBOARD_TTY_MARKS_H

#include <stdint.h>
#include <termios.h>

enum {
    VBOARD_TTY_CC_MARK = 17, /* the last but one of the kernel's 19 */
    VBOARD_TTY_CC_KEPT = 18,
    VBOARD_TTY_MARK = 0xb0,   /* this terminal is a board's serial port */
    VBOARD_TTY_PARENB = 0x01, /* the kernel clears it */
    VBOARD_TTY_PARMRK = 0x02, /* the kernel would mark bytes itself, including undamaged ones */
    VBOARD_TTY_CMSPAR = 0x04, /* PARENB is for mark or space */
    VBOARD_TTY_CSIZE = CSIZE, /* where it differs from 8 bits, all that the kernel keeps */
};

/* As in Linux; its header and the C library's exclude each other. */
struct termios2 {
    unsigned c_iflag;
    unsigned c_oflag; // cppcheck-suppress unusedStructMember
    unsigned c_cflag;
    unsigned c_lflag;     // cppcheck-suppress unusedStructMember
    unsigned char c_line; // cppcheck-suppress unusedStructMember
    unsigned char c_cc[19];
    unsigned c_ispeed; // cppcheck-suppress unusedStructMember
    unsigned c_ospeed; // cppcheck-suppress unusedStructMember
};

#endif
