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
    /*
     * Restarts the board into its bootloader, where it stays until something was uploaded, or the
     * reset button is pressed: boot0's, or the one in ROM if the sketch was compiled for that
     * upload method. Does not return. With the other upload methods it does nothing.
     */
    void restart();
};

extern Boot0Class Boot0;

#endif
