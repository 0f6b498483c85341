/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include <boot0/protocol.h>
#include <core/bytes.h>

enum kind {
    FLASH_OP_ERASE,
    FLASH_OP_PROGRAM,
    FLASH_OP_COMPLETE,
    FLASH_OP_ERASE_JOURNAL,
    FLASH_OP_COUNT
};

/* Result of an operation's function. */
enum outcome {
    OUTCOME_MORE, /* something was begun, or a part is done: call again */
    OUTCOME_DONE,
};

enum {
    HASH_STEP = 1024, /* bytes per step: some 250 us */
    HASH_US_PER_KIB = 250,
    PROGRAM_STEP = 32,   /* bytes per step: 8 words take 128 us, the time of a packet */
    OVERTIME_US = 10000, /* minimum time left; a quarter of the typical time if more: worn flash */
};

/* Phases of the operations; each operation starts in its own first phase. */
enum phase {
    PHASE_START,
    PHASE_ERASING,        /* erasing sector first_sector */
    PHASE_PROGRAM_ERASED, /* the journal may be erased */
    PHASE_JOURNAL_ERASING,
    PHASE_APPEND,
    PHASE_HASH,
    PHASE_WRITTEN,
};

static const struct b0_flash_ops *ops(const struct b0_queue *q)
{
    return q->flash->ops;
}

static const uint8_t *contents(const struct b0_queue *q, uint32_t address)
{
    return ops(q)->contents(q->flash->context, address);
}

void b0_queue_init(struct b0_queue *q, const struct b0_flash_port *flash, uint32_t flash_end,
                   const struct b0_chip_ram *ram, uint8_t (*blocks)[B0_BLOCK_SIZE],
                   uint8_t block_count)
{
    *q = (struct b0_queue){
        .flash = flash,
        .flash_end = flash_end,
        .has_journal = ram != NULL,
        .resumed = ram == NULL, /* unknown what was interrupted */
        .blocks = blocks,
        .block_count = block_count,
    };
    if (ram)
        q->ram = *ram;
}

/* ---- the ring and the queue ---- */

uint8_t b0_queue_room_count(const struct b0_queue *q)
{
    int blocks = q->block_count - q->blocks_used;
    int room = B0_FLASH_OPS - B0_FLASH_OPS_SPARE - q->op_count;

    return (uint8_t)(room < 0 ? 0 : blocks < room ? blocks : room);
}

uint8_t *b0_queue_room(const struct b0_queue *q)
{
    if (b0_queue_room_count(q) == 0)
        return NULL;
    return q->blocks[(q->first_block + q->blocks_used) % q->block_count];
}

bool b0_queue_idle(const struct b0_queue *q)
{
    return q->op_count == 0;
}

static void push(struct b0_queue *q, struct b0_flash_op op)
{
    if (q->op_count == B0_FLASH_OPS)
        return; /* cannot happen: b0_queue_room() reserves places */
    if (q->op_count == 0)
        q->started_us = q->now_us;
    q->ops[(q->first_op + q->op_count) % B0_FLASH_OPS] = op;
    q->op_count++;
    q->queued_us += op.time_us;
}

static void pop(struct b0_queue *q)
{
    const struct b0_flash_op *op = &q->ops[q->first_op];

    if (op->kind == FLASH_OP_PROGRAM) {
        q->first_block = (uint8_t)((q->first_block + 1) % q->block_count);
        q->blocks_used--;
    }
    q->queued_us -= op->time_us;
    q->first_op = (uint8_t)((q->first_op + 1) % B0_FLASH_OPS);
    q->op_count--;
    q->phase = PHASE_START;
    q->started_us = q->now_us;
    ops(q)->lock(q->flash->context);
}

void b0_queue_program(struct b0_queue *q, uint32_t address, uint16_t size)
{
    q->blocks_used++;
    push(q, (struct b0_flash_op){.kind = FLASH_OP_PROGRAM,
                                 .size = size,
                                 .address = address,
                                 .time_us = ops(q)->time_us(q->flash->context, 0, size)});
}

void b0_queue_erase(struct b0_queue *q, uint8_t first_sector, uint8_t last_sector)
{
    struct b0_flash_op op = {
        .kind = FLASH_OP_ERASE, .first_sector = first_sector, .last_sector = last_sector};

    for (uint8_t sector = first_sector; sector <= last_sector; sector++)
        op.time_us += ops(q)->time_us(q->flash->context, sector, 0);
    push(q, op);
}

static void push_journal(struct b0_queue *q, enum kind kind, uint32_t hash_kib)
{
    uint32_t time_us = ops(q)->time_us(q->flash->context, 0, B0_JOURNAL_RECORD_SIZE);

    push(q, (struct b0_flash_op){.kind = (uint8_t)kind,
                                 .time_us = time_us + hash_kib * HASH_US_PER_KIB});
}

void b0_queue_complete_update(struct b0_queue *q)
{
    if (!q->has_journal)
        return;
    push_journal(q, FLASH_OP_COMPLETE,
                 q->end > B0_PROGRAM_BASE ? (q->end - B0_PROGRAM_BASE) / 1024 : 0);
}

void b0_queue_erase_journal(struct b0_queue *q)
{
    if (!q->has_journal)
        return;
    push(q,
         (struct b0_flash_op){.kind = FLASH_OP_ERASE_JOURNAL,
                              .time_us = ops(q)->time_us(q->flash->context, B0_SECTOR_JOURNAL, 0)});
}

/* Returns the remaining time of the first operation. */
static uint32_t first_left_us(const struct b0_queue *q)
{
    uint32_t time_us = q->ops[q->first_op].time_us;
    uint32_t elapsed_us = q->now_us - q->started_us;
    uint32_t least_us = time_us / 4 > OVERTIME_US ? time_us / 4
                        : time_us < OVERTIME_US   ? time_us
                                                  : OVERTIME_US;

    return elapsed_us + least_us < time_us ? time_us - elapsed_us : least_us;
}

uint32_t b0_queue_left_us(const struct b0_queue *q)
{
    if (q->op_count == 0)
        return 0;
    return q->queued_us - q->ops[q->first_op].time_us + first_left_us(q);
}

uint32_t b0_queue_room_us(const struct b0_queue *q)
{
    uint32_t sum_us;

    if (b0_queue_room(q) || q->op_count == 0)
        return 0;
    sum_us = first_left_us(q);
    for (uint8_t i = 0; i + 1 < q->op_count; i++) {
        const struct b0_flash_op *op = &q->ops[(q->first_op + i) % B0_FLASH_OPS];

        if (op->kind == FLASH_OP_PROGRAM)
            break;
        sum_us += q->ops[(q->first_op + i + 1) % B0_FLASH_OPS].time_us;
    }
    return sum_us;
}

/* ---- operations ---- */

static enum outcome fail(struct b0_queue *q, uint8_t status)
{
    while (q->op_count > 0)
        pop(q);
    q->left = 0;
    q->status = status;
    return OUTCOME_MORE; /* no operation is left */
}

uint8_t b0_queue_take_error(struct b0_queue *q)
{
    uint8_t status = q->status;

    q->status = BOOT0_DFU_STATUS_OK;
    return status;
}

static void erase(struct b0_queue *q, uint8_t sector, enum phase next)
{
    ops(q)->erase(q->flash->context, sector);
    q->phase = (uint8_t)next;
}

static void begin_program(struct b0_queue *q, uint32_t address, const uint8_t *data, uint32_t size,
                          enum phase next)
{
    q->address = address;
    q->data = data;
    q->left = size;
    q->phase = (uint8_t)next;
}

static bool same(const uint8_t *a, const uint8_t *b, uint32_t size)
{
    uint32_t i = 0;

    for (; size - i >= 4; i += 4) {
        if (b0_load32(a + i) != b0_load32(b + i))
            return false;
    }
    for (; i < size; i++) {
        if (a[i] != b[i])
            return false;
    }
    return true;
}

static void advance(struct b0_queue *q, uint32_t size)
{
    q->address += size;
    q->data += size;
    q->left -= size;
}

/* Returns how many bytes the next step programs; 0: the flash already holds the next one. */
static uint32_t to_program(const struct b0_queue *q)
{
    const uint8_t *now = contents(q, q->address);
    uint32_t size = 0;

    if (q->address % 4 != 0 || q->left < 4)
        return *now != *q->data;
    while (size < PROGRAM_STEP && q->left - size >= 4 &&
           b0_load32(now + size) != b0_load32(q->data + size))
        size += 4;
    return size;
}

/* Begins the next necessary program operation; skips flash that already holds the bytes. */
static void program_more(struct b0_queue *q)
{
    while (q->left > 0) {
        uint32_t size = to_program(q);

        if (size > 0) {
            advance(q, ops(q)->program(q->flash->context, q->address, q->data, size));
            return;
        }
        advance(q, q->address % 4 == 0 && q->left >= 4 ? 4 : 1);
    }
}

static bool is_blank(const struct b0_queue *q, uint8_t sector)
{
    const uint8_t *bytes = contents(q, b0_sector_address(sector));

    for (uint32_t i = 0; i < b0_sector_size(sector); i += 4) {
        if (b0_load32(bytes + i) != UINT32_MAX)
            return false;
    }
    return true;
}

/* ---- the journal's operations ---- */

void b0_queue_read_journal(const struct b0_queue *q, struct b0_journal *journal)
{
    if (q->has_journal)
        b0_journal_scan(journal, contents(q, B0_JOURNAL_BASE), B0_JOURNAL_SIZE);
    else
        *journal = (struct b0_journal){.state = B0_JOURNAL_EMPTY};
}

static void append(struct b0_queue *q, struct b0_journal_record *record)
{
    struct b0_journal journal;

    b0_queue_read_journal(q, &journal);
    record->sequence = journal.sequence;
    b0_journal_encode(record, q->record);
    begin_program(q, B0_JOURNAL_BASE + journal.next * (uint32_t)B0_JOURNAL_RECORD_SIZE, q->record,
                  B0_JOURNAL_RECORD_SIZE, PHASE_WRITTEN);
}

static enum outcome check_record(struct b0_queue *q)
{
    uint32_t address = q->address - B0_JOURNAL_RECORD_SIZE;

    if (!same(contents(q, address), q->record, B0_JOURNAL_RECORD_SIZE))
        return fail(q, BOOT0_DFU_STATUS_ERR_WRITE);
    return OUTCOME_DONE;
}

/*
 * An incomplete program must not start when its journal is gone, so its first sector, with the
 * vector table, is erased first. (A complete one stays valid until the update really begins.)
 */
static void erase_full_journal(struct b0_queue *q, uint8_t state)
{
    if (state == B0_JOURNAL_BEGUN)
        erase(q, B0_SECTOR_PROGRAM, PHASE_PROGRAM_ERASED);
    else
        erase(q, B0_SECTOR_JOURNAL, PHASE_JOURNAL_ERASING);
}

/* A record torn by a power failure also reads as "begun", but not reliably: its bits may change. */
static enum outcome start_begin(struct b0_queue *q)
{
    struct b0_journal journal;
    uint32_t needed = B0_JOURNAL_RESERVE;

    b0_queue_read_journal(q, &journal);
    q->resumed = journal.state == B0_JOURNAL_BEGUN;
    q->erased = 0;
    q->end = 0;
    if (q->resumed)
        needed = journal.last == B0_JOURNAL_BEGIN ? 1 : 2;
    /*
     * Without a record nothing proves that an erase of the sector was completed: after an
     * interrupted erase it may look blank and yet not last. The first record is that proof.
     */
    if (journal.next == 0 || journal.slots - journal.next < needed)
        erase_full_journal(q, journal.state);
    else if (needed == 1)
        return OUTCOME_DONE;
    else
        q->phase = PHASE_APPEND;
    return OUTCOME_MORE;
}

static enum outcome begin(struct b0_queue *q)
{
    struct b0_journal_record record = {.type = B0_JOURNAL_BEGIN, .start = B0_PROGRAM_BASE};

    switch (q->phase) {
    case PHASE_START:
        return start_begin(q);
    case PHASE_PROGRAM_ERASED:
        erase(q, B0_SECTOR_JOURNAL, PHASE_JOURNAL_ERASING);
        return OUTCOME_MORE;
    case PHASE_JOURNAL_ERASING:
    case PHASE_APPEND:
        append(q, &record);
        return OUTCOME_MORE;
    default:
        return check_record(q);
    }
}

/* Writes BEGIN before an operation that changes the program; the operation then starts again. */
static enum outcome announce(struct b0_queue *q)
{
    if (begin(q) == OUTCOME_DONE) {
        q->announced = true;
        q->phase = PHASE_START;
    }
    return OUTCOME_MORE;
}

static enum outcome do_erase_journal(struct b0_queue *q, struct b0_flash_op *op)
{
    struct b0_journal journal;

    (void)op;
    switch (q->phase) {
    case PHASE_START:
        b0_queue_read_journal(q, &journal);
        if (journal.state == B0_JOURNAL_EMPTY)
            return OUTCOME_DONE;
        q->announced = false;
        erase_full_journal(q, journal.state);
        return OUTCOME_MORE;
    case PHASE_PROGRAM_ERASED:
        erase(q, B0_SECTOR_JOURNAL, PHASE_JOURNAL_ERASING);
        return OUTCOME_MORE;
    default:
        return OUTCOME_DONE;
    }
}

/* Returns the end of the known part of the program. */
static uint32_t program_end(const struct b0_queue *q, const struct b0_journal *journal)
{
    uint32_t end = journal->has_complete ? journal->complete.start + journal->complete.length : 0;

    /* Of an earlier update, only the part that this one has not erased. */
    while (end > B0_PROGRAM_BASE && end <= q->flash_end &&
           (q->erased >> b0_sector_at(end - 1) & 1) != 0)
        end = b0_sector_address(b0_sector_at(end - 1));
    if (end < q->end || end > q->flash_end)
        end = q->end;
    if (end > B0_PROGRAM_BASE)
        return end;
    /* Another tool's program: everything that is not blank. */
    end = q->flash_end;
    while (end > B0_PROGRAM_BASE && b0_load32(contents(q, end - 4)) == UINT32_MAX)
        end -= 4;
    return end;
}

static enum outcome start_complete(struct b0_queue *q)
{
    struct b0_journal journal;

    b0_queue_read_journal(q, &journal);
    if (journal.state != B0_JOURNAL_BEGUN ||
        !b0_vectors_sane(contents(q, B0_PROGRAM_BASE), q->flash_end, &q->ram))
        return OUTCOME_DONE;
    if (journal.next == journal.slots)
        return fail(q, BOOT0_DFU_STATUS_ERR_NOTDONE);
    b0_sha256_begin(&q->sha);
    q->hash_at = B0_PROGRAM_BASE;
    q->hash_end = program_end(q, &journal);
    q->phase = PHASE_HASH;
    return OUTCOME_MORE;
}

static enum outcome hash(struct b0_queue *q)
{
    struct b0_journal_record record = {
        .type = B0_JOURNAL_COMPLETE,
        .start = B0_PROGRAM_BASE,
        .length = q->hash_end - B0_PROGRAM_BASE,
    };
    uint32_t size = q->hash_end - q->hash_at < HASH_STEP ? q->hash_end - q->hash_at : HASH_STEP;

    b0_sha256_add(&q->sha, contents(q, q->hash_at), size);
    q->hash_at += size;
    if (q->hash_at == q->hash_end) {
        b0_sha256_end(&q->sha, record.digest);
        q->announced = false;
        append(q, &record);
    }
    return OUTCOME_MORE;
}

static enum outcome do_complete(struct b0_queue *q, struct b0_flash_op *op)
{
    (void)op;
    switch (q->phase) {
    case PHASE_START:
        return start_complete(q);
    case PHASE_HASH:
        return hash(q);
    default:
        return check_record(q);
    }
}

/* ---- the program's operations ---- */

static void note_erased(struct b0_queue *q, uint8_t sector)
{
    q->erased |= b0_sector_range(sector, sector);
    if (q->end > B0_PROGRAM_BASE && b0_sector_at(q->end - 1) == sector)
        q->end = b0_sector_address(sector);
}

static enum outcome do_erase(struct b0_queue *q, struct b0_flash_op *op)
{
    if (q->phase == PHASE_ERASING) {
        note_erased(q, op->first_sector);
        op->first_sector++;
        q->phase = PHASE_START;
    }
    if (op->first_sector > op->last_sector)
        return OUTCOME_DONE;
    /* A sector after an interrupted erase may look blank and yet not last. */
    if (!q->resumed && is_blank(q, op->first_sector))
        q->phase = PHASE_ERASING;
    else
        erase(q, op->first_sector, PHASE_ERASING);
    return OUTCOME_MORE;
}

static enum outcome do_program(struct b0_queue *q, struct b0_flash_op *op)
{
    const uint8_t *block = q->blocks[q->first_block];

    if (q->phase == PHASE_START) {
        begin_program(q, op->address, block, op->size, PHASE_WRITTEN);
        return OUTCOME_MORE;
    }
    if (!same(contents(q, op->address), block, op->size))
        return fail(q, BOOT0_DFU_STATUS_ERR_VERIFY);
    if (op->address + op->size > q->end)
        q->end = op->address + op->size;
    return OUTCOME_DONE;
}

/* ---- the step ---- */

static const struct {
    enum outcome (*work)(struct b0_queue *q, struct b0_flash_op *op);
    bool changes_program;
    uint8_t status; /* of the flash, if it reports a failure */
} operations[FLASH_OP_COUNT] = {
    [FLASH_OP_ERASE] = {do_erase, true, BOOT0_DFU_STATUS_ERR_ERASE},
    [FLASH_OP_PROGRAM] = {do_program, true, BOOT0_DFU_STATUS_ERR_PROG},
    [FLASH_OP_COMPLETE] = {do_complete, false, BOOT0_DFU_STATUS_ERR_WRITE},
    [FLASH_OP_ERASE_JOURNAL] = {do_erase_journal, false, BOOT0_DFU_STATUS_ERR_WRITE},
};

bool b0_queue_step(struct b0_queue *q, uint32_t now_us)
{
    struct b0_flash_op *op = &q->ops[q->first_op];
    enum b0_flash_state state;
    bool is_announcing;

    q->now_us = now_us;
    if (q->op_count == 0)
        return false;
    state = ops(q)->state(q->flash->context);
    if (state == B0_FLASH_BUSY)
        return false;
    is_announcing = q->has_journal && operations[op->kind].changes_program && !q->announced;
    if (state == B0_FLASH_STARVED)
        fail(q, BOOT0_DFU_STATUS_ERR_VENDOR);
    else if (state != B0_FLASH_READY)
        fail(q, state == B0_FLASH_PROTECTED || is_announcing ? (uint8_t)BOOT0_DFU_STATUS_ERR_WRITE
                                                             : operations[op->kind].status);
    else if (q->left > 0)
        program_more(q);
    else if ((is_announcing ? announce(q) : operations[op->kind].work(q, op)) == OUTCOME_DONE)
        pop(q);
    return true;
}
