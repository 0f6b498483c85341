/* SPDX-License-Identifier: MIT */
/*
 * Constants of USB DFU 1.1 and ST's DfuSe extension, and the USB constants that they use.
 * Freestanding: the host library, the firmware and the virtual boards share this file.
 *
 * Sources: "Universal Serial Bus Device Class Specification for Device Firmware Upgrade" 1.1
 * (called DFU 1.1 below), ST UM0424 and AN3156 for DfuSe, USB 2.0 chapter 9.
 */
#ifndef BOOT0_PROTOCOL_H
#define BOOT0_PROTOCOL_H

#include <stdint.h>

/* USB 2.0, 9.3 and 9.4: the setup packet of a control transfer. */
struct boot0_setup {
    uint8_t bmRequestType;
    uint8_t bRequest;
    uint16_t wValue;
    uint16_t wIndex;
    uint16_t wLength;
};

enum {
    BOOT0_USB_DIR_IN = 0x80,
    BOOT0_USB_TYPE_MASK = 0x60,
    BOOT0_USB_TYPE_STANDARD = 0x00,
    BOOT0_USB_TYPE_CLASS = 0x20,
    BOOT0_USB_TYPE_VENDOR = 0x40,
    BOOT0_USB_RECIPIENT_MASK = 0x1f,
    BOOT0_USB_RECIPIENT_DEVICE = 0x00,
    BOOT0_USB_RECIPIENT_INTERFACE = 0x01,
    BOOT0_USB_RECIPIENT_ENDPOINT = 0x02,
};

/* USB 2.0, table 9-4. */
enum {
    BOOT0_USB_GET_STATUS = 0,
    BOOT0_USB_CLEAR_FEATURE = 1,
    BOOT0_USB_SET_FEATURE = 3,
    BOOT0_USB_SET_ADDRESS = 5,
    BOOT0_USB_GET_DESCRIPTOR = 6,
    BOOT0_USB_SET_DESCRIPTOR = 7,
    BOOT0_USB_GET_CONFIGURATION = 8,
    BOOT0_USB_SET_CONFIGURATION = 9,
    BOOT0_USB_GET_INTERFACE = 10,
    BOOT0_USB_SET_INTERFACE = 11,
};

/* USB 2.0, table 9-5; 0x21 is DFU 1.1, 4.1.3. */
enum {
    BOOT0_USB_DESC_DEVICE = 1,
    BOOT0_USB_DESC_CONFIGURATION = 2,
    BOOT0_USB_DESC_STRING = 3,
    BOOT0_USB_DESC_INTERFACE = 4,
    BOOT0_USB_DESC_ENDPOINT = 5,
    BOOT0_USB_DESC_QUALIFIER = 6,
    BOOT0_USB_DESC_DFU = 0x21,
};

enum {
    BOOT0_USB_DEVICE_DESC_SIZE = 18,
    BOOT0_USB_CONFIG_DESC_SIZE = 9,
    BOOT0_USB_INTERFACE_DESC_SIZE = 9,
    BOOT0_DFU_FUNC_DESC_SIZE = 9,     /* DFU 1.1, table 4.2 */
    BOOT0_DFU_FUNC_DESC_SIZE_1_0 = 7, /* DFU 1.0 has no bcdDFUVersion */
};

/* DFU 1.1, 4.2.3: class codes of a DFU interface. */
enum {
    BOOT0_DFU_CLASS = 0xfe,
    BOOT0_DFU_SUBCLASS = 0x01,
    BOOT0_DFU_PROTOCOL_RUNTIME = 0x01,
    BOOT0_DFU_PROTOCOL_DFU = 0x02,
};

/* DFU 1.1, 3: bRequest. */
enum boot0_dfu_request {
    BOOT0_DFU_DETACH = 0,
    BOOT0_DFU_DNLOAD = 1,
    BOOT0_DFU_UPLOAD = 2,
    BOOT0_DFU_GETSTATUS = 3,
    BOOT0_DFU_CLRSTATUS = 4,
    BOOT0_DFU_GETSTATE = 5,
    BOOT0_DFU_ABORT = 6,
    BOOT0_DFU_REQUEST_COUNT
};

/* DFU 1.1, 6.1.2: bState. */
enum boot0_dfu_state {
    BOOT0_DFU_STATE_APP_IDLE = 0,
    BOOT0_DFU_STATE_APP_DETACH = 1,
    BOOT0_DFU_STATE_IDLE = 2,
    BOOT0_DFU_STATE_DNLOAD_SYNC = 3,
    BOOT0_DFU_STATE_DNBUSY = 4,
    BOOT0_DFU_STATE_DNLOAD_IDLE = 5,
    BOOT0_DFU_STATE_MANIFEST_SYNC = 6,
    BOOT0_DFU_STATE_MANIFEST = 7,
    BOOT0_DFU_STATE_MANIFEST_WAIT_RESET = 8,
    BOOT0_DFU_STATE_UPLOAD_IDLE = 9,
    BOOT0_DFU_STATE_ERROR = 10,
    BOOT0_DFU_STATE_COUNT
};

/* DFU 1.1, 6.1.2: bStatus. */
enum boot0_dfu_status {
    BOOT0_DFU_STATUS_OK = 0,
    BOOT0_DFU_STATUS_ERR_TARGET = 1,
    BOOT0_DFU_STATUS_ERR_FILE = 2,
    BOOT0_DFU_STATUS_ERR_WRITE = 3,
    BOOT0_DFU_STATUS_ERR_ERASE = 4,
    BOOT0_DFU_STATUS_ERR_CHECK_ERASED = 5,
    BOOT0_DFU_STATUS_ERR_PROG = 6,
    BOOT0_DFU_STATUS_ERR_VERIFY = 7,
    BOOT0_DFU_STATUS_ERR_ADDRESS = 8,
    BOOT0_DFU_STATUS_ERR_NOTDONE = 9,
    BOOT0_DFU_STATUS_ERR_FIRMWARE = 10,
    BOOT0_DFU_STATUS_ERR_VENDOR = 11,
    BOOT0_DFU_STATUS_ERR_USBR = 12,
    BOOT0_DFU_STATUS_ERR_POR = 13,
    BOOT0_DFU_STATUS_ERR_UNKNOWN = 14,
    BOOT0_DFU_STATUS_ERR_STALLEDPKT = 15,
    BOOT0_DFU_STATUS_COUNT
};

/* DFU 1.1, table 4.2: bmAttributes of the functional descriptor. */
enum {
    BOOT0_DFU_CAN_DOWNLOAD = 0x01,
    BOOT0_DFU_CAN_UPLOAD = 0x02,
    BOOT0_DFU_MANIFESTATION_TOLERANT = 0x04,
    BOOT0_DFU_WILL_DETACH = 0x08,
};

enum {
    BOOT0_DFU_VERSION_1_0 = 0x0100,
    BOOT0_DFU_VERSION_1_1 = 0x0110,
    BOOT0_DFU_VERSION_DFUSE = 0x011a, /* ST's own value, UM0424 */
    BOOT0_DFU_STATUS_SIZE = 6,        /* the answer to GETSTATUS */
};

/* AN3156, 2 and 4: DfuSe commands are DNLOAD requests with wValue 0. */
enum {
    BOOT0_DFUSE_GET_COMMANDS = 0x00,
    BOOT0_DFUSE_SET_ADDRESS = 0x21,
    BOOT0_DFUSE_ERASE = 0x41, /* with an address: erase its page; without: mass erase */
    BOOT0_DFUSE_READ_UNPROTECT = 0x92,
    BOOT0_DFUSE_BLOCK_COMMAND = 0, /* wValue of a command */
    BOOT0_DFUSE_BLOCK_FIRST = 2,   /* wValue of the block at the address pointer; 1 is reserved */
    BOOT0_DFUSE_BLOCK_LAST = 0xffff,
};

enum {
    BOOT0_VENDOR_ST = 0x0483,
    BOOT0_PRODUCT_ST_DFU = 0xdf11,
    BOOT0_PRODUCT_ST_SERIAL = 0x5740, /* ST's virtual COM port */
    BOOT0_VENDOR_LEAFLABS = 0x1eaf,
    BOOT0_PRODUCT_MAPLE_DFU = 0x0003,
    BOOT0_PRODUCT_MAPLE_SERIAL = 0x0004,
};

#endif
