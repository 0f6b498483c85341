/* SPDX-License-Identifier: MIT */
/*
 * The word that passes a request from one program on the chip to the next across a reset: a
 * register of the backup domain, which a reset does not change (RM0090, 26.6.20). The bootloader
 * clears it after reading it.
 */
#ifndef B0_CORE_HANDOVER_H
#define B0_CORE_HANDOVER_H

enum {
    B0_HANDOVER_REGISTER = 19, /* RTC_BKP19R */
    B0_CAUSE_REGISTER = 18,    /* RTC_BKP18R */
};

/*
 * The bootloader clears RCC_CSR before it starts the program, so that the cause of the next reset
 * can be determined. It saves the flags of that register's highest byte (RM0090, 7.3.21) in the
 * lowest byte of the cause register.
 */
#define B0_CAUSE      0xb007c500u
#define B0_CAUSE_MASK 0xffffff00u

#define B0_HANDOVER_BOOTLOADER 0xb0070001u /* stay in the bootloader */
#define B0_HANDOVER_ROM        0xb0070002u /* enter the bootloader in ROM at once */
#define B0_HANDOVER_PROGRAM    0xb0070003u /* start the program without waiting for a second tap */
#define B0_HANDOVER_TAPPED     0xb0070004u /* the reset button was pressed once, moments ago */

#endif
