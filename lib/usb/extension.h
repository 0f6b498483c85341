/* SPDX-License-Identifier: MIT */
/*
 * The host side of boot0's extension to DfuSe (docs/reference/extension.md): vendor requests to the
 * device. They are valid in every DFU state and do not change it.
 */
#ifndef B0_LIB_USB_EXTENSION_H
#define B0_LIB_USB_EXTENSION_H

#include <boot0/board.h>
#include <core/extension.h>

/*
 * Detects boot0's own bootloader on a board in DFU mode, and fills board->bootloader and the
 * board's chips. Sends nothing to boards that cannot have it (USB 2.0 and before). A bootloader of
 * a later major version is not used; board->contradiction reports it.
 */
void b0_extension_probe(const struct boot0_transport *transport, struct boot0_board *board);

/* Reads the bootloader's information again. */
enum boot0_status b0_extension_refresh(const struct boot0_transport *transport,
                                       struct boot0_bootloader *bootloader,
                                       struct boot0_error *error);

/*
 * Sends a request without data. BOOT0_E_PROTOCOL if the board refuses it. `doing` is for the
 * message.
 */
enum boot0_status b0_extension_order(const struct boot0_transport *transport,
                                     const struct boot0_bootloader *bootloader,
                                     enum b0_extension_command command, uint16_t value,
                                     const char *doing, struct boot0_error *error);

struct b0_extension_range {
    uint32_t address;
    uint32_t length; /* > 0 */
};

/* Reads the SHA-256 of the flash contents in each of at most B0_EXTENSION_RANGES_MAX ranges. */
enum boot0_status b0_extension_digests(const struct boot0_transport *transport,
                                       const struct boot0_bootloader *bootloader,
                                       const struct b0_extension_range *ranges, size_t count,
                                       uint8_t (*digests)[B0_SHA256_SIZE],
                                       struct boot0_error *error);

/* Reads their CRC-32, from a bootloader of version B0_EXTENSION_HAS_CHECKSUMS or later. */
enum boot0_status b0_extension_checksums(const struct boot0_transport *transport,
                                         const struct boot0_bootloader *bootloader,
                                         const struct b0_extension_range *ranges, size_t count,
                                         uint32_t *checksums, struct boot0_error *error);

#endif
