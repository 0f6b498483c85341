/* SPDX-License-Identifier: MIT */
/* The sections and keys of a description, one row each: parser, writer and documentation. */
#include "private.h"

#include <core/array.h>
#include <stddef.h>

#define FIELD(member)                                                                              \
    .width = sizeof(((struct vboard_description *)NULL)->member),                                  \
    .offset = offsetof(struct vboard_description, member)
#define MEMORY_FIELD(member)                                                                       \
    .section = SECTION_MEMORY, .width = sizeof(((struct memory *)NULL)->member),                   \
    .offset = offsetof(struct memory, member)
#define ALTERNATE_FIELD(member)                                                                    \
    .section = SECTION_ALTERNATE, .width = sizeof(((struct vboard_alternate *)NULL)->member),      \
    .offset = offsetof(struct vboard_alternate, member)

#define YES_NO     .type = KEY_CHOICE, .choices = yes_no
#define CHOICE(of) .type = KEY_CHOICE, .choices = (of)
#define TEXT(most) .type = KEY_TEXT, .max = (most)
#define BYTE       .type = KEY_NUMBER, .max = UINT8_MAX
#define HALF       .type = KEY_NUMBER, .max = UINT16_MAX
#define HEX_BYTE   .type = KEY_HEX, .max = UINT8_MAX
#define HEX_HALF   .type = KEY_HEX, .max = UINT16_MAX
#define ADDRESS    .type = KEY_HEX, .max = UINT32_MAX
#define SIZE       .type = KEY_SIZE, .max = VBOARD_MEMORY_SIZE_MAX

static const char *const yes_no[] = {"no", "yes", NULL};

static const char *const kinds[] = {
    [VBOARD_FLASH] = "flash",       [VBOARD_RAM] = "ram",         [VBOARD_OPTIONS] = "options",
    [VBOARD_OTP] = "otp",           [VBOARD_INFO] = "info",       [VBOARD_FEATURE] = "feature",
    [VBOARD_EXTERNAL] = "external", [VBOARD_EXTERNAL + 1] = NULL,
};

static const char *const options_styles[] = {
    [VBOARD_OPTIONS_F4] = "f4",       [VBOARD_OPTIONS_F1] = "f1", [VBOARD_OPTIONS_F0] = "f0",
    [VBOARD_OPTIONS_L4] = "l4",       [VBOARD_OPTIONS_H7] = "h7", [VBOARD_OPTIONS_NONE] = "none",
    [VBOARD_OPTIONS_NONE + 1] = NULL,
};

/* In the order of bootloaders[] in check.c. */
static const char *const bootloaders[] = {"dfuse", "plain", "maple", "uart", NULL};

static const char *const behaviours[] = {
    [VBOARD_BUSY_NAKS] = "naks",     [VBOARD_BUSY_STALLS] = "stalls",
    [VBOARD_BUSY_BREAKS] = "breaks", [VBOARD_BUSY_ANSWERS] = "says-busy",
    [VBOARD_BUSY_NEVER] = "at-once", [VBOARD_BUSY_NEVER + 1] = NULL,
};

static const char *const states[] = {
    "appIDLE",          "appDETACH",   "dfuIDLE",
    "dfuDNLOAD-SYNC",   "dfuDNBUSY",   "dfuDNLOAD-IDLE",
    "dfuMANIFEST-SYNC", "dfuMANIFEST", "dfuMANIFEST-WAIT-RESET",
    "dfuUPLOAD-IDLE",   "dfuERROR",    NULL,
};

static const char *const statuses[] = {
    "OK",      "errTARGET", "errFILE",    "errWRITE",      "errERASE",    "errCHECK_ERASED",
    "errPROG", "errVERIFY", "errADDRESS", "errNOTDONE",    "errFIRMWARE", "errVENDOR",
    "errUSBR", "errPOR",    "errUNKNOWN", "errSTALLEDPKT", NULL,
};

static const struct section sections[SECTION_COUNT] = {
    [SECTION_BOARD] = {"board", false, "The board's name. Optional."},
    [SECTION_CHIP] = {"chip", false,
                      "What the memories have in common. Optional: the default is a chip without "
                      "option bytes, with the times of an F4."},
    [SECTION_MEMORY] = {"memory", true,
                        "One section per memory, at most 16. The first is the main flash."},
    [SECTION_USB] = {"usb", false, "The USB device. Required, except for the bootloader `uart`."},
    [SECTION_ALTERNATE] = {"alternate", true,
                           "One section per alternate setting of a DFU interface, at most 24, in "
                           "the order of the descriptors."},
    [SECTION_DFU] = {"dfu", false, "The bootloader and its behaviour. Optional."},
    [SECTION_UART] = {"uart", false,
                      "The bootloader on the UART (AN3155). Without this section, the board has "
                      "none."},
};

/* clang-format off */
static const struct key keys[] = {
    {.name = "name", .section = SECTION_BOARD, TEXT(31), FIELD(rom.listed.name),
     .preset_text = "custom",
     .meaning = "the board's name in traces and statistics: letters, digits, `-`, `_`, `.`"},
    {.name = "summary", .section = SECTION_BOARD, TEXT(200), FIELD(rom.listed.summary),
     .preset_text = "",
     .meaning = "a one-line description"},
    {.name = "serial", .section = SECTION_BOARD, TEXT(VBOARD_STRING_MAX), FIELD(rom.usb.serial),
     .meaning = "the serial number, string 3; without the key, there is none"},

    {.name = "name", .section = SECTION_CHIP, TEXT(63), FIELD(part.name),
     .preset_text = "custom chip", .meaning = "the chip's name, for messages"},
    {.name = "times", .section = SECTION_CHIP, .type = KEY_FAMILY, FIELD(part.family),
     .preset_text = "STM32F4",
     .meaning = "the family of the flash: determines times and width of erasing and programming, "
                "and the value of erased flash"},
    {.name = "banks", .section = SECTION_CHIP, .type = KEY_NUMBER, .min = 1, .max = 8, .preset = 1,
     FIELD(part.banks), .meaning = "banks of the main flash: a mass erase takes as many times as "
                                   "long"},
    {.name = "option_bytes", .section = SECTION_CHIP, CHOICE(options_styles),
     .preset = VBOARD_OPTIONS_NONE, FIELD(part.options_style),
     .meaning = "the family whose encoding of read and write protection the option bytes use"},
    {.name = "pages_per_wrp", .section = SECTION_CHIP, BYTE, FIELD(part.pages_per_wrp),
     .meaning = "`f1`, `f0`: pages per bit of write protection"},
    {.name = "otp_lock", .section = SECTION_CHIP, YES_NO, FIELD(part.otp_lock),
     .meaning = "the OTP memory ends in one lock byte for each 32 bytes, as on an F4"},
    {.name = "refuses_unerased", .section = SECTION_CHIP, YES_NO, FIELD(part.refuses_unerased),
     .meaning = "programming flash that is not erased is an error; `no`: it clears bits, as on an "
                "F4"},
    {.name = "unique_id", .section = SECTION_CHIP, ADDRESS, FIELD(part.unique_id),
     .meaning = "address of the 12 bytes of the unique id, in a memory; 0: none"},
    {.name = "flash_size", .section = SECTION_CHIP, ADDRESS, FIELD(part.flash_size),
     .meaning = "address of the 2 bytes that hold the size of the flash in KiB; 0: none"},

    {.name = "kind", CHOICE(kinds), .required = true, MEMORY_FIELD(area.kind),
     .meaning = "the kind of memory; `external`: flash outside the chip, `info`: unique id and "
                "flash size, `feature`: the supply range at 0xFFFF0000"},
    {.name = "address", ADDRESS, .required = true, MEMORY_FIELD(area.address),
     .meaning = "start address"},
    {.name = "size", SIZE, MEMORY_FIELD(area.size),
     .meaning = "size in bytes; required except for flash and external, whose sectors determine it"},
    {.name = "sectors", .type = KEY_SECTORS, MEMORY_FIELD(sectors),
     .meaning = "flash, external: the sectors, e.g. `4*16K, 1*64K, 7*128K`"},
    {.name = "reserved", SIZE, MEMORY_FIELD(area.reserved),
     .meaning = "bytes at the start that the bootloader reserves"},

    {.name = "vendor_id", .section = SECTION_USB, HEX_HALF, .required = true,
     FIELD(rom.usb.vendor), .meaning = "idVendor"},
    {.name = "product_id", .section = SECTION_USB, HEX_HALF, .required = true,
     FIELD(rom.usb.product), .meaning = "idProduct"},
    {.name = "device_version", .section = SECTION_USB, HEX_HALF, .preset = 0x0200,
     FIELD(rom.usb.bcd_device), .meaning = "bcdDevice"},
    {.name = "usb_version", .section = SECTION_USB, HEX_HALF, .preset = 0x0200,
     FIELD(rom.usb.bcd_usb), .meaning = "bcdUSB"},
    {.name = "attributes", .section = SECTION_USB, HEX_BYTE, .preset = 0xc0,
     FIELD(rom.usb.attributes), .meaning = "bmAttributes of the configuration"},
    {.name = "max_current_ma", .section = SECTION_USB, .type = KEY_NUMBER, .max = 510,
     .preset = 100, .scale = 2, FIELD(rom.usb.max_power), .meaning = "bMaxPower, in mA"},
    {.name = "manufacturer", .section = SECTION_USB, TEXT(VBOARD_STRING_MAX),
     FIELD(rom.usb.manufacturer), .meaning = "string 1; without the key, there is none"},
    {.name = "product", .section = SECTION_USB, TEXT(VBOARD_STRING_MAX),
     FIELD(rom.usb.product_name), .meaning = "string 2; without the key, there is none"},
    {.name = "serial_is_plain_bytes", .section = SECTION_USB, YES_NO, FIELD(rom.usb.raw_serial),
     .meaning = "the serial number is sent as bytes instead of UTF-16"},
    {.name = "short_string", .section = SECTION_USB, BYTE, FIELD(rom.usb.short_string),
     .meaning = "number of a string that arrives truncated, though its bLength is right; 0: none"},
    {.name = "short_bytes", .section = SECTION_USB, BYTE, FIELD(rom.usb.short_bytes),
     .meaning = "number of bytes that arrive"},
    {.name = "configuration", .section = SECTION_USB, .type = KEY_BYTES,
     .max = VBOARD_CONFIGURATION_MAX, FIELD(configuration),
     .count_offset = offsetof(struct vboard_description, rom.usb.configuration_size),
     .meaning = "the configuration descriptor with all that follows, as the host reads it; "
                "without the key, it is generated from the other keys"},

    {.name = "name", TEXT(VBOARD_STRING_MAX), .required = true, ALTERNATE_FIELD(name),
     .meaning = "index of its string: 4 for the first, 5 for the next, …"},
    {.name = "interface", .type = KEY_NUMBER, .max = VBOARD_INTERFACES_MAX - 1,
     ALTERNATE_FIELD(interface),
     .meaning = "bInterfaceNumber; bAlternateSetting counts from 0 in each interface"},
    {.name = "base", ADDRESS, ALTERNATE_FIELD(base),
     .meaning = "`dfuse`: added to the addresses that the host sends; otherwise the address of a "
                "download, 0: nowhere"},
    {.name = "transfer_size", HALF, ALTERNATE_FIELD(transfer_size),
     .meaning = "wTransferSize of the interface, if it differs from that of [dfu]; 0: that of "
                "[dfu]"},

    {.name = "bootloader", .section = SECTION_DFU, CHOICE(bootloaders), FIELD(bootloader),
     .meaning = "`dfuse`: ST's ROM and compatible bootloaders; `plain`: DFU 1.1, no addresses; "
                "`maple`: LeafLabs' bootloader; `uart`: no USB"},
    {.name = "attributes", .section = SECTION_DFU, HEX_BYTE, .preset = 0x0b,
     FIELD(rom.usb.functional.attributes),
     .meaning = "bmAttributes: 1 can download, 2 can upload, 4 manifestation tolerant, 8 will "
                "detach"},
    {.name = "detach_timeout_ms", .section = SECTION_DFU, HALF, .preset = 255,
     FIELD(rom.usb.functional.detach_timeout_ms), .meaning = "wDetachTimeOut"},
    {.name = "transfer_size", .section = SECTION_DFU, HALF, .preset = 2048, .min = 1,
     FIELD(rom.usb.functional.transfer_size), .meaning = "wTransferSize, in bytes"},
    {.name = "version", .section = SECTION_DFU, HEX_HALF, .preset = BOOT0_DFU_VERSION_DFUSE,
     FIELD(rom.usb.functional.version), .meaning = "bcdDFUVersion"},
    {.name = "start_state", .section = SECTION_DFU, CHOICE(states), .preset = BOOT0_DFU_STATE_IDLE,
     FIELD(rom.start_state), .meaning = "the state after a reset"},
    {.name = "start_status", .section = SECTION_DFU, CHOICE(statuses), FIELD(rom.start_status),
     .meaning = "the status after a reset"},
    {.name = "poll_address_ms", .section = SECTION_DFU, HALF,
     FIELD(rom.poll_ms[VBOARD_COMMAND_ADDRESS]), .meaning = "bwPollTimeout after set address"},
    {.name = "poll_erase_ms", .section = SECTION_DFU, HALF, FIELD(rom.poll_ms[VBOARD_COMMAND_ERASE]),
     .meaning = "the same after erase and read unprotect"},
    {.name = "poll_data_ms", .section = SECTION_DFU, HALF, FIELD(rom.poll_ms[VBOARD_COMMAND_DATA]),
     .meaning = "the same after a block of data"},
    {.name = "busy_address", .section = SECTION_DFU, CHOICE(behaviours),
     FIELD(rom.busy_behaviour[VBOARD_COMMAND_ADDRESS]),
     .meaning = "a request while set address is in progress: see [Busy](#busy)"},
    {.name = "busy_erase", .section = SECTION_DFU, CHOICE(behaviours),
     FIELD(rom.busy_behaviour[VBOARD_COMMAND_ERASE]), .meaning = "the same for erase"},
    {.name = "busy_data", .section = SECTION_DFU, CHOICE(behaviours),
     FIELD(rom.busy_behaviour[VBOARD_COMMAND_DATA]), .meaning = "the same for data"},
    {.name = "device_feature", .section = SECTION_DFU, YES_NO, FIELD(rom.has_device_feature),
     .meaning = "`dfuse`: the supply range at 0xFFFF0000 has an effect"},
    {.name = "leaves_at_once", .section = SECTION_DFU, YES_NO, FIELD(rom.leaves_at_once),
     .meaning = "`dfuse`: the program starts on the empty DNLOAD, not on the GETSTATUS after it"},
    {.name = "hangs_from", .section = SECTION_DFU, ADDRESS, FIELD(rom.hangs_from),
     .meaning = "`dfuse`: after an erase at or above this address, the bootloader reports "
                "dfuDNBUSY until it has received CLRSTATUS twice; 0: never"},
    {.name = "program", .section = SECTION_DFU, ADDRESS, FIELD(rom.starts[0]),
     .meaning = "`maple`: first address at which it looks for a program; required there"},
    {.name = "second_program", .section = SECTION_DFU, ADDRESS, FIELD(rom.starts[1]),
     .meaning = "`maple`: second address; required there"},
    {.name = "wiped", .section = SECTION_DFU, ADDRESS, FIELD(rom.wiped),
     .meaning = "`maple`: this page is erased before a download to another place; 0: none"},
    {.name = "starts_quickly", .section = SECTION_DFU, YES_NO, FIELD(rom.starts_quickly),
     .meaning = "`maple`: the program starts right after a download, without waiting for a host"},

    {.name = "version", .section = SECTION_UART, HEX_BYTE, .min = 1, .required = true,
     FIELD(rom.uart.version), .meaning = "version of the protocol: 0x31 for 3.1"},
    {.name = "chip_id", .section = SECTION_UART, HEX_HALF, .required = true,
     FIELD(rom.uart.chip_id), .meaning = "the chip id that Get ID returns"},
    {.name = "no_mass_erase", .section = SECTION_UART, YES_NO, FIELD(rom.uart.no_mass_erase),
     .meaning = "a mass erase is refused"},
    {.name = "commands", .section = SECTION_UART, .type = KEY_BYTES, .required = true,
     .max = VBOARD_UART_COMMANDS_MAX, FIELD(rom.uart.commands),
     .meaning = "the commands that Get lists, 00 first"},
};
/* clang-format on */

const struct key *vboard_key_row(size_t index)
{
    return index < B0_LENGTH(keys) ? &keys[index] : NULL;
}

const struct section *vboard_section_row(enum section_id id)
{
    return &sections[id];
}

void vboard_section_presets(void *record, enum section_id id)
{
    for (size_t i = 0; i < B0_LENGTH(keys); i++)
        if (keys[i].section == id)
            vboard_value_preset(&keys[i], record);
}

void *vboard_section_record(struct vboard_description *description, enum section_id id,
                            size_t index)
{
    if (id == SECTION_MEMORY)
        return &description->memories[index];
    if (id == SECTION_ALTERNATE)
        return &description->rom.usb.alternates[index];
    return description;
}
