/* SPDX-License-Identifier: MIT */
/*
 * The word by which one program on the chip tells the next what is wanted after a reset: in a
 * register of the backup domain, which a reset leaves alone (RM0090, 26.6.20). The bootloader
 * clears it when it reads it.
 */
#ifndef B0_CORE_HANDOVER_H
#define B0_CORE_HANDOVER_H

enum {
    B0_HANDOVER_REGISTER = 19, /* RTC_BKP19R */
    B0_CAUSE_REGISTER = 18,    /* RTC_BKP18R */
};

/*
 * Before it starts the program the bootloader clears RCC_CSR, so that the next reset can be told
 * from this one. The flags of that register's highest byte, RM0090, 7.3.21, are in the lowest byte
 * of the cause register then.
 */
#define B0_CAUSE      0xb007c500u
#define B0_CAUSE_MASK 0xffffff00u

#define B0_HANDOVER_BOOTLOADER 0xb0070001u /* stay in the bootloader */
#define B0_HANDOVER_ROM        0xb0070002u /* go on to the bootloader in ROM, at once */
#define B0_HANDOVER_PROGRAM    0xb0070003u /* start the program, without waiting for a second tap */
#define B0_HANDOVER_TAPPED     0xb0070004u /* the reset button was pressed once, moments ago */

#endif
