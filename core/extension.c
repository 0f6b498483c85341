/* See extension.h. */
#include "extension.h"

#include "bytes.h"

/* ---- the capability ---- */

enum {
    /* USB 3.2, table 9-13 and 9.6.2.4: length, type, capability type, reserved, then the UUID. */
    AT_TYPE = 1,
    AT_CAPABILITY = 2,
    AT_UUID = 4,
    AT_DATA = 20,
};

static bool is_ours(const uint8_t *capability)
{
    static const uint8_t uuid[] = {B0_EXTENSION_UUID};

    if (capability[AT_TYPE] != B0_USB_DESC_CAPABILITY ||
        capability[AT_CAPABILITY] != B0_USB_CAPABILITY_PLATFORM)
        return false;
    for (size_t i = 0; i < sizeof uuid; i++)
        if (capability[AT_UUID + i] != uuid[i])
            return false;
    return true;
}

bool b0_extension_find(const uint8_t *bos, size_t size, struct b0_extension *found)
{
    size_t at;

    if (size < B0_BOS_SIZE || bos[0] < B0_BOS_SIZE || bos[1] != B0_USB_DESC_BOS)
        return false;
    if (b0_load16(bos + 2) < size)
        size = b0_load16(bos + 2);
    for (at = bos[0]; at < size && size - at >= B0_EXTENSION_CAPABILITY_SIZE; at += bos[at]) {
        const uint8_t *capability = bos + at;

        if (capability[0] <= AT_CAPABILITY)
            return false; /* it would never end */
        if (capability[0] < B0_EXTENSION_CAPABILITY_SIZE || !is_ours(capability))
            continue;
        found->version = b0_load16(capability + AT_DATA);
        found->vendor_code = capability[AT_DATA + 2];
        found->flags = capability[AT_DATA + 3];
        return true;
    }
    return false;
}

bool b0_extension_understands(const struct b0_extension *extension)
{
    return extension->version >> 8 == B0_EXTENSION_VERSION >> 8;
}

/* ---- the device information ---- */

enum {
    AT_SIZE = 0,
    AT_PROTOCOL = 2,
    AT_VERSION = 4,
    AT_FLAGS = 7,
    AT_CHIP = 8,
    AT_REVISION = 10,
    AT_UNIQUE_ID = 12,
    AT_FLASH = 24,
    AT_SUPPLY = 26,
    AT_CRYSTAL = 28,
    AT_CORE = 32,
    AT_BUFFER = 36,
    AT_START = 40,
    AT_LENGTH = 44,
    AT_DIGEST = 48,
    AT_JOURNAL = 80,
    AT_CAUSE = 81,
    AT_ENTRY = 82,
    AT_PROTECTED = 83,
    AT_FREE = 84,
    AT_BOARD = 88,
    AT_END = AT_BOARD + B0_BOARD_NAME_SIZE,
};

_Static_assert((int)AT_END == (int)B0_DEVICE_INFO_SIZE, "all of it, and nothing else");

static void copy(uint8_t *to, const uint8_t *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = from[i];
}

void b0_device_info_store(const struct b0_device_info *info, uint8_t bytes[B0_DEVICE_INFO_SIZE])
{
    for (int i = 0; i < B0_DEVICE_INFO_SIZE; i++)
        bytes[i] = 0;
    b0_store16(bytes + AT_SIZE, B0_DEVICE_INFO_SIZE);
    b0_store16(bytes + AT_PROTOCOL, info->protocol_version);
    copy(bytes + AT_VERSION, info->version, sizeof info->version);
    bytes[AT_FLAGS] = info->flags;
    b0_store16(bytes + AT_CHIP, info->chip_id);
    b0_store16(bytes + AT_REVISION, info->chip_revision);
    copy(bytes + AT_UNIQUE_ID, info->unique_id, B0_UNIQUE_ID_SIZE);
    b0_store16(bytes + AT_FLASH, info->flash_kib);
    b0_store16(bytes + AT_SUPPLY, info->supply_mv);
    b0_store32(bytes + AT_CRYSTAL, info->crystal_hz);
    b0_store32(bytes + AT_CORE, info->core_hz);
    b0_store32(bytes + AT_BUFFER, info->buffer_size);
    b0_store32(bytes + AT_START, info->program_start);
    b0_store32(bytes + AT_LENGTH, info->program_length);
    copy(bytes + AT_DIGEST, info->program_digest, B0_SHA256_SIZE);
    bytes[AT_JOURNAL] = info->journal_state;
    bytes[AT_CAUSE] = info->reset_cause;
    bytes[AT_ENTRY] = info->entry;
    bytes[AT_PROTECTED] = info->write_protected;
    b0_store16(bytes + AT_FREE, info->journal_free);
    for (int i = 0; i < B0_BOARD_NAME_SIZE && info->board[i]; i++)
        bytes[AT_BOARD + i] = (uint8_t)info->board[i];
}

/* A name is shown to people: what is not printable ends it. */
static void load_name(char *name, const uint8_t *bytes)
{
    int i = 0;

    for (; i < B0_BOARD_NAME_SIZE && bytes[i] > 0x20 && bytes[i] < 0x7f; i++)
        name[i] = (char)bytes[i];
    name[i] = '\0';
}

bool b0_device_info_load(struct b0_device_info *info, const uint8_t *bytes, size_t size)
{
    if (size < B0_DEVICE_INFO_SIZE || b0_load16(bytes + AT_SIZE) < B0_DEVICE_INFO_SIZE)
        return false;
    info->size = b0_load16(bytes + AT_SIZE);
    info->protocol_version = b0_load16(bytes + AT_PROTOCOL);
    copy(info->version, bytes + AT_VERSION, sizeof info->version);
    info->flags = bytes[AT_FLAGS];
    info->chip_id = b0_load16(bytes + AT_CHIP);
    info->chip_revision = b0_load16(bytes + AT_REVISION);
    copy(info->unique_id, bytes + AT_UNIQUE_ID, B0_UNIQUE_ID_SIZE);
    info->flash_kib = b0_load16(bytes + AT_FLASH);
    info->supply_mv = b0_load16(bytes + AT_SUPPLY);
    info->crystal_hz = b0_load32(bytes + AT_CRYSTAL);
    info->core_hz = b0_load32(bytes + AT_CORE);
    info->buffer_size = b0_load32(bytes + AT_BUFFER);
    info->program_start = b0_load32(bytes + AT_START);
    info->program_length = b0_load32(bytes + AT_LENGTH);
    copy(info->program_digest, bytes + AT_DIGEST, B0_SHA256_SIZE);
    info->journal_state = bytes[AT_JOURNAL];
    info->reset_cause = bytes[AT_CAUSE];
    info->entry = bytes[AT_ENTRY];
    info->write_protected = bytes[AT_PROTECTED];
    info->journal_free = b0_load16(bytes + AT_FREE);
    load_name(info->board, bytes + AT_BOARD);
    return true;
}

/* ---- ranges ---- */

void b0_range_store(const struct b0_range *range, uint8_t bytes[B0_RANGE_SIZE])
{
    b0_store32(bytes, range->address);
    b0_store32(bytes + 4, range->length);
}

struct b0_range b0_range_load(const uint8_t bytes[B0_RANGE_SIZE])
{
    return (struct b0_range){.address = b0_load32(bytes), .length = b0_load32(bytes + 4)};
}
