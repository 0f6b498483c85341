/* SPDX-License-Identifier: MIT */
/* The session's inside, shared by the files of this folder. */
#ifndef B0_LIB_SESSION_PRIVATE_H
#define B0_LIB_SESSION_PRIVATE_H

#include "../protocol.h"

#include <boot0/session.h>
#include <core/family/family.h>

struct boot0_session {
    struct boot0_bus bus; /* not owned: a copy, the context is the same */
    struct boot0_board board;
    struct boot0_transport transport; /* owned; ops NULL: not open */
    struct b0_protocol *protocol;     /* owned; NULL: not open */
    struct boot0_session_options options;
    struct boot0_observer observer;
    int chosen; /* index of the alternate that options.alternate names, -1 if none is named */

    const struct b0_flash_times *times; /* NULL: the chip is unknown */
    enum b0_parallelism width;
    enum b0_parallelism erase_width;
    bool supply_done;

    struct boot0_report report;
    uint64_t fast_erase_us;   /* what was erased, by the RAM loader: boot0_session_loader_us() */
    uint64_t other_transfers; /* beside the protocol's */
    uint64_t opened_us;

    struct boot0_progress progress; /* of the phase under way */
    bool phase_over;                /* its numbers stay as they were at its end */
    bool stopped;                   /* the observer has said so, and no error has told it yet */
    uint64_t phase_start_us;
    uint64_t phase_base; /* bytes that were done before the protocol's present call */
    uint64_t ahead_us[BOOT0_PHASE_COUNT]; /* expected time of each phase of the operation */
    uint64_t read_ns_per_byte;            /* as measured; 0: not yet */

    bool locked; /* read protection was turned on: nothing can be read or started any more */

    /* CRC-32 of the last notes that b0_session_note_once() has told. */
    uint32_t told[16];
    size_t told_count; /* of all of them */
};

/* ---- select.c ---- */

/* Finds and opens the board that is meant; fills session->board and the transport. */
enum boot0_status b0_session_find(struct boot0_session *session,
                                  const struct boot0_selection *selection,
                                  struct boot0_error *error);
/*
 * Opens the board again that has gone from its port and comes back in DFU mode within
 * `within_ms`, 0: options.detach_wait_ms. Of the selection only the interface counts.
 */
enum boot0_status b0_session_find_again(struct boot0_session *session,
                                        const struct boot0_selection *selection, uint32_t within_ms,
                                        struct boot0_error *error);
/* True if a device is still at the candidate's path with the same number. */
bool b0_session_still_there(const struct boot0_session *session);

/* ---- session.c ---- */

void b0_session_note(const struct boot0_session *session, const char *format, ...)
    BOOT0_PRINTF(2, 3);

/* The same, but nothing if this very text was told before: what each look at an image finds. */
void b0_session_note_once(struct boot0_session *session, const char *format, ...)
    BOOT0_PRINTF(2, 3);

/* A note with a hint, and perhaps an advice; nothing if its message was told before. */
void b0_session_advise(struct boot0_session *session, const struct boot0_error *note);

/* A phase with progress; begin, and at the end add its time to *sum_us. */
void b0_session_phase(struct boot0_session *session, enum boot0_phase phase, uint64_t total);
void b0_session_phase_end(struct boot0_session *session, uint64_t *sum_us);

/*
 * Goes on with a board that was reset, when it is in DFU mode again. On failure the session is as
 * before, with a board that does not answer.
 */
enum boot0_status b0_session_reopen(struct boot0_session *session, struct boot0_error *error);
/*
 * The same after the start of another bootloader of the board.
 * `within_ms`: how long it may take; 0: as a detached program.
 */
enum boot0_status b0_session_reopen_other(struct boot0_session *session, uint32_t within_ms,
                                          struct boot0_error *error);

/* The board's clock, or the bus's. */
uint64_t b0_session_now_us(const struct boot0_session *session);

/* Brings a board to rest whose call was stopped by the observer, and completes the error. */
enum boot0_status b0_session_stopped(struct boot0_session *session, enum boot0_status status,
                                     struct boot0_error *error);

/*
 * The alternate that an address belongs to, by index: the chosen one, else by layout; *index is -1
 * if none has it. BOOT0_E_USAGE if several have it: the hint lists them.
 */
enum boot0_status b0_session_find_memory(const struct boot0_session *session, uint32_t address,
                                         int *index, struct boot0_error *error);

/* Whether an image's segment goes to the main flash, after b0_session_assign(). */
bool b0_session_in_flash(const struct boot0_session *session, const struct boot0_segment *segment);

/* Where programs begin in a memory: its first writable address. */
uint32_t b0_session_start_of(const struct boot0_layout *layout);

/* '0 "Internal Flash", 1 "Option Bytes"', as much as there is room for. */
void b0_session_list_alternates(const struct boot0_session *session, char *text, size_t size);

/* ---- assign.c ---- */

/*
 * Gives each segment of an image the number of the alternate setting that it goes to, and checks
 * that it may. BOOT0_E_MISMATCH (a DfuSe target does not fit the board), BOOT0_E_RANGE,
 * BOOT0_E_USAGE (it needs permission, or a choice).
 */
enum boot0_status b0_session_assign(const struct boot0_session *session, struct boot0_image *image,
                                    const struct boot0_flash_options *options,
                                    struct boot0_error *error);

/* ---- addresses.c ---- */

/* The flash address that an address is another name of; the same address if it is none. */
uint32_t b0_session_flash_address(const struct boot0_session *session, uint32_t address);

/*
 * Moves the image's data at other names of the flash to the flash's own addresses, with a note.
 * Refuses data for RAM (BOOT0_E_RANGE), or leaves it out, with a note.
 */
enum boot0_status b0_session_map_image(struct boot0_session *session, struct boot0_image *image,
                                       bool skip_ram, struct boot0_error *error);

/* ---- vectors.c ---- */

enum {
    B0_VECTORS_ALIGNMENT = 128, /* ARMv7-M, B3.2.5 VTOR: TBLOFF are the bits from 7 on */
};

/* Stack in RAM, reset handler in flash: not just data. */
bool b0_session_is_program(const struct boot0_session *session,
                           const struct boot0_vectors *vectors);

/*
 * Whether the program in the image can run on the board. `placed`: it is a raw binary, which does
 * not say itself where it belongs. Notes a program that nothing on the board starts.
 * BOOT0_E_MISMATCH.
 */
enum boot0_status b0_session_check_program(struct boot0_session *session,
                                           const struct boot0_image *image, bool placed,
                                           struct boot0_error *error);

/* ---- check.c ---- */

/* BOOT0_E_UNSUPPORTED unless the board has addresses. */
enum boot0_status b0_session_need_addresses(const struct boot0_session *session, const char *what,
                                            struct boot0_error *error);

/* BOOT0_E_MISMATCH: the board does not hold what the file says. */
enum boot0_status b0_session_fail_different(struct boot0_session *session, uint32_t address,
                                            uint8_t wanted, uint8_t held,
                                            struct boot0_error *error);

/* ---- time_left.c ---- */

/* Takes note of how long the board took to send what it holds. */
void b0_session_measured_reading(struct boot0_session *session, uint64_t bytes, uint64_t us);
/* The phases that carry out a plan are ahead; `verify_bytes` of it are read back. */
void b0_session_expect_plan(struct boot0_session *session, const struct boot0_plan *plan,
                            uint64_t verify_bytes);
/* Nothing is ahead but the phase under way. */
void b0_session_expect_nothing(struct boot0_session *session);
/* The expected time to the end of the operation in microseconds; 0: unknown. */
uint64_t b0_session_left_us(const struct boot0_session *session,
                            const struct boot0_progress *progress);

/* ---- memory.c ---- */

/* Reads within one alternate, trying again after passing failures. Counts as read. */
enum boot0_status b0_session_read_run(struct boot0_session *session, int alternate,
                                      uint32_t address, uint8_t *data, uint32_t size,
                                      struct boot0_error *error);

/* Erases one sector, and counts it. */
enum boot0_status b0_session_erase_sector(struct boot0_session *session, int alternate,
                                          uint32_t address, struct boot0_error *error);

/* Waits until the board is gone, which is how one sees that it has left. False: it stays. */
bool b0_session_has_left(struct boot0_session *session);

/* ---- bootloader.c: boot0's own ---- */

/* Whether it is the one in flash, which keeps a journal; and not the RAM loader. */
bool b0_session_has_journal(const struct boot0_session *session);

/*
 * Nothing in between completes an update by accident; at the end the program may start. Both do
 * nothing on other boards. An update needs the journal, which both make sure of: BOOT0_E_PROTECTED
 * if it cannot be written.
 */
enum boot0_status b0_session_begin_update(struct boot0_session *session, struct boot0_error *error);
enum boot0_status b0_session_end_update(struct boot0_session *session, struct boot0_error *error);
/*
 * After a request that waits for the flash, what the board says of it: what failed since it was
 * ordered, or `status` itself.
 */
enum boot0_status b0_session_explain(struct boot0_session *session, enum boot0_status status,
                                     const char *doing, struct boot0_error *error);
/*
 * boot0's bootloader takes erases and blocks into a queue: waits until all is done, and fails if
 * something has. Other boards have none.
 */
enum boot0_status b0_session_finish_queue(struct boot0_session *session, const char *doing,
                                          struct boot0_error *error);
/* BOOT0_E_PROTECTED if the board says that its journal is write-protected. */
enum boot0_status b0_session_check_journal(const struct boot0_session *session,
                                           struct boot0_error *error);
/*
 * After `status`, of something that changes the program: the same, or BOOT0_E_PROTECTED and another
 * error if it is the journal that could not be written.
 */
enum boot0_status b0_session_blame_journal(struct boot0_session *session, enum boot0_status status,
                                           struct boot0_error *error);
/*
 * Whether the digest that the bootloader has written into its journal at the end of the update is
 * that of the plan. False also if that cannot be compared, because not all of the program is in the
 * plan. Right after b0_session_end_update().
 */
bool b0_session_journal_agrees(const struct boot0_session *session, const struct boot0_plan *plan);
/* Whether that can be so. */
bool b0_session_plan_is_program(const struct boot0_session *session, const struct boot0_plan *plan);
/* Whether a plan's image is, by its digest, the program that was completed last. */
enum boot0_status b0_session_was_completed(struct boot0_session *session,
                                           const struct boot0_plan *plan, bool *completed,
                                           struct boot0_error *error);
/* The journal said so when the session was opened, and nothing was completed since. */
bool b0_session_was_interrupted(const struct boot0_session *session);

/* ---- plan.c ---- */

/* The index of the alternate that a number of a resolved image stands for; -1: none. */
int b0_session_index_of(const struct boot0_session *session, uint8_t alternate);
/*
 * The next alternate, by index, that a resolved image has data for, after one (-1: the first); -1
 * past the last. Option bytes, which can lock the chip, come last.
 */
int b0_session_next_memory(const struct boot0_session *session, const struct boot0_image *image,
                           int after);
/* The plan for one alternate, by index; it knows nothing yet of what the board holds. */
enum boot0_status b0_session_begin_plan(struct boot0_session *session,
                                        const struct boot0_image *image, int index,
                                        const struct boot0_flash_options *options,
                                        struct boot0_plan **plan, struct boot0_error *error);
/* Learns what the board holds, and makes the steps. */
enum boot0_status b0_session_complete_plan(struct boot0_session *session, struct boot0_plan *plan,
                                           int index, struct boot0_error *error);

/* ---- verify.c ---- */

/* How many bytes have to be read back to be sure of all that a plan changes. */
uint64_t b0_session_bytes_to_verify(const struct boot0_plan *plan);
/* Reads back and compares every sector that a plan has changed. BOOT0_E_IO: one differs. */
enum boot0_status b0_session_verify_changed(struct boot0_session *session,
                                            const struct boot0_plan *plan, int alternate,
                                            struct boot0_error *error);
/* Ends the update of a whole program, and verifies it by the journal's digest. */
enum boot0_status b0_session_end_and_verify(struct boot0_session *session,
                                            const struct boot0_plan *plan, int alternate,
                                            const struct boot0_flash_options *options,
                                            struct boot0_error *error);

/* ---- digests.c ---- */

/* Whether the board can compute digests of that memory. */
bool b0_session_compares(const struct boot0_session *session, int alternate);
/*
 * Finds out which sectors differ. `to_be_read` has one entry a sector: whether its bytes have to
 * be read in addition.
 */
enum boot0_status b0_session_compare(struct boot0_session *session, struct boot0_plan *plan,
                                     bool *to_be_read, struct boot0_error *error);
/* Whether the flash holds these bytes. */
enum boot0_status b0_session_holds(struct boot0_session *session, uint32_t address,
                                   const uint8_t *wanted, uint32_t length, bool *same,
                                   struct boot0_error *error);

/* ---- options.c ---- */

/* Whether a memory holds the chip's option bytes, by its address or its name. */
bool b0_session_is_option_bytes(const struct boot0_session *session, int index);
/* Whether it is a memory that no bootloader erases, whatever its layout says. */
bool b0_session_is_never_erased(const struct boot0_session *session, int index);
/*
 * After a write of option bytes that ended in `status`: waits for the reset by which the chip loads
 * them, and goes on when the board is back. BOOT0_E_GONE: it has not come back.
 */
enum boot0_status b0_session_load_options(struct boot0_session *session, enum boot0_status status,
                                          struct boot0_error *error);
/*
 * Reads them back into `held`, tells what is there, and compares the bits that the chip keeps as
 * they are written. BOOT0_E_IO: they differ.
 */
enum boot0_status b0_session_verify_options(struct boot0_session *session,
                                            const struct boot0_plan_sector *sector, int alternate,
                                            uint8_t *held, struct boot0_error *error);

/* ---- plain.c: boards without addresses ---- */

/* The whole job, after the check. */
enum boot0_status b0_session_flash_plain(struct boot0_session *session,
                                         const struct boot0_image *image,
                                         const struct boot0_flash_options *options,
                                         struct boot0_error *error);
enum boot0_status b0_session_verify_plain(struct boot0_session *session,
                                          const struct boot0_image *image,
                                          const struct boot0_flash_options *options,
                                          struct boot0_error *error);

/* ---- supply.c ---- */

/* How many bits may be programmed at a time; 0 mV: unknown, 3.3 V. */
enum b0_parallelism b0_session_width_of(uint32_t supply_mv);

/* Tells an F2/F4/F7 ROM the supply range that the user named, once. */
enum boot0_status b0_session_apply_supply(struct boot0_session *session, struct boot0_error *error);

#endif
