/* SPDX-License-Identifier: MIT */
/*
 * The bootloader's logic, which knows no chip: it is given a flash (flash_port.h), a USB device
 * core, the time, and what the chip is, and decides when the chip has to be reset to what. The same
 * files run in the unit tests, against a flash in memory.
 *
 *   start.c           after a reset: program or bootloader
 *   dfu.c             DFU 1.1 and DfuSe
 *   vendor.c          boot0's extension
 *   update_tracker.c  when an update is over
 *   queue.c           what the flash has still to do, and the journal
 *   descriptors.c     what the host sees first
 */
#ifndef B0_BOOTLOADER_H
#define B0_BOOTLOADER_H

#include "queue.h"
#include "update_tracker.h"

#include <core/dfu.h>
#include <core/extension.h>
#include <usb/usb.h>

enum {
    B0_ALTERNATE_FLASH = 0,
    B0_ALTERNATE_INFO = 1,
    B0_COMMAND_MAX = 5, /* bytes of a DfuSe command */
};

/* Where the second alternate's bytes appear: the address of the chip's unique id. */
#define B0_INFO_ADDRESS 0x1fff7a10u

/* What the chip has to do as soon as the host has its answer. */
enum b0_exit {
    B0_EXIT_NONE,
    B0_EXIT_PROGRAM,    /* reset, then start the program */
    B0_EXIT_BOOTLOADER, /* reset, and come back */
    B0_EXIT_ROM,        /* reset to the bootloader in ROM */
    B0_EXIT_PROTECT,    /* write-protect the bootloader, then as B0_EXIT_BOOTLOADER */
    B0_EXIT_UNPROTECT,  /* remove that, from the journal as well */
    B0_EXIT_BROWNOUT,   /* set the brown-out level, likewise */
};

/*
 * What differs between the bootloader, which lives in the flash before the program and starts it,
 * and the RAM loader (firmware/loader), which a ROM starts for as long as an update takes.
 */
struct b0_bootloader_kind {
    const char *product;  /* "boot0 bootloader ", and the chip */
    uint8_t first_sector; /* the flash from here on is the host's to write */
    /*
     * A reset starts the bootloader, which looks at its journal: updates are announced and
     * completed, and what it would not start is refused.
     */
    bool has_journal;
};

/* What the logic is told of the chip. */
struct b0_bootloader_chip {
    const char *name; /* "F407" */
    struct b0_chip_ram ram;
};

struct b0_bootloader {
    const struct b0_bootloader_kind *kind;
    const struct b0_bootloader_chip *chip;
    struct b0_flash_port flash;
    uint32_t flash_end;
    struct b0_extension_info info; /* the fields that do not change; the others are not kept */
    struct b0_queue queue;
    struct b0_update_tracker tracker;
    uint8_t exit;       /* enum b0_exit, due */
    uint8_t exit_asked; /* likewise, when the request under way is answered */
    uint8_t brownout;   /* the level for B0_EXIT_BROWNOUT */
    uint32_t program;   /* for B0_EXIT_PROGRAM: the address that the host leaves to */

    /*
     * DFU. dfuERROR is not a value of `ok_state`: it is that `status` is not OK. So no change of
     * the state hides an error, which only CLRSTATUS clears. b0_dfu_state() has both.
     */
    uint8_t ok_state;
    uint8_t status; /* enum boot0_dfu_status: of the first error since the last CLRSTATUS */
    bool fresh;     /* nobody has asked yet what became of the last DNLOAD */
    uint8_t alternate;
    uint8_t next_state; /* after the request under way */
    uint32_t due_us;    /* when the host may ask again */
    uint32_t asked_us;  /* GETSTATUS: when it did */
    bool is_early;      /* and whether before that */
    uint32_t pointer;
    uint8_t command[B0_COMMAND_MAX];
    uint8_t answer[B0_EXTENSION_INFO_SIZE];

    /* A request that waits for the flash: tried again in each step. */
    void (*waiting)(struct b0_bootloader *bootloader, struct b0_usb *usb);
    bool ending; /* it completes the update: the record is still to be queued */

    /* Digests and checksums. */
    uint8_t ranges[B0_EXTENSION_RANGES_MAX * B0_EXTENSION_RANGE_SIZE];
    uint8_t range_count;
    uint8_t range; /* the one under way */
    uint32_t hash_at, hash_end;
    bool by_checksum; /* and not by digest */
    uint32_t crc;
    struct b0_sha256 sha;
    uint8_t digests[B0_EXTENSION_RANGES_MAX * B0_SHA256_SIZE];
};

/*
 * `info` is what the chip knows of itself: not the program, the journal, the buffer, or versions.
 * The blocks are the buffer. What is pointed to has to live on, but for `info`.
 */
void b0_bootloader_init(struct b0_bootloader *bootloader, const struct b0_bootloader_kind *kind,
                        const struct b0_bootloader_chip *chip, const struct b0_flash_port *flash,
                        const struct b0_extension_info *info, uint8_t (*blocks)[B0_BLOCK_SIZE],
                        uint8_t block_count);

/* The device for b0_usb_init(); `bootloader` and what is filled in here have to live on. */
void b0_bootloader_describe(struct b0_bootloader *bootloader, struct b0_usb_function *function,
                            struct b0_usb_device *device);

/*
 * One turn of the loop, of some microseconds. Afterwards `exit` tells whether it is over. False if
 * there will be nothing to do before the flash, the bus or the time has moved on.
 */
bool b0_bootloader_step(struct b0_bootloader *bootloader, struct b0_usb *usb, uint32_t now_us);

/* True while the flash is at work or about to be: for the LED. */
bool b0_bootloader_busy(const struct b0_bootloader *bootloader);

/* ---- between the files ---- */

/* dfu.c */
bool b0_dfu_control(struct b0_bootloader *bootloader, struct b0_usb *usb,
                    const struct boot0_setup *setup);
void b0_dfu_received(struct b0_bootloader *bootloader, struct b0_usb *usb,
                     const struct boot0_setup *setup);
/* enum boot0_dfu_state. */
uint8_t b0_dfu_state(const struct b0_bootloader *bootloader);
/* Another host, or the same one again. An error stays. */
void b0_dfu_restart(struct b0_bootloader *bootloader, uint8_t alternate);
/* The flash has failed, whatever is on the bus just then. */
void b0_dfu_fail(struct b0_bootloader *bootloader, uint8_t status);
/*
 * True when all is in flash, for a request that waits for it; if it completes the update
 * (bootloader->ending), with the record that says so.
 */
bool b0_dfu_all_done(struct b0_bootloader *bootloader);

/* vendor.c */
bool b0_vendor_control(struct b0_bootloader *bootloader, struct b0_usb *usb,
                       const struct boot0_setup *setup);
void b0_vendor_received(struct b0_bootloader *bootloader, struct b0_usb *usb,
                        const struct boot0_setup *setup);
void b0_vendor_info(const struct b0_bootloader *bootloader, uint8_t bytes[B0_EXTENSION_INFO_SIZE]);

/* descriptors.c */
extern const struct b0_usb_device b0_bootloader_descriptors;
size_t b0_bootloader_string(void *context, uint8_t index, char *text);

/* bootloader.c */
/* Where the host's part of the flash begins. */
uint32_t b0_bootloader_start(const struct b0_bootloader *bootloader);
/* Answers the request under way when `ready` can: at once or in a later step. */
void b0_wait(struct b0_bootloader *bootloader, struct b0_usb *usb,
             void (*ready)(struct b0_bootloader *bootloader, struct b0_usb *usb));

#endif
