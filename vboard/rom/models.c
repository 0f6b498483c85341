/* SPDX-License-Identifier: MIT */
/*
 * The models, one row each. Descriptors and times come from recorded boards where there is a
 * record. The comment in a row names it, and states the assumptions.
 */
#include "models.h"
#include "rom.h"

#include <core/array.h>
#include <string.h>

#define POWERED_BY_ITSELF 0xc0 /* bmAttributes */
#define POWERED_BY_BUS    0x80
#define MA(current)       ((current) / 2)

/* dfu-util's device-logs, stm32f4discovery.lsusb; the same in every later record of an ST ROM. */
#define ST_ROM                                                                                     \
    .vendor = BOOT0_VENDOR_ST, .product = BOOT0_PRODUCT_ST_DFU, .attributes = POWERED_BY_ITSELF,   \
    .max_power = MA(100), .manufacturer = "STMicroelectronics"
#define ST_OLD_ROM ST_ROM, .bcd_usb = 0x0100, .product_name = "STM32  BOOTLOADER"
#define ST_FUNCTIONAL(size)                                                                        \
    {                                                                                              \
        BOOT0_DFU_CAN_DOWNLOAD | BOOT0_DFU_CAN_UPLOAD | BOOT0_DFU_WILL_DETACH, 255, (size),        \
            BOOT0_DFU_VERSION_DFUSE                                                                \
    }
#define STARTS_IN_ERROR                                                                            \
    .start_state = BOOT0_DFU_STATE_ERROR, .start_status = BOOT0_DFU_STATUS_ERR_FIRMWARE
#define STARTS_IDLE .start_state = BOOT0_DFU_STATE_IDLE

/*
 * F4 ROM: logs of dfu-util have 104 ms for set address and 100 ms for erase. The ROM works while
 * its controller NAKs (fwupd issue 2696, F745: the second GETSTATUS of an erase takes 250 ms;
 * micropython's pydfu.py never waits). For data the F745 reports 104 ms. No record of an F4 has it,
 * so it is 0 here, the friendliest to a host that obeys, and poll_data= changes it.
 */
#define F4_POLLS                                                                                   \
    .poll_ms = {104, 100, 0},                                                                      \
    .busy_behaviour = {VBOARD_BUSY_NAKS, VBOARD_BUSY_NAKS, VBOARD_BUSY_NAKS}
#define F4_FEATURE "@Device Feature/0xFFFF0000/01*004 e"
#define F4_OTP     "@OTP Memory /0x1FFF7800/01*512 e,01*016 e"
#define F4_OPTIONS "@Option Bytes  /0x1FFFC000/01*016 e"

/* AN2606, the chips' chapters: protocol 3.1, Extended Erase. */
#define UART_ROM_31(id)                                                                            \
    .uart = {.version = 0x31,                                                                      \
             .chip_id = (id),                                                                      \
             .commands = {0x00, 0x01, 0x02, 0x11, 0x21, 0x31, 0x44, 0x63, 0x73, 0x82, 0x92}}
/* Protocol 2.2, with the Erase of one byte per page. */
#define UART_ROM_22(id)                                                                            \
    .uart = {.version = 0x22,                                                                      \
             .chip_id = (id),                                                                      \
             .commands = {0x00, 0x01, 0x02, 0x11, 0x21, 0x31, 0x43, 0x63, 0x73, 0x82, 0x92}}

/* clang-format off */
static const struct vboard_rom models[] = {
    {
        /* The first record of this project; bcdDevice and types "e" as on later parts. */
        .listed = {"f407", "STM32F407VG, 1 MiB: ST's ROM bootloader"},
        .part = &vboard_part_f407vg,
        .bootloader = &vboard_dfuse,
        UART_ROM_31(0x413),
        .usb = {
            ST_OLD_ROM,
            .bcd_device = 0x2200,
            .serial = "315A28A0B956",
            .alternates = {{.name = "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg"},
                           {.name = F4_OPTIONS},
                           {.name = F4_OTP},
                           {.name = F4_FEATURE}},
            .functional = ST_FUNCTIONAL(2048),
        },
        STARTS_IN_ERROR,
        F4_POLLS,
        .has_device_feature = true,
    },
    {
        /* dfu-util's device-logs, stm32f4discovery.lsusb, verbatim. */
        .listed = {"f407old", "the same with the early ROM: all regions have the type \"g\""},
        .part = &vboard_part_f407vg,
        .bootloader = &vboard_dfuse,
        UART_ROM_31(0x413),
        .usb = {
            ST_OLD_ROM,
            .bcd_device = 0x2100,
            .serial = "315A28A0B956",
            .alternates = {{.name = "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg"},
                           {.name = "@Option Bytes  /0x1FFFC000/01*016 g"},
                           {.name = "@OTP Memory /0x1FFF7800/01*512 g,01*016 g"},
                           {.name = "@Device Feature/0xFFFF0000/01*004 g"}},
            .functional = ST_FUNCTIONAL(2048),
        },
        STARTS_IN_ERROR,
        F4_POLLS,
        .has_device_feature = true,
    },
    {
        /*
         * Listings of dfu-util on F427 and F429 boards; the short string: inav-configurator, issue
         * 2601 (bLength says 166, 112 bytes arrive). The serial number is invented.
         */
        .listed = {"f427", "STM32F427VI, 2 MiB in two banks; its layout string arrives truncated"},
        .part = &vboard_part_f427vi,
        .bootloader = &vboard_dfuse,
        UART_ROM_31(0x419),
        .usb = {
            ST_OLD_ROM,
            .bcd_device = 0x2200,
            .serial = "206337A12047",
            .alternates = {{.name = "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg,"
                                     "04*016Kg,01*064Kg,07*128Kg"},
                           {.name = "@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e"},
                           {.name = F4_OTP},
                           {.name = F4_FEATURE}},
            .functional = ST_FUNCTIONAL(2048),
            .short_string = VBOARD_STRING_ALTERNATE,
            .short_bytes = 112,
        },
        STARTS_IN_ERROR,
        F4_POLLS,
        .has_device_feature = true,
    },
    {
        /*
         * dfu-util's listing of a board, OpenDeck issue 123: strings, serial number, bcdDevice. The
         * rest is as on the other ROMs of this age.
         */
        .listed = {"f401", "STM32F401CC, 256 KiB: ST's ROM bootloader"},
        .part = &vboard_part_f401cc,
        .bootloader = &vboard_dfuse,
        UART_ROM_31(0x423),
        .usb = {
            ST_OLD_ROM,
            .bcd_device = 0x2200,
            .serial = "339D36483335",
            .alternates = {{.name = "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,01*128Kg"},
                           {.name = F4_OPTIONS},
                           {.name = F4_OTP},
                           {.name = F4_FEATURE}},
            .functional = ST_FUNCTIONAL(2048),
        },
        STARTS_IN_ERROR,
        F4_POLLS,
        .has_device_feature = true,
    },
    {
        /*
         * No record of a board with 512 KiB was found: the strings are the F401CC's with this
         * chip's layout. The serial number is invented.
         */
        .listed = {"f401xe", "STM32F401CE, 512 KiB: ST's ROM bootloader"},
        .part = &vboard_part_f401ce,
        .bootloader = &vboard_dfuse,
        UART_ROM_31(0x433),
        .usb = {
            ST_OLD_ROM,
            .bcd_device = 0x2200,
            .serial = "3367374F3037",
            .alternates = {{.name = "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg"},
                           {.name = F4_OPTIONS},
                           {.name = F4_OTP},
                           {.name = F4_FEATURE}},
            .functional = ST_FUNCTIONAL(2048),
        },
        STARTS_IN_ERROR,
        F4_POLLS,
        .has_device_feature = true,
    },
    {
        /* lsusb -v of a board with this layout, quoted in a public source comment. */
        .listed = {"f411", "STM32F411CE, 512 KiB: ST's ROM bootloader"},
        .part = &vboard_part_f411ce,
        .bootloader = &vboard_dfuse,
        UART_ROM_31(0x431),
        .usb = {
            ST_OLD_ROM,
            .bcd_device = 0x2200,
            .serial = "348435943539",
            .alternates = {{.name = "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg"},
                           {.name = F4_OPTIONS},
                           {.name = F4_OTP},
                           {.name = F4_FEATURE}},
            .functional = ST_FUNCTIONAL(2048),
        },
        STARTS_IN_ERROR,
        F4_POLLS,
        .has_device_feature = true,
    },
    {
        /*
         * The layout comes from core/family. Strings and descriptors are assumed to be the F411's.
         * The serial number is invented.
         */
        .listed = {"f412", "STM32F412ZG, 1 MiB: ST's ROM bootloader"},
        .part = &vboard_part_f412zg,
        .bootloader = &vboard_dfuse,
        UART_ROM_31(0x441),
        .usb = {
            ST_OLD_ROM,
            .bcd_device = 0x2200,
            .serial = "35653056414D",
            .alternates = {{.name = "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg"},
                           {.name = F4_OPTIONS},
                           {.name = F4_OTP},
                           {.name = F4_FEATURE}},
            .functional = ST_FUNCTIONAL(2048),
        },
        STARTS_IN_ERROR,
        F4_POLLS,
        .has_device_feature = true,
    },
    {
        /* The same assumptions. */
        .listed = {"f446", "STM32F446RE, 512 KiB: ST's ROM bootloader"},
        .part = &vboard_part_f446re,
        .bootloader = &vboard_dfuse,
        UART_ROM_31(0x421),
        .usb = {
            ST_OLD_ROM,
            .bcd_device = 0x2200,
            .serial = "3073347A4B30",
            .alternates = {{.name = "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg"},
                           {.name = F4_OPTIONS},
                           {.name = F4_OTP},
                           {.name = F4_FEATURE}},
            .functional = ST_FUNCTIONAL(2048),
        },
        STARTS_IN_ERROR,
        F4_POLLS,
        .has_device_feature = true,
    },
    {
        /*
         * Strings, serial number and transfer size from a listing of a board. openmv issue 1508: a
         * client that polls at once gets through set address and erase, and gets a STALL after the
         * first block; by DFU 1.1, A.2.5 the download is over then. The poll timeouts are not
         * recorded: a little more than the flash needs, since dfu-util works.
         */
        .listed = {"f072", "STM32F072RB, 128 KiB: must not be polled early; serial not unique"},
        .part = &vboard_part_f072rb,
        .bootloader = &vboard_dfuse,
        UART_ROM_31(0x448),
        .usb = {
            ST_OLD_ROM,
            .bcd_device = 0x2200,
            .serial = "FFFFFFFEFFFF",
            .alternates = {{.name = "@Internal Flash  /0x08000000/064*0002Kg"},
                           {.name = "@Option Bytes  /0x1FFFF800/01*016 e"}},
            .functional = ST_FUNCTIONAL(2048),
        },
        STARTS_IN_ERROR,
        .poll_ms = {20, 40, 60},
        .busy_behaviour = {VBOARD_BUSY_NAKS, VBOARD_BUSY_NAKS, VBOARD_BUSY_BREAKS},
    },
    {
        /*
         * Strings from listings of dfu-util. It stalls GETSTATUS while busy, and reports too short
         * a time for an erase (dfu-util 0.11, comment in dfuse.c): 20 ms here, where a page needs
         * 22. The figures and the serial number are assumed. Its Device Feature alternate has no
         * meaning (AN2606, 4.4, covers F2, F4 and F7 only).
         */
        .listed = {"l476", "STM32L476RE, 512 KiB: stalls GETSTATUS while busy"},
        .part = &vboard_part_l476re,
        .bootloader = &vboard_dfuse,
        UART_ROM_31(0x415),
        .usb = {
            ST_OLD_ROM,
            .bcd_device = 0x2200,
            .serial = "205A39795548",
            .alternates = {{.name = "@Internal Flash  /0x08000000/0256*0002Kg"},
                           {.name = "@Option Bytes  /0x1FFF7800/01*040 e"},
                           {.name = "@OTP Memory /0x1FFF7000/01*0001Ke"},
                           {.name = F4_FEATURE}},
            .functional = ST_FUNCTIONAL(2048),
        },
        STARTS_IN_ERROR,
        .poll_ms = {20, 20, 25},
        .busy_behaviour = {VBOARD_BUSY_STALLS, VBOARD_BUSY_STALLS, VBOARD_BUSY_STALLS},
    },
    {
        /*
         * The newer generation of ROMs: strings as listed for G0 and G4 parts (three blanks, a
         * multiplier before the type), transfer size 1024 and dfuIDLE at the start from a dfu-util
         * log of such a part. It refuses 2048 bytes, and reports 131 ms for data
         * (web-stm32-updater, issue 3). bcdUSB, power and the other poll timeouts are assumed.
         */
        .listed = {"g431", "STM32G431CB, 128 KiB: the newer ROM, blocks of at most 1024 bytes"},
        .part = &vboard_part_g431cb,
        .bootloader = &vboard_dfuse,
        UART_ROM_31(0x468),
        .usb = {
            ST_ROM,
            .bcd_usb = 0x0200,
            .bcd_device = 0x0200,
            .product_name = "DFU in FS Mode",
            .serial = "207B33A55834",
            .alternates = {{.name = "@Internal Flash   /0x08000000/64*02Kg"},
                           {.name = "@Option Bytes   /0x1FFF7800/01*40Be"},
                           {.name = "@OTP Memory   /0x1FFF7000/01*1024 e"}},
            .functional = ST_FUNCTIONAL(1024),
        },
        STARTS_IDLE,
        .poll_ms = {0, 131, 131},
        .busy_behaviour = {VBOARD_BUSY_NAKS, VBOARD_BUSY_NAKS, VBOARD_BUSY_NAKS},
    },
    {
        /*
         * Strings from listings of H743 and H750 boards. An erase is done before GETSTATUS answers,
         * with 1000 ms that are no longer needed. After an erase in bank 2, revision V never leaves
         * dfuDNBUSY by itself (betaflight-configurator, pull requests 1861 and 5348). Power, the
         * other poll timeouts and the serial number are assumed.
         */
        .listed = {"h743", "STM32H743ZI rev V, 2 MiB: hangs after an erase in bank 2"},
        .part = &vboard_part_h743zi,
        .bootloader = &vboard_dfuse,
        UART_ROM_31(0x450),
        .usb = {
            ST_ROM,
            .bcd_usb = 0x0200,
            .bcd_device = 0x0200,
            .product_name = "DFU in FS Mode",
            .serial = "200364500000",
            .alternates = {{.name = "@Internal Flash   /0x08000000/16*128Kg"},
                           {.name = "@Option Bytes   /0x5200201C/01*128 e"}},
            .functional = ST_FUNCTIONAL(1024),
        },
        STARTS_IDLE,
        .poll_ms = {0, 1000, 0},
        .busy_behaviour = {VBOARD_BUSY_NAKS, VBOARD_BUSY_NEVER, VBOARD_BUSY_NAKS},
        .hangs_from = 0x08100000,
    },
    {
        /*
         * LeafLabs' own bootloader (maple-bootloader: usb_descriptor.c, dfu.c), in the version for
         * which dfu-util 0.11 has a quirk: bcdDevice 2.00, 0x011a as the version of DFU although it
         * is not DfuSe, no upload. F103RB and F103CB are alike in everything that matters here.
         */
        .listed = {"maple", "STM32F103, 128 KiB: LeafLabs' Maple bootloader, plain DFU 1.1"},
        .part = &vboard_part_f103cb,
        .bootloader = &vboard_maple,
        .usb = {
            .bcd_usb = 0x0100,
            .vendor = BOOT0_VENDOR_LEAFLABS,
            .product = BOOT0_PRODUCT_MAPLE_DFU,
            .bcd_device = 0x0200,
            .attributes = POWERED_BY_BUS,
            .max_power = MA(100),
            .manufacturer = "LeafLabs",
            .product_name = "Maple 003",
            .serial = "LLM 003",
            .alternates = {{.name = "DFU Program RAM 0x20000C00", .base = 0x20000c00},
                           {.name = "DFU Program FLASH 0x08005000", .base = 0x08005000}},
            .functional = {BOOT0_DFU_CAN_DOWNLOAD, 255, 1024, BOOT0_DFU_VERSION_DFUSE},
        },
        STARTS_IDLE,
        .poll_ms = {0, 0, 32},
        .busy_behaviour = {VBOARD_BUSY_ANSWERS, VBOARD_BUSY_ANSWERS, VBOARD_BUSY_ANSWERS},
        .starts = {0x20000c00, 0x08005000},
    },
    {
        /* STM32duino-bootloader, df68980: usb_descriptor.c, config.h, dfu.c. */
        .listed = {"bluepill", "STM32F103CB, 128 KiB: STM32duino's bootloader, plain DFU 1.1"},
        .part = &vboard_part_f103cb,
        .bootloader = &vboard_maple,
        .usb = {
            .bcd_usb = 0x0100,
            .vendor = BOOT0_VENDOR_LEAFLABS,
            .product = BOOT0_PRODUCT_MAPLE_DFU,
            .bcd_device = 0x0201,
            .attributes = POWERED_BY_BUS,
            .max_power = MA(100),
            .manufacturer = "LeafLabs",
            .product_name = "Maple 003",
            .serial = "LLM 003",
            .alternates = {{.name = "STM32duino bootloader v1.0  ERROR. Upload to RAM not supported."},
                           {.name = "STM32duino bootloader v1.0  Upload to Flash 0x8005000",
                            .base = 0x08005000},
                           {.name = "STM32duino bootloader v1.0  Upload to Flash 0x8002000",
                            .base = 0x08002000}},
            .functional = {BOOT0_DFU_CAN_DOWNLOAD | BOOT0_DFU_CAN_UPLOAD, 255, 1024, BOOT0_DFU_VERSION_1_1},
        },
        STARTS_IDLE,
        .poll_ms = {0, 0, 0},
        .busy_behaviour = {VBOARD_BUSY_NEVER, VBOARD_BUSY_NEVER, VBOARD_BUSY_NEVER},
        .starts = {0x08002000, 0x08005000},
        .wiped = 0x08002000,
        .starts_quickly = true,
    },
    {
        /*
         * GD32VF103CB, first generation of its ROM: dfu-util 0.11's quirks.c and gd32-dfu-utils
         * (layout of 512 pages of 2 KiB where there are 128 of 1; the serial number is plain bytes
         * whose third tells the true size; leaving acts on the empty DNLOAD). Poll timeouts and
         * dfuERROR at the start: a log there, issue 3. Manufacturer, power and behaviour while busy are assumed.
         */
        .listed = {"gd32", "GD32VF103CB, 128 KiB: a clone whose layout string is wrong"},
        .part = &vboard_part_gd32vf103cb,
        .bootloader = &vboard_dfuse,
        .usb = {
            .bcd_usb = 0x0100,
            .vendor = 0x28e9,
            .product = 0x0189,
            .bcd_device = 0x1000,
            .attributes = POWERED_BY_ITSELF,
            .max_power = MA(100),
            .manufacturer = "GigaDevice",
            .product_name = "GD32 0x418 DFU Bootloader",
            .serial = "3CBJ",
            .raw_serial = true,
            .alternates = {{.name = "@Internal Flash  /0x08000000/512*002Kg"},
                           {.name = "@Option Bytes  /0x1FFFF800/01*016 g"}},
            .functional = ST_FUNCTIONAL(2048),
        },
        STARTS_IN_ERROR,
        F4_POLLS,
        .leaves_at_once = true,
    },
    {
        /* The chip of every blue pill as it leaves the factory. The serial number is invented. */
        .listed = {"f103", "STM32F103CB, 128 KiB: ST's ROM, which supports only the UART"},
        .part = &vboard_part_f103cb,
        .bootloader = &vboard_uart_only,
        UART_ROM_22(0x410),
        .usb = {.serial = "48FF6B065067"},
    },
};
/* clang-format on */

const struct vboard_rom *vboard_rom_at(size_t index)
{
    return index < B0_LENGTH(models) ? &models[index] : NULL;
}

const struct vboard_rom *vboard_rom_find(const char *name, size_t length)
{
    for (size_t i = 0; i < B0_LENGTH(models); i++)
        if (strlen(models[i].listed.name) == length &&
            strncmp(models[i].listed.name, name, length) == 0)
            return &models[i];
    return NULL;
}

const struct vboard_model *vboard_model_at(size_t index)
{
    const struct vboard_rom *rom = vboard_rom_at(index);

    return rom ? &rom->listed : NULL;
}
