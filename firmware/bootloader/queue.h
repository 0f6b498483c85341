/* SPDX-License-Identifier: MIT */
/*
 * The work that the host has requested and the flash has not done yet: a ring of blocks and a queue
 * of operations on them. Each call of b0_queue_step() does at most one short thing, so that the bus
 * is served while the flash is busy.
 *
 * Only the queue decides when the journal's BEGIN is written: before it starts an operation that
 * changes the program, it ensures that BEGIN is in flash, whatever was requested, failed or erased
 * before.
 */
#ifndef B0_BOOTLOADER_QUEUE_H
#define B0_BOOTLOADER_QUEUE_H

#include <chip/flash_port.h>
#include <core/bootloader_map.h>

#include <core/journal.h>

enum {
    B0_BLOCK_SIZE = 4096, /* wTransferSize */
    B0_FLASH_OPS = 48,
    /* Room for the operations of one request, in addition to the one that is checked for. */
    B0_FLASH_OPS_SPARE = 4,
    /* With fewer free slots, a new update begins with an empty journal. */
    B0_JOURNAL_RESERVE = 8,
};

struct b0_flash_op {
    uint8_t kind; /* enum in queue.c */
    uint8_t first_sector, last_sector;
    uint16_t size;
    uint32_t address;
    uint32_t time_us; /* typical duration */
};

struct b0_queue {
    const struct b0_flash_port *flash;
    uint32_t flash_end;
    struct b0_chip_ram ram;
    bool has_journal;
    uint8_t (*blocks)[B0_BLOCK_SIZE]; /* the ring */
    uint8_t block_count;
    uint8_t first_block, blocks_used;
    struct b0_flash_op ops[B0_FLASH_OPS];
    uint8_t first_op, op_count;

    uint32_t now_us;     /* of the last step */
    uint32_t started_us; /* start of the first operation */
    uint32_t queued_us;  /* sum of all operations' time_us */
    uint8_t status;      /* enum boot0_dfu_status of the failed operation, until taken */

    /* The first operation. */
    uint8_t phase;
    uint32_t address; /* next byte to program */
    const uint8_t *data;
    uint32_t left;

    /*
     * BEGIN was read back from the journal, and the journal was not changed since. No operation
     * changes the program without that.
     */
    bool announced;

    /* Changes of the current update, for its record. */
    bool resumed; /* continues an interrupted update: blank flash is not trusted */
    b0_sectors erased;
    uint32_t end; /* of the highest write */
    uint8_t record[B0_JOURNAL_RECORD_SIZE];
    uint32_t hash_at, hash_end;
    struct b0_sha256 sha;
};

/*
 * `ram` decides which programs get the record of a complete update. NULL: no journal, as in the RAM
 * loader; the operations on the journal then do nothing.
 */
void b0_queue_init(struct b0_queue *queue, const struct b0_flash_port *flash, uint32_t flash_end,
                   const struct b0_chip_ram *ram, uint8_t (*blocks)[B0_BLOCK_SIZE],
                   uint8_t block_count);

/* Returns the buffer for the next block; NULL if there is no room for blocks or commands. */
uint8_t *b0_queue_room(const struct b0_queue *queue);
/* Returns how many blocks or commands fit. */
uint8_t b0_queue_room_count(const struct b0_queue *queue);

/* These need room. Takes the block at b0_queue_room(); its range is within the program's flash. */
void b0_queue_program(struct b0_queue *queue, uint32_t address, uint16_t size);
void b0_queue_erase(struct b0_queue *queue, uint8_t first_sector, uint8_t last_sector);

/*
 * Journal operations. The first records that the update is complete, if the program has a vector
 * table. Erasing the journal also erases the first sector of an incomplete program, so that it does
 * not start.
 */
void b0_queue_complete_update(struct b0_queue *queue);
void b0_queue_erase_journal(struct b0_queue *queue);
void b0_queue_read_journal(const struct b0_queue *queue, struct b0_journal *journal);

bool b0_queue_idle(const struct b0_queue *queue);

/* Typical time until all is done, and until there is room. */
uint32_t b0_queue_left_us(const struct b0_queue *queue);
uint32_t b0_queue_room_us(const struct b0_queue *queue);

/* Returns false if there was nothing to do: no operation, or the flash is busy. */
bool b0_queue_step(struct b0_queue *queue, uint32_t now_us);

/* Returns the error of a failed operation, once; operations queued after it were dropped.
 * BOOT0_DFU_STATUS_OK if none failed. */
uint8_t b0_queue_take_error(struct b0_queue *queue);

#endif
