/* SPDX-License-Identifier: MIT */
/* Boards in DFU mode, or with a DFU run-time interface: how to find them and what they report. */
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
    BOOT0_MODE_DFU,     /* ready to flash */
};

/* One alternate setting of the DFU interface. */
struct boot0_alternate {
    uint8_t interface;
    uint8_t alternate;
    char name[BOOT0_TEXT_MAX * 2]; /* the interface string as received, made printable */
    bool has_layout;               /* DfuSe: `name` is a layout string */
    struct boot0_layout layout;
};

struct boot0_board {
    struct boot0_candidate usb;
    const struct boot0_database *database; /* the bus's, which it was probed with; NULL: none */
    const struct boot0_chip *named;        /* what the user says that it is; NULL: nothing */
    enum boot0_mode mode;
    bool from_program;  /* the session found the program running and switched it to DFU mode */
    bool has_addresses; /* true: DfuSe or UART; false: plain DFU 1.0 or 1.1 */
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
    int flash_alternate; /* index of the main flash in `alternates`; -1: none */

    /* Chips of the table that match the report, best match first. */
    const struct boot0_chip *chips[BOOT0_CHIPS_MAX];
    size_t chip_count;
    const char *family; /* "STM32F4" if all of `chips` agree, else NULL */
    const char *quirk;  /* name of the active quirk row, or NULL */
    /* The user's board entry with these USB ids, or the session's; NULL: none. */
    const struct boot0_board_profile *profile;

    struct boot0_bootloader bootloader; /* valid if the board runs boot0's bootloader */

    /* How the report contradicts the chip table; "" if it does not. */
    char contradiction[2 * BOOT0_TEXT_MAX];

    /*
     * BOOT0_OK if the board could be opened and queried. Otherwise the reason; then only `usb` and
     * `mode` are known.
     */
    struct boot0_error access;
};

/*
 * Writes the name of the board's chip for people: "STM32F405/407/415/417" if only one matches,
 * "STM32, one of 8: F411, F401xD/E, ..." with as many names as fit if several match, "unknown" if
 * none does. Writes at most `size` bytes including the NUL. Returns `text`.
 */
BOOT0_API const char *boot0_board_chip_name(const struct boot0_board *board, char *text,
                                            size_t size);

/* Selects a board. Zeroed: any board, and exactly one must be present. */
struct boot0_selection {
    bool has_vendor; /* -d VID[:PID] */
    bool has_product;
    uint16_t vendor;
    uint16_t product;
    const char *serial; /* NULL: any */
    const char *path;   /* "1-2.3"; NULL: any */
    /* Also match a program that has only a USB serial port; touch it to enter DFU mode. */
    bool touch;
    uint32_t wait_ms; /* how long to wait for the board; 0: no wait; UINT32_MAX: no limit */
    /* Select this DFU interface if a board has several in DFU mode. */
    bool has_interface;
    uint8_t interface;
};

/*
 * Lists the boards of a bus that match `selection` (NULL: all). Opens each board briefly to read
 * its strings. A device with several DFU interfaces is listed once per interface
 * (usb.dfu_interface). A board that cannot be opened is listed with its `access` error. *count may
 * be 0. On success the caller owns *boards and releases it with free().
 */
BOOT0_API enum boot0_status boot0_board_list(const struct boot0_bus *bus,
                                             const struct boot0_selection *selection,
                                             struct boot0_board **boards, size_t *count,
                                             struct boot0_error *error);

/*
 * Sends DFU_DETACH (DFU 1.1, 5.1) to the board at `path` and does not wait for the result: a
 * program enters DFU mode; some bootloaders return to the program. BOOT0_E_NO_BOARD,
 * BOOT0_E_PERMISSION, BOOT0_E_BUSY, BOOT0_E_IO, BOOT0_E_GONE.
 */
BOOT0_API enum boot0_status boot0_board_detach(const struct boot0_bus *bus, const char *path,
                                               struct boot0_error *error);

/*
 * Like boot0_board_detach(), for the first board that matches `selection`; ignores its serial
 * number and wait_ms. For a device with several DFU interfaces.
 */
BOOT0_API enum boot0_status boot0_board_detach_first(const struct boot0_bus *bus,
                                                     const struct boot0_selection *selection,
                                                     struct boot0_error *error);

#ifdef __cplusplus
}
#endif
#endif
