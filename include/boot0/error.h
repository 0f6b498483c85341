/* SPDX-License-Identifier: MIT */
/*
 * Error reports of the library: a status code, a message (what happened) and a hint (the usual
 * cause and what to do next). The message and the hint are for people. If the remedy is a feature
 * of the calling program, an advice code and its facts name it.
 *
 * Every function that can fail takes a `struct boot0_error *` from its caller, fills it on failure
 * and leaves it unchanged on success. The pointer is never NULL.
 */
#ifndef BOOT0_ERROR_H
#define BOOT0_ERROR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__MINGW32__) /* MinGW's printf is Microsoft's by default */
#define BOOT0_PRINTF(string, first) __attribute__((format(gnu_printf, string, first)))
#define BOOT0_API
#elif defined(__GNUC__)
#define BOOT0_PRINTF(string, first) __attribute__((format(printf, string, first)))
#define BOOT0_API                   __attribute__((visibility("default")))
#else
#define BOOT0_PRINTF(string, first)
#define BOOT0_API
#endif

enum boot0_status {
    BOOT0_OK = 0,
    BOOT0_E_USAGE,       /* the caller's arguments contradict each other or are out of range */
    BOOT0_E_DATA,        /* a file's contents are malformed */
    BOOT0_E_NO_INPUT,    /* a file cannot be opened or read */
    BOOT0_E_NO_OUTPUT,   /* a file cannot be created or written */
    BOOT0_E_NO_BOARD,    /* no board matches */
    BOOT0_E_SEVERAL,     /* more than one board matches and none was chosen */
    BOOT0_E_PERMISSION,  /* the operating system refuses access to the device */
    BOOT0_E_BUSY,        /* another program or driver holds the device */
    BOOT0_E_IO,          /* a transfer failed or timed out */
    BOOT0_E_GONE,        /* the board disappeared during the operation */
    BOOT0_E_PROTOCOL,    /* the board violated the protocol or reported an error */
    BOOT0_E_PROTECTED,   /* read or write protection is active */
    BOOT0_E_RANGE,       /* an address is outside what the board can read, erase or write */
    BOOT0_E_MISMATCH,    /* the contents differ from the file, or the file is for another chip */
    BOOT0_E_UNSUPPORTED, /* the board does not support the operation */
    BOOT0_E_CANCELLED,   /* the observer stopped the operation */
    BOOT0_E_MEMORY,      /* out of memory on the host */
    BOOT0_E_INTERNAL,    /* a bug in this library */
    BOOT0_STATUS_COUNT
};

/*
 * What the user can do about an error, if the remedy is a feature of the calling program: an
 * option, a button, a menu. The hint gives the same remedy in words that fit any program. Most
 * errors have no advice: BOOT0_ADVICE_NONE.
 *
 * Each comment names the struct members that the advice is about, and after "facts:" the facts that
 * are set. Other facts are zero.
 */
enum boot0_advice {
    BOOT0_ADVICE_NONE = 0,

    /* Access to a board. */
    BOOT0_ADVICE_FIND_BOARD,       /* bring a board into DFU mode; boot0_selection.wait_ms */
    BOOT0_ADVICE_LIST_BOARDS,      /* select one of the boards of boot0_board_list() */
    BOOT0_ADVICE_CHOOSE_BOARD,     /* boot0_selection; facts: text, one board per line */
    BOOT0_ADVICE_CHOOSE_INTERFACE, /* boot0_selection.interface; facts: text, one per line */
    BOOT0_ADVICE_NAME_CHIP,        /* boot0_session_options.chip; facts: text, known boards */
    BOOT0_ADVICE_USB_ACCESS,       /* install a udev rule */
    BOOT0_ADVICE_USB_DRIVER,       /* install WinUSB (Windows) */
    BOOT0_ADVICE_USB_OPEN,         /* plug the board in again; find out what holds it */
    BOOT0_ADVICE_USB_MISSING,      /* pass USB into the container; use a virtual board */
    BOOT0_ADVICE_LIST_PORTS,       /* choose an existing serial port */
    BOOT0_ADVICE_LINE_SPEED,       /* boot0_uart_options.baud */
    BOOT0_ADVICE_RESET_LINES,      /* boot0_uart_options.boot */

    /* Memories of a board. */
    BOOT0_ADVICE_SEE_MEMORIES,    /* compare the address with the memories in boot0_board */
    BOOT0_ADVICE_CHOOSE_MEMORY,   /* boot0_session_options.alternate; facts: text, a list */
    BOOT0_ADVICE_OTHER_MEMORY,    /* choose another memory or another file; facts: text, a list */
    BOOT0_ADVICE_LINK_FOR_MEMORY, /* choose a memory, or link for one; facts: text, a list */
    BOOT0_ADVICE_EACH_MEMORY,     /* no alternate: write each part to its own memory */
    BOOT0_ADVICE_MAIN_FLASH,      /* no alternate: erase the main flash */
    BOOT0_ADVICE_TARGET_NAME,     /* boot0_flash_options.force: use the number, ignore the name */
    BOOT0_ADVICE_TARGET_ADDRESS,  /* boot0_flash_options.force: by address; facts: text, a list */

    /* Files that do not match the board. */
    BOOT0_ADVICE_FAMILY,             /* boot0_flash_options.force */
    BOOT0_ADVICE_NO_PROGRAM,         /* boot0_flash_options.force; facts: text, the chip */
    BOOT0_ADVICE_ALIGNMENT,          /* boot0_flash_options.force; facts: number, the alignment */
    BOOT0_ADVICE_OTHER_CHIP,         /* name the chip, or use force; facts: text, the chip */
    BOOT0_ADVICE_UNSTARTED,          /* like OTHER_CHIP; facts: address that the chip starts from */
    BOOT0_ADVICE_IGNORE_SUFFIX,      /* boot0_flash_options.ignore_suffix */
    BOOT0_ADVICE_ALLOW_OPTION_BYTES, /* boot0_flash_options.allow_option_bytes */
    BOOT0_ADVICE_SKIP_RAM,           /* boot0_flash_options.skip_ram */
    BOOT0_ADVICE_PLACE,              /* boot0_flash_options.address */
    BOOT0_ADVICE_PLACE_AT,           /* like PLACE; facts: address where the program fits */
    BOOT0_ADVICE_NO_ADDRESS,         /* clear boot0_flash_options.has_address */
    BOOT0_ADVICE_START_ADDRESS,      /* write a program, or pass the address of another one */
    BOOT0_ADVICE_SEE_FILES,          /* compare the devices or families in boot0_image */
    BOOT0_ADVICE_FILL_GAPS,          /* convert the file to a raw binary */
    BOOT0_ADVICE_REMOVE_PREFIX,      /* boot0_image_remove_prefix() */

    /* Writing, verifying and protection. */
    BOOT0_ADVICE_WRITE_ALL, /* boot0_flash_options.full */
    BOOT0_ADVICE_SUPPLY,    /* boot0_flash_options.full; boot0_session_options.supply_mv */
    BOOT0_ADVICE_REPEAT,    /* bring the board back, then repeat the operation */
    BOOT0_ADVICE_CONTINUE,  /* repeat the operation: it continues from what the board holds */
    BOOT0_ADVICE_WRITE_DIFFERENCE,  /* boot0_session_flash() */
    BOOT0_ADVICE_UNPROTECT_READ,    /* boot0_session_unprotect(), which erases the flash */
    BOOT0_ADVICE_UNPROTECT_WRITE,   /* remove the write protection of the bootloader's sectors */
    BOOT0_ADVICE_SAY_CHIP,          /* boot0_session_options.chip; facts: text, keys */
    BOOT0_ADVICE_LOCK_FOR_EVER,     /* boot0_session_set_options(), for_ever */
    BOOT0_ADVICE_PROTECT_BY_SERIAL, /* use the bus of boot0_serial_open() */

    /* boot0's own bootloader. */
    BOOT0_ADVICE_INSTALL_BOOTLOADER,   /* install it on the board */
    BOOT0_ADVICE_REPLACE_BOOTLOADER,   /* boot0_install_options.update */
    BOOT0_ADVICE_NAME_BOOTLOADER_CHIP, /* boot0_session_options.chip; facts: text, key if known */
    BOOT0_ADVICE_UPDATE_BOOTLOADER,    /* install its newest version */
    BOOT0_ADVICE_UPDATE_AND_UNPROTECT, /* the same, then remove the write protection */
    BOOT0_ADVICE_LEAVE_BOOTLOADER,     /* link the program for another address, or enter the ROM */
    BOOT0_ADVICE_WITHOUT_LOADER,       /* do not use boot0_session_start_loader() */

    /* Recordings and bugs. */
    BOOT0_ADVICE_RECORD,        /* record a session with a board */
    BOOT0_ADVICE_RECORD_SERIAL, /* use a recording of a serial port, or replay a USB one */
    BOOT0_ADVICE_RECORD_USB,    /* use a recording of USB, or replay a serial one */
    BOOT0_ADVICE_REPORT,        /* report the bug with the board's details */

    /* Advice of notes: boot0_observer.advise. */
    BOOT0_ADVICE_STARTER, /* install the code that starts the program; facts: address of a reset */
    BOOT0_ADVICE_SUPPLY_IGNORED, /* clear boot0_session_options.supply_mv */
    BOOT0_ADVICE_COUNT
};

/* Details of an advice. */
struct boot0_facts {
    uint32_t address;
    uint32_t number;
    char text[400]; /* for people; lists with one entry per line begin with '\n' */
};

struct boot0_error {
    enum boot0_status code;
    char message[384];
    char hint[512]; /* in words for any program; "" if there is none */
    enum boot0_advice advice;
    struct boot0_facts facts; /* of the advice */
};

/* Returns the code's short, stable name ("no-board") for machine-readable output. Never NULL. */
BOOT0_API const char *boot0_status_name(enum boot0_status code);

/* Returns the advice's short, stable name ("usb-access"), as in recordings. Never NULL. */
BOOT0_API const char *boot0_advice_name(enum boot0_advice advice);

/*
 * Sets code and formatted message, clears hint and advice, and returns the code, so that a failing
 * function can end in `return boot0_fail(…)`. The arguments may point into the error's own texts.
 */
BOOT0_API enum boot0_status boot0_fail(struct boot0_error *error, enum boot0_status code,
                                       const char *format, ...) BOOT0_PRINTF(3, 4);

/*
 * Sets the hint of an error filled by boot0_fail(). Clears the advice, which belonged to the
 * previous hint. Returns the error's code.
 */
BOOT0_API enum boot0_status boot0_hint(struct boot0_error *error, const char *format, ...)
    BOOT0_PRINTF(2, 3);

/*
 * Sets the advice, after boot0_hint(). `facts` may be NULL (none) or the error's own. Returns the
 * error's code.
 */
BOOT0_API enum boot0_status boot0_advise(struct boot0_error *error, enum boot0_advice advice,
                                         const struct boot0_facts *facts);

#ifdef __cplusplus
}
#endif
#endif
