/* SPDX-License-Identifier: MIT */
/*
 * The bootloader's logic, independent of the chip. It gets a flash (flash_port.h), a USB device
 * core, the time and a description of the chip, and decides when and into what the chip must be
 * reset. The unit tests run the same files with a flash in memory.
 *
 *   start.c           after a reset: program or bootloader
 *   dfu.c             DFU 1.1 and DfuSe
 *   vendor.c          boot0's extension
 *   update_tracker.c  when an update is complete
 *   queue.c           queued flash operations, and the journal
 *   descriptors.c     descriptors for the host
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

/* Address of the second alternate: that of the chip's unique id. */
#define B0_INFO_ADDRESS 0x1fff7a10u

/* Action of the chip as soon as the host has its answer. */
enum b0_exit {
    B0_EXIT_NONE,
    B0_EXIT_PROGRAM,    /* reset, then start the program */
    B0_EXIT_BOOTLOADER, /* reset and start the bootloader again */
    B0_EXIT_ROM,        /* reset into the bootloader in ROM */
    B0_EXIT_PROTECT,    /* write-protect the bootloader, then like B0_EXIT_BOOTLOADER */
    B0_EXIT_UNPROTECT,  /* remove the write protection, also of the journal */
    B0_EXIT_BROWNOUT,   /* set the brown-out level, likewise */
};

/*
 * The differences between the bootloader, which resides in flash before the program and starts it,
 * and the RAM loader (firmware/loader), which a ROM starts for the duration of an update.
 */
struct b0_bootloader_kind {
    const char *product;  /* "boot0 bootloader " and the chip */
    uint8_t first_sector; /* the host may write the flash from this sector on */
    /*
     * A reset starts the bootloader, which checks its journal: updates are recorded at begin and
     * completion, and programs that it would not start are refused.
     */
    bool has_journal;
};

/* Description of the chip for the logic. */
struct b0_bootloader_chip {
    const char *name; /* "F407" */
    struct b0_chip_ram ram;
};

struct b0_bootloader {
    const struct b0_bootloader_kind *kind;
    const struct b0_bootloader_chip *chip;
    struct b0_flash_port flash;
    uint32_t flash_end;
    struct b0_extension_info info; /* the constant fields; the others are not stored */
    struct b0_queue queue;
    struct b0_update_tracker tracker;
    uint8_t exit;       /* enum b0_exit to execute now */
    uint8_t exit_asked; /* enum b0_exit to execute after the current request */
    uint8_t brownout;   /* the level for B0_EXIT_BROWNOUT */
    uint32_t program;   /* for B0_EXIT_PROGRAM: the address given by the host */

    /*
     * DFU. dfuERROR is not a value of `ok_state`; it is represented by a `status` other than OK. So
     * no state change hides an error, which only CLRSTATUS clears. b0_dfu_state() combines both.
     */
    uint8_t ok_state;
    uint8_t status; /* enum boot0_dfu_status: of the first error since the last CLRSTATUS */
    bool fresh;     /* no GETSTATUS yet since the last DNLOAD */
    uint8_t alternate;
    uint8_t next_state; /* after the current request */
    uint32_t due_us;    /* when the host may poll again */
    uint32_t asked_us;  /* time of the current GETSTATUS */
    bool is_early;      /* it came before due_us */
    uint32_t pointer;
    uint8_t command[B0_COMMAND_MAX];
    uint8_t answer[B0_EXTENSION_INFO_SIZE];

    /* A request that waits for the flash: retried in each step. */
    void (*waiting)(struct b0_bootloader *bootloader, struct b0_usb *usb);
    bool ending; /* it completes the update: the record is not queued yet */

    /* Digests and checksums. */
    uint8_t ranges[B0_EXTENSION_RANGES_MAX * B0_EXTENSION_RANGE_SIZE];
    uint8_t range_count;
    uint8_t range; /* the current one */
    uint32_t hash_at, hash_end;
    bool by_checksum; /* instead of by digest */
    uint32_t crc;
    struct b0_sha256 sha;
    uint8_t digests[B0_EXTENSION_RANGES_MAX * B0_SHA256_SIZE];
};

/*
 * `info` contains the chip's own data: not the program, the journal, the buffer, or versions. The
 * blocks are the buffer. All pointers except `info` must stay valid.
 */
void b0_bootloader_init(struct b0_bootloader *bootloader, const struct b0_bootloader_kind *kind,
                        const struct b0_bootloader_chip *chip, const struct b0_flash_port *flash,
                        const struct b0_extension_info *info, uint8_t (*blocks)[B0_BLOCK_SIZE],
                        uint8_t block_count);

/* Prepares the device for b0_usb_init(). `bootloader` and the filled structures must stay valid. */
void b0_bootloader_describe(struct b0_bootloader *bootloader, struct b0_usb_function *function,
                            struct b0_usb_device *device);

/*
 * One turn of the loop, some microseconds. Afterwards `exit` tells whether the bootloader ends.
 * Returns false if there is nothing to do until the flash, the bus or the time has advanced.
 */
bool b0_bootloader_step(struct b0_bootloader *bootloader, struct b0_usb *usb, uint32_t now_us);

/* True while the flash works or is about to: for the LED. */
bool b0_bootloader_busy(const struct b0_bootloader *bootloader);

/* ---- shared by the files ---- */

/* dfu.c */
bool b0_dfu_control(struct b0_bootloader *bootloader, struct b0_usb *usb,
                    const struct boot0_setup *setup);
void b0_dfu_received(struct b0_bootloader *bootloader, struct b0_usb *usb,
                     const struct boot0_setup *setup);
/* Returns enum boot0_dfu_state. */
uint8_t b0_dfu_state(const struct b0_bootloader *bootloader);
/* For a new host, or the same one again. An error is kept. */
void b0_dfu_restart(struct b0_bootloader *bootloader, uint8_t alternate);
/* Records a failure of the flash at any time. */
void b0_dfu_fail(struct b0_bootloader *bootloader, uint8_t status);
/*
 * True when all data is in flash, for a request that waits for it; if the request completes the
 * update (bootloader->ending), including the record.
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
/* Returns the start of the host's part of the flash. */
uint32_t b0_bootloader_start(const struct b0_bootloader *bootloader);
/* Answers the current request with `ready` when possible: at once or in a later step. */
void b0_wait(struct b0_bootloader *bootloader, struct b0_usb *usb,
             void (*ready)(struct b0_bootloader *bootloader, struct b0_usb *usb));

#endif
