/* SPDX-License-Identifier: MIT */
/*
 * The boot0 bootloader for sketches. Uploading does not need this library: the variant restarts the
 * sketch.
 */
#ifndef BOOT0_H
#define BOOT0_H

#include <stdint.h>

class Boot0Class
{
  public:
    /* True if boot0's bootloader is in the first 16 KiB of the flash. */
    bool isInstalled() const;
    /* Returns its version, 0x000102 for 0.1.2; 0 without it. */
    uint32_t version() const;
#ifdef STM32F4xx
    /*
     * Returns the cause of the reset that started this sketch: bits of the constants below. The
     * bootloader clears RCC_CSR, which the core reads; without the bootloader the bits are
     * RCC_CSR's. STM32F4 only: other families have other flags at other addresses.
     */
    uint8_t resetFlags() const;
    enum ResetFlag : uint8_t {
        ResetBrownOut = 0x02,
        ResetPin = 0x04, /* also set with every other one */
        ResetPower = 0x08,
        ResetSoftware = 0x10,
        ResetWatchdog = 0x20,
        ResetWindowWatchdog = 0x40,
        ResetLowPower = 0x80,
    };
#endif
    /*
     * Restarts the board into its bootloader, where it stays until an upload or a press of the
     * reset button: boot0's, or the one in ROM if the sketch was compiled for that upload method.
     * Does not return. With the method whose restart erases the sketch (L072), it erases the
     * sketch. Does nothing with the other upload methods.
     */
    void restart();
};

extern Boot0Class Boot0;

#endif
