/* SPDX-License-Identifier: MIT */
/*
 * The boot0 bootloader, as a sketch sees it. Uploading needs nothing of this: the variant restarts
 * the sketch by itself.
 */
#ifndef BOOT0_H
#define BOOT0_H

#include <stdint.h>

class Boot0Class
{
  public:
    /* Whether boot0's bootloader is in the first 16 KiB of the flash. */
    bool isInstalled() const;
    /* Its version, 0x000102 for 0.1.2; 0 without it. */
    uint32_t version() const;
#ifdef STM32F4xx
    /*
     * What has reset the chip before this sketch began: bits of the constants below. The bootloader
     * has cleared RCC_CSR, where the core would look; without the bootloader it is RCC_CSR's. Only
     * for the STM32F4: other families have other flags elsewhere.
     */
    uint8_t resetFlags() const;
    enum ResetFlag : uint8_t {
        ResetBrownOut = 0x02,
        ResetPin = 0x04, /* set with every other one, too */
        ResetPower = 0x08,
        ResetSoftware = 0x10,
        ResetWatchdog = 0x20,
        ResetWindowWatchdog = 0x40,
        ResetLowPower = 0x80,
    };
#endif
    /*
     * Restarts the board into its bootloader, where it stays until something was uploaded, or the
     * reset button is pressed: boot0's, or the one in ROM if the sketch was compiled for that
     * upload method. Does not return. With the other upload methods it does nothing. With the
     * method whose restart erases the sketch (L072), it does that.
     */
    void restart();
};

extern Boot0Class Boot0;

#endif
