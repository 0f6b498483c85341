/* SPDX-License-Identifier: MIT */
/*
 * How the library tells that something failed: a status code, and for people a message (what
 * happened) and a hint (why that usually is, and what to do next). Where the remedy is something
 * that the calling program offers, an advice code and its facts say which.
 *
 * Every function that can fail takes a `struct boot0_error *` from its caller, fills it when it
 * fails, and leaves it alone when it succeeds. The pointer is never NULL.
 */
#ifndef BOOT0_ERROR_H
#define BOOT0_ERROR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__MINGW32__) /* whose printf is Microsoft's, if one does not say otherwise */
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
    BOOT0_E_USAGE,      /* the caller's arguments contradict each other or are out of range */
    BOOT0_E_DATA,       /* a file's contents are not what they claim to be */
    BOOT0_E_NO_INPUT,   /* a file cannot be opened or read */
    BOOT0_E_NO_OUTPUT,  /* a file cannot be created or written */
    BOOT0_E_NO_BOARD,   /* no board matches */
    BOOT0_E_SEVERAL,    /* more than one board matches and none was chosen */
    BOOT0_E_PERMISSION, /* the operating system refuses access to the device */
    BOOT0_E_BUSY,       /* another program or driver holds the device */
    BOOT0_E_IO,         /* a transfer failed, or timed out */
    BOOT0_E_GONE,       /* the board went away in the middle */
    BOOT0_E_PROTOCOL,   /* the board answered what the protocol does not allow, or reported an error
                         */
    BOOT0_E_PROTECTED,  /* read or write protection is on */
    BOOT0_E_RANGE,      /* an address is outside what the board can read, erase or write */
    BOOT0_E_MISMATCH, /* the board's contents are not the file's; or the file is for another chip */
    BOOT0_E_UNSUPPORTED, /* the board cannot do that */
    BOOT0_E_CANCELLED,   /* the observer asked to stop */
    BOOT0_E_MEMORY,      /* out of memory on the host */
    BOOT0_E_INTERNAL,    /* a defect of this library */
    BOOT0_STATUS_COUNT
};

/*
 * What the user can do about an error, where the program that calls the library has to offer it: an
 * option, a button, a menu. The hint says the same in words that fit any program. Most errors have
 * no advice: BOOT0_ADVICE_NONE.
 *
 * A comment names the members of the library's structs that the advice is about, and after "facts:"
 * what the facts hold; other facts are zero.
 */
enum boot0_advice {
    BOOT0_ADVICE_NONE = 0,

    /* Access to a board. */
    BOOT0_ADVICE_FIND_BOARD,       /* bring a board into DFU mode; boot0_selection.wait_ms */
    BOOT0_ADVICE_LIST_BOARDS,      /* select a board that is there: boot0_board_list() */
    BOOT0_ADVICE_CHOOSE_BOARD,     /* boot0_selection; facts: text, one line per board */
    BOOT0_ADVICE_CHOOSE_INTERFACE, /* boot0_selection.interface; facts: text, one line each */
    BOOT0_ADVICE_NAME_CHIP,        /* boot0_session_options.chip; facts: text, known boards */
    BOOT0_ADVICE_USB_ACCESS,       /* install a udev rule */
    BOOT0_ADVICE_USB_DRIVER,       /* install WinUSB, on Windows */
    BOOT0_ADVICE_USB_OPEN,         /* plug the board in again; find out what keeps it */
    BOOT0_ADVICE_USB_MISSING,      /* pass USB into the container; use a virtual board */
    BOOT0_ADVICE_LIST_PORTS,       /* choose a serial port that is there */
    BOOT0_ADVICE_LINE_SPEED,       /* boot0_uart_options.baud */
    BOOT0_ADVICE_RESET_LINES,      /* boot0_uart_options.boot */

    /* The memories of a board. */
    BOOT0_ADVICE_SEE_MEMORIES,    /* compare the address with the memories of boot0_board */
    BOOT0_ADVICE_CHOOSE_MEMORY,   /* boot0_session_options.alternate; facts: text, a list */
    BOOT0_ADVICE_OTHER_MEMORY,    /* the same, or another file; facts: text, a list */
    BOOT0_ADVICE_LINK_FOR_MEMORY, /* the same, or link the program for one; facts: the same */
    BOOT0_ADVICE_EACH_MEMORY,     /* no alternate: each part goes to its own memory */
    BOOT0_ADVICE_MAIN_FLASH,      /* no alternate: the main flash is erased */
    BOOT0_ADVICE_TARGET_NAME,     /* boot0_flash_options.force: go by number, not by name */
    BOOT0_ADVICE_TARGET_ADDRESS, /* boot0_flash_options.force: go by address; facts: text, a list */

    /* A file that does not fit. */
    BOOT0_ADVICE_FAMILY,             /* boot0_flash_options.force */
    BOOT0_ADVICE_NO_PROGRAM,         /* boot0_flash_options.force; facts: text, the chip */
    BOOT0_ADVICE_ALIGNMENT,          /* boot0_flash_options.force; facts: number, the alignment */
    BOOT0_ADVICE_OTHER_CHIP,         /* name the chip, or force; facts: text, the chip */
    BOOT0_ADVICE_UNSTARTED,          /* the same; facts: address that the chip starts from */
    BOOT0_ADVICE_IGNORE_SUFFIX,      /* boot0_flash_options.ignore_suffix */
    BOOT0_ADVICE_ALLOW_OPTION_BYTES, /* boot0_flash_options.allow_option_bytes */
    BOOT0_ADVICE_SKIP_RAM,           /* boot0_flash_options.skip_ram */
    BOOT0_ADVICE_PLACE,              /* boot0_flash_options.address */
    BOOT0_ADVICE_PLACE_AT,           /* the same; facts: address where the program fits */
    BOOT0_ADVICE_NO_ADDRESS,         /* no boot0_flash_options.has_address */
    BOOT0_ADVICE_START_ADDRESS,      /* write a program, or give the address of another one */
    BOOT0_ADVICE_SEE_FILES,          /* compare the devices or families of the boot0_image */
    BOOT0_ADVICE_FILL_GAPS,          /* convert the file to a raw binary */
    BOOT0_ADVICE_REMOVE_PREFIX,      /* boot0_image_remove_prefix() */

    /* Writing, verifying and protection. */
    BOOT0_ADVICE_WRITE_ALL, /* boot0_flash_options.full */
    BOOT0_ADVICE_SUPPLY,    /* the same; boot0_session_options.supply_mv */
    BOOT0_ADVICE_REPEAT,    /* bring the board back, then repeat what was being done */
    BOOT0_ADVICE_CONTINUE,  /* repeat what was stopped: it goes on from what the board holds */
    BOOT0_ADVICE_WRITE_DIFFERENCE,  /* boot0_session_flash() */
    BOOT0_ADVICE_UNPROTECT_READ,    /* boot0_session_unprotect(), which erases the flash */
    BOOT0_ADVICE_UNPROTECT_WRITE,   /* remove the write protection of the bootloader's sectors */
    BOOT0_ADVICE_SAY_CHIP,          /* boot0_session_options.chip; facts: text, keys */
    BOOT0_ADVICE_LOCK_FOR_EVER,     /* boot0_session_set_options(), for_ever */
    BOOT0_ADVICE_PROTECT_BY_SERIAL, /* use the bus of boot0_serial_open() */

    /* boot0's own bootloader. */
    BOOT0_ADVICE_INSTALL_BOOTLOADER,   /* put it on the board */
    BOOT0_ADVICE_REPLACE_BOOTLOADER,   /* boot0_install_options.update */
    BOOT0_ADVICE_NAME_BOOTLOADER_CHIP, /* boot0_session_options.chip; facts: text, its key if it is
                                          that */
    BOOT0_ADVICE_UPDATE_BOOTLOADER,    /* install its newest version */
    BOOT0_ADVICE_UPDATE_AND_UNPROTECT, /* the same, then remove the write protection */
    BOOT0_ADVICE_LEAVE_BOOTLOADER,     /* link the program for another address, or enter the ROM */
    BOOT0_ADVICE_WITHOUT_LOADER,       /* no boot0_session_start_loader() */

    /* Records of a board, and faults. */
    BOOT0_ADVICE_RECORD,        /* record a session with a board */
    BOOT0_ADVICE_RECORD_SERIAL, /* use a record of a serial port, or play back one of USB */
    BOOT0_ADVICE_RECORD_USB,    /* use a record of USB, or play back one of a serial port */
    BOOT0_ADVICE_REPORT,        /* report the fault with what is known of the board */

    /* Of notes: boot0_observer.advise. */
    BOOT0_ADVICE_STARTER,        /* install what starts the program; facts: address of a reset */
    BOOT0_ADVICE_SUPPLY_IGNORED, /* no boot0_session_options.supply_mv */
    BOOT0_ADVICE_COUNT
};

/* What an advice is about. */
struct boot0_facts {
    uint32_t address;
    uint32_t number;
    char text[400]; /* for people; lists of one entry per line begin with '\n' */
};

struct boot0_error {
    enum boot0_status code;
    char message[384];
    char hint[512]; /* in words for any program; "" if there is nothing to add */
    enum boot0_advice advice;
    struct boot0_facts facts; /* of the advice */
};

/* The code's short stable name ("no-board"), for machine-readable output. Never NULL. */
BOOT0_API const char *boot0_status_name(enum boot0_status code);

/* The advice's short stable name ("usb-access"), as in records. Never NULL. */
BOOT0_API const char *boot0_advice_name(enum boot0_advice advice);

/*
 * Fills `error` with a code and a formatted message, clears its hint and advice, and returns the
 * code, so that a failing function can end in `return boot0_fail(…)`. The message may be built from
 * the error's own texts.
 */
BOOT0_API enum boot0_status boot0_fail(struct boot0_error *error, enum boot0_status code,
                                       const char *format, ...) BOOT0_PRINTF(3, 4);

/*
 * Adds the hint to an error that was filled by boot0_fail(); returns the error's code. Clears the
 * advice, which belonged to the hint before.
 */
BOOT0_API enum boot0_status boot0_hint(struct boot0_error *error, const char *format, ...)
    BOOT0_PRINTF(2, 3);

/*
 * Adds the advice after boot0_hint(); returns the error's code. `facts` may be NULL: none; they may
 * be the error's own.
 */
BOOT0_API enum boot0_status boot0_advise(struct boot0_error *error, enum boot0_advice advice,
                                         const struct boot0_facts *facts);

#ifdef __cplusplus
}
#endif
#endif
