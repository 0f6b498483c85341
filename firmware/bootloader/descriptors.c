/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that a host reads before DFU: USB 2.0, 9.6; DFU 1.1, 4.2; the BOS with the
 * capabilities that Windows, browsers and boot0 look for.
 */
#include "bootloader.h"

#include <chip/identity.h>
#include <core/array.h>

#define U16(value) (uint8_t)(value), (uint8_t)((value) >> 8)
#define U32(value) U16((value)&0xffff), U16((uint32_t)(value) >> 16)

enum {
    STRING_NONE,
    STRING_MANUFACTURER,
    STRING_PRODUCT,
    STRING_SERIAL,
    STRING_FLASH, /* of the alternates, in order */
    STRING_INFO,
};

/* bcdDevice is 0Bxx, so that no version is mistaken for one of ST's ROMs, which begin at 0200. */
#define BCD_DEVICE (0x0b00 | B0_FIRMWARE_MAJOR << 4 | B0_FIRMWARE_MINOR)
_Static_assert(B0_FIRMWARE_MAJOR < 10 && B0_FIRMWARE_MINOR < 10, "a digit each");

static const uint8_t device[BOOT0_USB_DEVICE_DESC_SIZE] = {
    BOOT0_USB_DEVICE_DESC_SIZE,
    BOOT0_USB_DESC_DEVICE,
    U16(0x0210), /* 2.1: the device has a BOS */
    0,
    0,
    0, /* class: defined by each interface */
    B0_USB_CONTROL_PACKET,
    U16(BOOT0_VENDOR_ST),
    U16(BOOT0_PRODUCT_ST_DFU),
    U16(BCD_DEVICE),
    STRING_MANUFACTURER,
    STRING_PRODUCT,
    STRING_SERIAL,
    1, /* configuration */
};

#define INTERFACE(alternate, string)                                                               \
    BOOT0_USB_INTERFACE_DESC_SIZE, BOOT0_USB_DESC_INTERFACE, 0, alternate, 0, BOOT0_DFU_CLASS,     \
        BOOT0_DFU_SUBCLASS, BOOT0_DFU_PROTOCOL_DFU, string
#define FUNCTIONAL                                                                                 \
    BOOT0_DFU_FUNC_DESC_SIZE, BOOT0_USB_DESC_DFU,                                                  \
        BOOT0_DFU_CAN_DOWNLOAD | BOOT0_DFU_CAN_UPLOAD | BOOT0_DFU_WILL_DETACH, U16(255), /* ms */  \
        U16(B0_BLOCK_SIZE), U16(BOOT0_DFU_VERSION_DFUSE)

/*
 * A functional descriptor follows each alternate. The ROM has it only after the last one, where
 * fwupd does not find it and assumes a transfer size of 64 bytes.
 */
static const uint8_t configuration[] = {
    BOOT0_USB_CONFIG_DESC_SIZE,
    BOOT0_USB_DESC_CONFIGURATION,
    U16(45),
    1, /* interface */
    1,
    0,    /* its number; no name */
    0x80, /* bus-powered */
    50,   /* 100 mA */
    INTERFACE(B0_ALTERNATE_FLASH, STRING_FLASH),
    FUNCTIONAL,
    INTERFACE(B0_ALTERNATE_INFO, STRING_INFO),
    FUNCTIONAL,
};
_Static_assert(sizeof configuration == 45, "wTotalLength");

/* ---- Microsoft OS 2.0 descriptors: WinUSB without a driver to install ---- */

/* Descriptor types: table 9 of the specification. */
enum {
    MS_SET_HEADER = 0,
    MS_COMPATIBLE_ID = 3,
    MS_REGISTRY_PROPERTY = 4,
    MS_REG_MULTI_SZ = 7,
    MS_DESCRIPTOR_INDEX = 7, /* wIndex of the request for the descriptor set */
    MS_HEADER_SIZE = 10,
    MS_COMPATIBLE_SIZE = 20,
    MS_PROPERTY_SIZE = 132,
    MS_SET_SIZE = MS_HEADER_SIZE + MS_COMPATIBLE_SIZE + MS_PROPERTY_SIZE,
};
#define WINDOWS_8_1 0x06030000u

#define W(character) (character), 0
static const uint8_t ms_set[MS_SET_SIZE] = {
    U16(MS_HEADER_SIZE),
    U16(MS_SET_HEADER),
    U32(WINDOWS_8_1),
    U16(MS_SET_SIZE),
    U16(MS_COMPATIBLE_SIZE),
    U16(MS_COMPATIBLE_ID),
    'W',
    'I',
    'N',
    'U',
    'S',
    'B',
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    U16(MS_PROPERTY_SIZE),
    U16(MS_REGISTRY_PROPERTY),
    U16(MS_REG_MULTI_SZ),
    U16(42),
    W('D'),
    W('e'),
    W('v'),
    W('i'),
    W('c'),
    W('e'),
    W('I'),
    W('n'),
    W('t'),
    W('e'),
    W('r'),
    W('f'),
    W('a'),
    W('c'),
    W('e'),
    W('G'),
    W('U'),
    W('I'),
    W('D'),
    W('s'),
    W(0),
    U16(80),
    W('{'),
    W('b'),
    W('0'),
    W('0'),
    W('7'),
    W('f'),
    W('4'),
    W('0'),
    W('7'),
    W('-'),
    W('6'),
    W('b'),
    W('0'),
    W('e'),
    W('-'),
    W('4'),
    W('f'),
    W('0'),
    W('b'),
    W('-'),
    W('9'),
    W('a'),
    W('7'),
    W('e'),
    W('-'),
    W('f'),
    W('3'),
    W('c'),
    W('2'),
    W('a'),
    W('5'),
    W('d'),
    W('4'),
    W('b'),
    W('0'),
    W('0'),
    W('7'),
    W('}'),
    W(0),
    W(0),
};

/* ---- BOS: USB 3.2, 9.6.2 ---- */

enum {
    BOS_HEADER_SIZE = 5,
    DESCRIPTOR_BOS = 15,
    DESCRIPTOR_CAPABILITY = 16,
    CAPABILITY_PLATFORM = 5,
    WEBUSB_CAPABILITY_SIZE = 24,
    MS_CAPABILITY_SIZE = 28,
    BOS_SIZE = BOS_HEADER_SIZE + B0_EXTENSION_CAPABILITY_SIZE + MS_CAPABILITY_SIZE +
               WEBUSB_CAPABILITY_SIZE,
};

/* {D8DD60DF-4589-4CC7-9CD2-659D9E648A9F} */
#define MS_OS_20_UUID                                                                              \
    0xdf, 0x60, 0xdd, 0xd8, 0x89, 0x45, 0xc7, 0x4c, 0x9c, 0xd2, 0x65, 0x9d, 0x9e, 0x64, 0x8a, 0x9f
/* {3408B638-09A9-47A0-8BFD-A0768815B665}: WebUSB, "WebUSB Platform Capability Descriptor" */
#define WEBUSB_UUID                                                                                \
    0x38, 0xb6, 0x08, 0x34, 0xa9, 0x09, 0xa0, 0x47, 0x8b, 0xfd, 0xa0, 0x76, 0x88, 0x15, 0xb6, 0x65

static const uint8_t bos[BOS_SIZE] = {
    BOS_HEADER_SIZE,
    DESCRIPTOR_BOS,
    U16(BOS_SIZE),
    3,
    B0_EXTENSION_CAPABILITY_SIZE,
    DESCRIPTOR_CAPABILITY,
    CAPABILITY_PLATFORM,
    0,
    B0_EXTENSION_UUID,
    U16(B0_EXTENSION_VERSION),
    B0_EXTENSION_VENDOR_CODE,
    0,
    MS_CAPABILITY_SIZE,
    DESCRIPTOR_CAPABILITY,
    CAPABILITY_PLATFORM,
    0,
    MS_OS_20_UUID,
    U32(WINDOWS_8_1),
    U16(MS_SET_SIZE),
    B0_MS_OS_20_VENDOR_CODE,
    0,
    WEBUSB_CAPABILITY_SIZE,
    DESCRIPTOR_CAPABILITY,
    CAPABILITY_PLATFORM,
    0,
    WEBUSB_UUID,
    U16(0x0100),
    B0_WEBUSB_VENDOR_CODE,
    0, /* no landing page, so no request to answer */
};

static const struct b0_usb_vendor_answer answers[] = {
    {B0_MS_OS_20_VENDOR_CODE, 0, MS_DESCRIPTOR_INDEX, ms_set, sizeof ms_set},
};

const struct b0_usb_device b0_bootloader_descriptors = {
    .device = device,
    .configuration = configuration,
    .bos = bos,
    .vendor_answers = answers,
    .vendor_answer_count = B0_LENGTH(answers),
};

/* ---- strings ---- */

static const char *const texts[] = {
    [STRING_MANUFACTURER] = "boot0",
    /* The size is B0_EXTENSION_INFO_SIZE, the address B0_INFO_ADDRESS. */
    [STRING_INFO] = "@Device Info /0x1FFF7A10/01*102 a",
};
_Static_assert(B0_EXTENSION_INFO_SIZE == 102 && B0_INFO_ADDRESS == 0x1fff7a10, "as in the string");

static size_t append(char *text, size_t length, const char *more)
{
    while (*more)
        text[length++] = *more++;
    return length;
}

size_t b0_bootloader_string(void *context, uint8_t index, char *text)
{
    const struct b0_bootloader *b = context;
    size_t length;

    if (index == STRING_FLASH)
        return b0_map_layout(b->kind->first_sector, b->flash_end - B0_FLASH_BASE, text);
    if (index == STRING_SERIAL) {
        b0_chip_serial(b->info.unique_id, text);
        return B0_SERIAL_LENGTH;
    }
    if (index == STRING_PRODUCT) {
        length = append(text, 0, b->kind->product);
        return append(text, length, b->chip->name);
    }
    return index < B0_LENGTH(texts) && texts[index] ? append(text, 0, texts[index]) : 0;
}
