/* SPDX-License-Identifier: MIT */
/*
 * Boards in DFU mode (or with a DFU run-time interface): finding them, and what they say of
 * themselves.
 */
#ifndef BOOT0_BOARD_H
#define BOOT0_BOARD_H

#include <boot0/bootloader.h>
#include <boot0/chip.h>
#include <boot0/layout.h>
#include <boot0/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    BOOT0_TEXT_MAX = 128,
    BOOT0_ALTERNATES_MAX = 32,
    BOOT0_CHIPS_MAX = 12,
};

enum boot0_mode {
    BOOT0_MODE_RUNTIME, /* a program with a DFU run-time interface */
    BOOT0_MODE_DFU,     /* ready to be flashed */
};

/* One alternate setting of the DFU interface. */
struct boot0_alternate {
    uint8_t interface;
    uint8_t alternate;
    char name[BOOT0_TEXT_MAX * 2]; /* the interface string as it came, printable */
    bool has_layout;               /* DfuSe: the name is a layout string */
    struct boot0_layout layout;
};

struct boot0_board {
    struct boot0_candidate usb;
    enum boot0_mode mode;
    bool from_program;  /* a session found its program running, and asked that for DFU mode */
    bool has_addresses; /* DfuSe, UART; else plain DFU 1.0 or 1.1 */
    char manufacturer[BOOT0_TEXT_MAX];
    char product[BOOT0_TEXT_MAX];
    char serial[BOOT0_TEXT_MAX];

    uint8_t configuration; /* bConfigurationValue */

    /* DFU functional descriptor (DFU 1.1, table 4.2) */
    uint16_t dfu_version;
    uint16_t transfer_size; /* bytes */
    uint16_t detach_timeout_ms;
    uint8_t attributes; /* BOOT0_DFU_CAN_DOWNLOAD … */

    struct boot0_alternate alternates[BOOT0_ALTERNATES_MAX];
    size_t alternate_count;
    int flash_alternate; /* index of the main flash in alternates, -1 if there is none */

    /* Chips of the table that fit what was reported, best first. */
    const struct boot0_chip *chips[BOOT0_CHIPS_MAX];
    size_t chip_count;
    const char *family; /* "STM32F4" if all of chips agree, else NULL */
    const char *quirk;  /* name of the quirk row in force, or NULL */

    struct boot0_bootloader bootloader; /* if it is boot0's own */

    /* What does not fit: the board's own word against the table. "" if all is well. */
    char contradiction[2 * BOOT0_TEXT_MAX];

    /* BOOT0_OK if it could be opened and asked; else only `usb` and `mode` are known, and why. */
    struct boot0_error access;
};

/*
 * What is known of the board's chip, for people: "STM32F405/407/415/417" if only one fits; else
 * "STM32, one of 8: F411, F401xD/E, ...", with as many names as there is room for; "unknown" if
 * none fits. Writes at most `size` bytes with the NUL; returns `text`.
 */
BOOT0_API const char *boot0_board_chip_name(const struct boot0_board *board, char *text,
                                            size_t size);

/* Which board is meant. Zeroed: any; there must be just one then. */
struct boot0_selection {
    bool has_vendor; /* -d VID[:PID] */
    bool has_product;
    uint16_t vendor;
    uint16_t product;
    const char *serial; /* NULL: any */
    const char *path;   /* "1-2.3"; NULL: any */
    /* Also a program that only has a USB serial port: it is touched to bring it to DFU mode. */
    bool touch;
    uint32_t wait_ms; /* how long to wait for it; 0: not; UINT32_MAX: for ever */
    /* The DFU interface with this number, of a board that has several in DFU mode. */
    bool has_interface;
    uint8_t interface;
};

/*
 * All boards of a bus that match, opened for a moment to read their strings. A device with several
 * DFU interfaces is in the list once for each (usb.dfu_interface). `selection` may be NULL. On
 * success *boards is the caller's: free(); *count may be 0. A board that cannot be opened is in the
 * list with its `access` error.
 */
BOOT0_API enum boot0_status boot0_board_list(const struct boot0_bus *bus,
                                             const struct boot0_selection *selection,
                                             struct boot0_board **boards, size_t *count,
                                             struct boot0_error *error);

/*
 * Sends DFU_DETACH to the board at a port (DFU 1.1, 5.1) and does not wait for what comes of it: a
 * program goes to DFU mode, some bootloaders go back to the program. BOOT0_E_NO_BOARD,
 * BOOT0_E_PERMISSION, BOOT0_E_BUSY, BOOT0_E_IO, BOOT0_E_GONE.
 */
BOOT0_API enum boot0_status boot0_board_detach(const struct boot0_bus *bus, const char *path,
                                               struct boot0_error *error);

/*
 * The same for the first board that a selection means (its serial number and wait_ms are not looked
 * at): for a device with several DFU interfaces.
 */
BOOT0_API enum boot0_status boot0_board_detach_first(const struct boot0_bus *bus,
                                                     const struct boot0_selection *selection,
                                                     struct boot0_error *error);

#ifdef __cplusplus
}
#endif
#endif
