/* SPDX-License-Identifier: MIT */
#include "composite.h"

#include <core/array.h>
#include <core/bytes.h>
#include <core/extension.h>

enum {
    USB_VERSION = 0x0210, /* from 0x0201 on hosts request a BOS: USB 3.2, 9.6.2 */
    BOS_TYPE = 15,
    MILLIAMPERES = 100,

    /* As in the bootloader: DFU 1.1, 4.1.3, requires the same in both modes. */
    DFU_ATTRIBUTES = BOOT0_DFU_CAN_DOWNLOAD | BOOT0_DFU_CAN_UPLOAD | BOOT0_DFU_WILL_DETACH,
    DFU_DETACH_MS = 255,
    DFU_TRANSFER_SIZE = 4096,

    /* String descriptor numbers. */
    STRING_MANUFACTURER = 1,
    STRING_PRODUCT,
    STRING_DIGITS,
    STRING_SERIAL,
    STRING_DFU,
};

#define WORD(value) (uint8_t)(value), (uint8_t)((value) >> 8)

enum {
    CONFIGURATION_SIZE = 9 + 8 + 9 + 5 + 5 + 4 + 5 + 7 + 9 + 7 + 7 + 9 + 9,
};

/* clang-format off */
static const uint8_t configuration[] = {
    /* USB 2.0, 9.6.3: configuration 1, bus-powered */
    9, BOOT0_USB_DESC_CONFIGURATION, WORD(CONFIGURATION_SIZE), B0_COMPOSITE_INTERFACES, 1, 0, 0x80,
    MILLIAMPERES / 2,
    /* Interface association (USB ECN "Interface Association Descriptors", table 9-Z) */
    8, 11, B0_COMPOSITE_SERIAL_INTERFACE, 2, 0x02, 0x02, 0, STRING_SERIAL,
    /*
     * Communications interface, abstract control model. Protocol 0, "none", instead of 1, "AT
     * commands": otherwise ModemManager looks for a modem.
     */
    9, BOOT0_USB_DESC_INTERFACE, B0_COMPOSITE_SERIAL_INTERFACE, 0, 1, 0x02, 0x02, 0, STRING_SERIAL,
    5, 0x24, 0x00, WORD(0x0120),                         /* CDC 1.2, 5.2.3.1: header */
    5, 0x24, 0x01, 0x00, B0_COMPOSITE_DATA_INTERFACE,    /* PSTN 1.2, 5.3.1: no calls */
    4, 0x24, 0x02, 0x02,                                 /* PSTN 1.2, 5.3.2: line coding, state */
    5, 0x24, 0x06, B0_COMPOSITE_SERIAL_INTERFACE, B0_COMPOSITE_DATA_INTERFACE, /* 5.2.3.2: union */
    7, BOOT0_USB_DESC_ENDPOINT, B0_SERIAL_NOTIFY_IN, 0x03, WORD(B0_SERIAL_NOTIFY_PACKET), 16,
    /* Data interface */
    9, BOOT0_USB_DESC_INTERFACE, B0_COMPOSITE_DATA_INTERFACE, 0, 2, 0x0a, 0x00, 0, 0,
    7, BOOT0_USB_DESC_ENDPOINT, B0_SERIAL_DATA_OUT, 0x02, WORD(B0_SERIAL_PACKET), 0,
    7, BOOT0_USB_DESC_ENDPOINT, B0_SERIAL_DATA_IN, 0x02, WORD(B0_SERIAL_PACKET), 0,
    /* DFU 1.1, 4.1.2 and 4.1.3 */
    9, BOOT0_USB_DESC_INTERFACE, B0_COMPOSITE_DFU_INTERFACE, 0, 0, BOOT0_DFU_CLASS, BOOT0_DFU_SUBCLASS,
    BOOT0_DFU_PROTOCOL_RUNTIME, STRING_DFU,
    9, BOOT0_USB_DESC_DFU, DFU_ATTRIBUTES, WORD(DFU_DETACH_MS), WORD(DFU_TRANSFER_SIZE),
    WORD(BOOT0_DFU_VERSION_DFUSE),
};
/* clang-format on */
_Static_assert(sizeof configuration == CONFIGURATION_SIZE, "wTotalLength");

enum {
    MS_SET_SIZE = 178,
    MS_CONFIGURATION_SIZE = MS_SET_SIZE - 10,
    MS_FUNCTION_SIZE = MS_CONFIGURATION_SIZE - 8,
};

/*
 * "Microsoft OS 2.0 Descriptors Specification": the DFU interface uses WinUSB, and programs find it
 * by its GUID, which the bootloader has too. All of it is 16-bit words, including texts.
 */
/* clang-format off */
static const uint16_t ms_set[] = {
    10, 0, 0, 0x0603, MS_SET_SIZE,      /* table 10: the set, for Windows 8.1 and later */
    8, 1, 0, MS_CONFIGURATION_SIZE,     /* table 11: the first configuration, counted from 0 */
    8, 2, B0_COMPOSITE_DFU_INTERFACE, MS_FUNCTION_SIZE,          /* table 12: a function of it */
    20, 3, 'W' | 'I' << 8, 'N' | 'U' << 8, 'S' | 'B' << 8, 0, 0, 0, 0, 0, /* 13: compatible id */
    132, 4, 7 /* REG_MULTI_SZ */, 42,   /* table 14: registry property */
    'D', 'e', 'v', 'i', 'c', 'e', 'I', 'n', 't', 'e', 'r', 'f', 'a', 'c', 'e',
    'G', 'U', 'I', 'D', 's', 0,
    80,
    '{', 'b', '0', '0', '7', 'f', '4', '0', '7', '-', '6', 'b', '0', 'e', '-', '4', 'f', '0', 'b',
    '-', '9', 'a', '7', 'e', '-', 'f', '3', 'c', '2', 'a', '5', 'd', '4', 'b', '0', '0', '7', '}',
    0, 0,
};
/* clang-format on */
_Static_assert(sizeof ms_set == MS_SET_SIZE, "wTotalLength");

enum {
    BOS_SIZE = 5 + 28,
};

/* USB 3.2, 9.6.2: one platform capability (9.6.2.4), with the UUID of MS OS 2.0. */
/* clang-format off */
static const uint8_t bos[] = {
    5, BOS_TYPE, WORD(BOS_SIZE), 1,
    28, 16, 5, 0,
    0xdf, 0x60, 0xdd, 0xd8, 0x89, 0x45, 0xc7, 0x4c, 0x9c, 0xd2, 0x65, 0x9d, 0x9e, 0x64, 0x8a, 0x9f,
    WORD(0), WORD(0x0603) /* Windows 8.1 */, WORD(MS_SET_SIZE), B0_MS_OS_20_VENDOR_CODE, 0,
};
/* clang-format on */
_Static_assert(sizeof bos == BOS_SIZE, "wTotalLength");

static const struct b0_usb_vendor_answer vendor_answers[] = {
    {
        .bRequest = B0_MS_OS_20_VENDOR_CODE,
        .wIndex = 7, /* MS_OS_20_DESCRIPTOR_INDEX */
        .data = (const uint8_t *)ms_set,
        .size = sizeof ms_set,
    },
};

/* ---- strings ---- */

static size_t string(void *context, uint8_t index, char *text)
{
    const struct b0_composite *composite = context;
    const char *from = NULL;
    size_t size = B0_USB_STRING_MAX;
    size_t length = 0;

    switch (index) {
    case STRING_MANUFACTURER:
        from = composite->manufacturer;
        break;
    case STRING_PRODUCT:
        from = composite->product;
        break;
    case STRING_DIGITS:
        from = composite->digits;
        size = sizeof composite->digits;
        break;
    case STRING_SERIAL:
        from = "boot0 serial port";
        break;
    case STRING_DFU:
        from = "boot0 DFU";
        break;
    default:
        return 0;
    }
    for (; length < size && from[length] != '\0'; length++)
        text[length] = from[length];
    return length;
}

/* ---- assembly ---- */

/* USB 2.0, 9.6.1. The class announces interface association descriptors. */
static void describe_device(uint8_t descriptor[BOOT0_USB_DEVICE_DESC_SIZE], uint16_t vendor,
                            uint16_t product)
{
    descriptor[0] = BOOT0_USB_DEVICE_DESC_SIZE;
    descriptor[1] = BOOT0_USB_DESC_DEVICE;
    b0_store16(descriptor + 2, USB_VERSION);
    descriptor[4] = 0xef;
    descriptor[5] = 0x02;
    descriptor[6] = 0x01;
    descriptor[7] = B0_USB_CONTROL_PACKET;
    b0_store16(descriptor + 8, vendor);
    b0_store16(descriptor + 10, product);
    b0_store16(descriptor + 12, B0_COMPOSITE_VERSION);
    descriptor[14] = STRING_MANUFACTURER;
    descriptor[15] = STRING_PRODUCT;
    descriptor[16] = STRING_DIGITS;
    descriptor[17] = 1;
}

static void describe_functions(struct b0_composite *composite)
{
    composite->functions[0] = (struct b0_usb_function){
        .first_interface = B0_COMPOSITE_SERIAL_INTERFACE,
        .interface_count = 2,
        .endpoints =
            1 << B0_USB_NUMBER(B0_SERIAL_DATA_OUT) | 1 << B0_USB_NUMBER(B0_SERIAL_NOTIFY_IN),
        .handlers = &b0_serial_handlers,
        .context = &composite->serial,
    };
    composite->functions[1] = (struct b0_usb_function){
        .first_interface = B0_COMPOSITE_DFU_INTERFACE,
        .interface_count = 1,
        .handlers = &b0_detach_handlers,
        .context = &composite->detach,
    };
}

void b0_composite_init(struct b0_composite *composite, const struct boot0_options *options,
                       const char digits[B0_COMPOSITE_SERIAL_DIGITS])
{
    static const struct boot0_options usual = {0};

    options = options ? options : &usual;
    composite->manufacturer = options->manufacturer ? options->manufacturer : "boot0";
    composite->product = options->product ? options->product : "boot0 serial port";
    for (size_t i = 0; i < sizeof composite->digits; i++)
        composite->digits[i] = digits[i];
    describe_device(composite->descriptor,
                    options->vendor_id ? options->vendor_id : BOOT0_VENDOR_ID,
                    options->product_id ? options->product_id : BOOT0_PRODUCT_ID);
    describe_functions(composite);
    b0_serial_init(&composite->serial);
    composite->device = (struct b0_usb_device){
        .device = composite->descriptor,
        .configuration = configuration,
        .bos = bos,
        .vendor_answers = vendor_answers,
        .vendor_answer_count = B0_LENGTH(vendor_answers),
        .functions = composite->functions,
        .function_count = B0_LENGTH(composite->functions),
        .string = string,
        .string_context = composite,
    };
    composite->device.in_packets[B0_USB_NUMBER(B0_SERIAL_DATA_IN)] = B0_SERIAL_DATA_PACKETS;
}
