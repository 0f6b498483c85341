/* SPDX-License-Identifier: MIT */
/*
 * The host's side of boot0's extension to DfuSe (docs/reference/extension.md): vendor requests to
 * the device. They may be made whatever state DFU is in, and change none.
 */
#ifndef B0_LIB_DFU_EXTENSION_H
#define B0_LIB_DFU_EXTENSION_H

#include <boot0/board.h>
#include <core/extension.h>

/*
 * Asks a board in DFU mode whether its bootloader is boot0's own, and if so all about it: fills
 * board->bootloader, and its chips. Boards that cannot have it (USB 2.0 and before) are asked
 * nothing. One of a later major version is left alone, which board->contradiction tells.
 */
void b0_extension_probe(const struct boot0_transport *transport, struct boot0_board *board);

/* Asks once more for all that the bootloader tells. */
enum boot0_status b0_extension_refresh(const struct boot0_transport *transport,
                                       struct boot0_bootloader *bootloader,
                                       struct boot0_error *error);

/* A request without data. BOOT0_E_PROTOCOL if the board refuses it. `doing` is for the message. */
enum boot0_status b0_extension_order(const struct boot0_transport *transport,
                                     const struct boot0_bootloader *bootloader,
                                     enum b0_extension_command command, uint16_t value,
                                     const char *doing, struct boot0_error *error);

struct b0_extension_range {
    uint32_t address;
    uint32_t length; /* > 0 */
};

/* SHA-256 of each of at most B0_EXTENSION_RANGES_MAX ranges of what the flash holds. */
enum boot0_status b0_extension_digests(const struct boot0_transport *transport,
                                       const struct boot0_bootloader *bootloader,
                                       const struct b0_extension_range *ranges, size_t count,
                                       uint8_t (*digests)[B0_SHA256_SIZE],
                                       struct boot0_error *error);

/* Likewise their CRC-32, by a bootloader of version B0_EXTENSION_HAS_CHECKSUMS or later. */
enum boot0_status b0_extension_checksums(const struct boot0_transport *transport,
                                         const struct boot0_bootloader *bootloader,
                                         const struct b0_extension_range *ranges, size_t count,
                                         uint32_t *checksums, struct boot0_error *error);

#endif
