/*
 * The handover word: what the program or the bootloader wants to happen after the next reset. It is
 * in the last of the F4's twenty backup registers, RTC_BKP19R, which resets leave alone and a loss
 * of power clears, unless a battery hangs on VBAT (RM0090, 26.3.14 and 5.1.2). Whoever reads it
 * clears it. docs/PROTOCOL.md tells of its use.
 */
#ifndef B0_CORE_HANDOVER_H
#define B0_CORE_HANDOVER_H

#define B0_HANDOVER_REGISTER 19u

#define B0_HANDOVER_NONE       0u
#define B0_HANDOVER_BOOTLOADER 0xb0070001u /* stay in the bootloader */
#define B0_HANDOVER_ROM        0xb0070002u /* start the bootloader in ROM */
#define B0_HANDOVER_PROGRAM    0xb0070003u /* start the program, without waiting for a second tap */
#define B0_HANDOVER_TAPPED     0xb0070004u /* the reset button was pressed a moment ago */

#endif
