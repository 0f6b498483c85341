/* SPDX-License-Identifier: MIT */
#include "extension.h"

#include "bytes.h"

/* Offsets in the answer to GET_INFO. */
enum {
    AT_SIZE = 0,
    AT_PROTOCOL = 2,
    AT_VERSION = 4,
    AT_FLAGS = 7,
    AT_DEVICE_ID = 8,
    AT_REVISION_ID = 10,
    AT_UNIQUE_ID = 12,
    AT_FLASH_KIB = 24,
    AT_SUPPLY = 26,
    AT_CRYSTAL = 28,
    AT_CORE = 32,
    AT_BUFFER = 36,
    AT_START = 40,
    AT_LENGTH = 44,
    AT_DIGEST = 48,
    AT_JOURNAL = 80,
    AT_RESET = 81,
    AT_ENTRY = 82,
    AT_PROTECTED = 83,
    AT_FREE = 84,
    AT_BOARD = 86,
};
_Static_assert(AT_BOARD + B0_EXTENSION_BOARD_SIZE == B0_EXTENSION_INFO_SIZE, "ends with the board");

static void copy(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
}

void b0_extension_info_store(const struct b0_extension_info *info,
                             uint8_t bytes[B0_EXTENSION_INFO_SIZE])
{
    b0_store16(bytes + AT_SIZE, B0_EXTENSION_INFO_SIZE);
    b0_store16(bytes + AT_PROTOCOL, info->protocol_version);
    copy(bytes + AT_VERSION, info->version, sizeof info->version);
    bytes[AT_FLAGS] = info->flags;
    b0_store16(bytes + AT_DEVICE_ID, info->device_id);
    b0_store16(bytes + AT_REVISION_ID, info->revision_id);
    copy(bytes + AT_UNIQUE_ID, info->unique_id, sizeof info->unique_id);
    b0_store16(bytes + AT_FLASH_KIB, info->flash_kib);
    b0_store16(bytes + AT_SUPPLY, info->supply_mv);
    b0_store32(bytes + AT_CRYSTAL, info->crystal_hz);
    b0_store32(bytes + AT_CORE, info->core_hz);
    b0_store32(bytes + AT_BUFFER, info->buffer_bytes);
    b0_store32(bytes + AT_START, info->program_start);
    b0_store32(bytes + AT_LENGTH, info->program_length);
    copy(bytes + AT_DIGEST, info->program_digest, sizeof info->program_digest);
    bytes[AT_JOURNAL] = info->journal_state;
    bytes[AT_RESET] = info->reset_flags;
    bytes[AT_ENTRY] = info->entry_reason;
    bytes[AT_PROTECTED] = info->write_protected;
    b0_store16(bytes + AT_FREE, info->journal_free);
    copy(bytes + AT_BOARD, info->board, sizeof info->board);
}

bool b0_extension_info_load(struct b0_extension_info *info, const uint8_t *bytes, size_t size)
{
    if (size < B0_EXTENSION_INFO_SIZE || b0_load16(bytes + AT_SIZE) < B0_EXTENSION_INFO_SIZE)
        return false;
    info->protocol_version = b0_load16(bytes + AT_PROTOCOL);
    copy(info->version, bytes + AT_VERSION, sizeof info->version);
    info->flags = bytes[AT_FLAGS];
    info->device_id = b0_load16(bytes + AT_DEVICE_ID);
    info->revision_id = b0_load16(bytes + AT_REVISION_ID);
    copy(info->unique_id, bytes + AT_UNIQUE_ID, sizeof info->unique_id);
    info->flash_kib = b0_load16(bytes + AT_FLASH_KIB);
    info->supply_mv = b0_load16(bytes + AT_SUPPLY);
    info->crystal_hz = b0_load32(bytes + AT_CRYSTAL);
    info->core_hz = b0_load32(bytes + AT_CORE);
    info->buffer_bytes = b0_load32(bytes + AT_BUFFER);
    info->program_start = b0_load32(bytes + AT_START);
    info->program_length = b0_load32(bytes + AT_LENGTH);
    copy(info->program_digest, bytes + AT_DIGEST, sizeof info->program_digest);
    info->journal_state = bytes[AT_JOURNAL];
    info->reset_flags = bytes[AT_RESET];
    info->entry_reason = bytes[AT_ENTRY];
    info->write_protected = bytes[AT_PROTECTED];
    info->journal_free = b0_load16(bytes + AT_FREE);
    copy(info->board, bytes + AT_BOARD, sizeof info->board);
    return info->protocol_version >> 8 == B0_EXTENSION_VERSION >> 8;
}

/* USB 3.2, 9.6.2 and 9.6.2.4. */
enum {
    BOS_HEADER_SIZE = 5,
    DESCRIPTOR_DEVICE_CAPABILITY = 16,
    CAPABILITY_PLATFORM = 5,
    UUID_AT = 4,
    UUID_SIZE = 16,
};

bool b0_extension_find(const uint8_t *bos, size_t size, uint16_t *version, uint8_t *vendor_code)
{
    static const uint8_t uuid[UUID_SIZE] = {B0_EXTENSION_UUID};
    size_t offset = BOS_HEADER_SIZE;

    while (offset + 2 < size && bos[offset] > 2 && bos[offset] <= size - offset) {
        const uint8_t *capability = bos + offset;
        size_t same = 0;

        offset += capability[0];
        if (capability[0] < B0_EXTENSION_CAPABILITY_SIZE ||
            capability[1] != DESCRIPTOR_DEVICE_CAPABILITY || capability[2] != CAPABILITY_PLATFORM)
            continue;
        while (same < UUID_SIZE && capability[UUID_AT + same] == uuid[same])
            same++;
        if (same < UUID_SIZE)
            continue;
        *version = b0_load16(capability + UUID_AT + UUID_SIZE);
        *vendor_code = capability[UUID_AT + UUID_SIZE + 2];
        return true;
    }
    return false;
}
