/* SPDX-License-Identifier: MIT */
/* Internals of the session, shared by the files of this folder. */
#ifndef B0_LIB_SESSION_PRIVATE_H
#define B0_LIB_SESSION_PRIVATE_H

#include "../protocol.h"

#include <boot0/session.h>
#include <core/family/family.h>

struct boot0_session {
    struct boot0_bus bus; /* not owned: a copy with the same context */
    struct boot0_board board;
    struct boot0_transport transport; /* owned; ops NULL: not open */
    struct b0_protocol *protocol;     /* owned; NULL: not open */
    struct boot0_session_options options;
    struct boot0_observer observer;
    const struct boot0_chip *chip; /* the chip that options.chip names; NULL: none */
    int chosen; /* index of the alternate that options.alternate selects; -1: none */

    const struct b0_flash_times *times; /* NULL: the chip is unknown */
    enum b0_parallelism width;
    enum b0_parallelism erase_width;
    bool supply_from_entry; /* a board entry says it, not the user */
    bool supply_done;

    struct boot0_report report;
    uint64_t fast_erase_us;   /* erase time with the RAM loader: boot0_session_loader_us() */
    uint64_t other_transfers; /* in addition to the protocol's */
    uint64_t opened_us;

    struct boot0_progress progress; /* of the current phase */
    bool phase_over;                /* progress keeps the final numbers of the last phase */
    bool stopped;                   /* the observer stopped the operation; not reported yet */
    uint64_t phase_start_us;
    uint64_t phase_base;                  /* bytes done before the protocol's current call */
    uint64_t ahead_us[BOOT0_PHASE_COUNT]; /* expected time of each phase of the operation */
    uint64_t read_ns_per_byte;            /* measured; 0: not yet */

    bool locked; /* read protection is on: nothing can be read or started any more */

    /* CRC-32 of the latest notes of b0_session_note_once(). */
    uint32_t told[16];
    size_t told_count; /* total number of such notes */
};

/* ---- select.c ---- */

/* Finds and opens the selected board; fills session->board and the transport. */
enum boot0_status b0_session_find(struct boot0_session *session,
                                  const struct boot0_selection *selection,
                                  struct boot0_error *error);
/*
 * Reopens a board that left its port and comes back there in DFU mode within `within_ms`; 0:
 * options.detach_wait_ms. Only the selection's interface is used.
 */
enum boot0_status b0_session_find_again(struct boot0_session *session,
                                        const struct boot0_selection *selection, uint32_t within_ms,
                                        struct boot0_error *error);
/* True if a device is still at the candidate's path with the same number. */
bool b0_session_still_there(const struct boot0_session *session);

/* ---- session.c ---- */

void b0_session_note(const struct boot0_session *session, const char *format, ...)
    BOOT0_PRINTF(2, 3);

/* Notes a text unless the same text was noted before: every check of an image produces it. */
void b0_session_note_once(struct boot0_session *session, const char *format, ...)
    BOOT0_PRINTF(2, 3);

/* Reports a note with a hint, and possibly an advice, unless its message was noted before. */
void b0_session_advise(struct boot0_session *session, const struct boot0_error *note);

/* A phase with progress: begins it; at the end adds its duration to *sum_us. */
void b0_session_phase(struct boot0_session *session, enum boot0_phase phase, uint64_t total);
void b0_session_phase_end(struct boot0_session *session, uint64_t *sum_us);

/*
 * Continues with a board that was reset, when it is in DFU mode again. On failure the session is
 * unchanged, with a board that does not answer.
 */
enum boot0_status b0_session_reopen(struct boot0_session *session, struct boot0_error *error);
/*
 * The same after the start of another bootloader of the board. `within_ms`: maximum duration; 0:
 * that for a detached program.
 */
enum boot0_status b0_session_reopen_other(struct boot0_session *session, uint32_t within_ms,
                                          struct boot0_error *error);

/* Returns the board's time, or the bus's. */
uint64_t b0_session_now_us(const struct boot0_session *session);

/* Brings a board to idle after the observer stopped a call, and completes the error. */
enum boot0_status b0_session_stopped(struct boot0_session *session, enum boot0_status status,
                                     struct boot0_error *error);

/*
 * Finds the alternate of an address, by index: the selected one, else by layout; *index is -1 if
 * none has it. BOOT0_E_USAGE if several have it: the hint lists them.
 */
enum boot0_status b0_session_find_memory(const struct boot0_session *session, uint32_t address,
                                         int *index, struct boot0_error *error);

/* True if an image's segment is for the main flash, after b0_session_assign(). */
bool b0_session_in_flash(const struct boot0_session *session, const struct boot0_segment *segment);

/* Returns the start of programs in a memory: its first writable address. */
uint32_t b0_session_start_of(const struct boot0_layout *layout);

/* Writes '0 "Internal Flash", 1 "Option Bytes"', as much as fits. */
void b0_session_list_alternates(const struct boot0_session *session, char *text, size_t size);

/* ---- assign.c ---- */

/*
 * Assigns each segment of an image the number of its alternate setting and checks that the data may
 * go there. BOOT0_E_MISMATCH (a DfuSe target does not match the board), BOOT0_E_RANGE,
 * BOOT0_E_USAGE (permission or a choice is needed).
 */
enum boot0_status b0_session_assign(const struct boot0_session *session, struct boot0_image *image,
                                    const struct boot0_flash_options *options,
                                    struct boot0_error *error);

/* ---- addresses.c ---- */

/* Maps an alias address to the flash address; returns other addresses unchanged. */
uint32_t b0_session_flash_address(const struct boot0_session *session, uint32_t address);

/*
 * Moves the image's data at aliases of the flash to the flash's own addresses, with a note. Refuses
 * data for RAM (BOOT0_E_RANGE), or with `skip_ram` omits it, with a note.
 */
enum boot0_status b0_session_map_image(struct boot0_session *session, struct boot0_image *image,
                                       bool skip_ram, struct boot0_error *error);

/* ---- vectors.c ---- */

enum {
    B0_VECTORS_ALIGNMENT = 128, /* ARMv7-M, B3.2.5 VTOR: TBLOFF starts at bit 7 */
};

/* True if the stack is in RAM and the reset handler in flash. */
bool b0_session_is_program(const struct boot0_session *session,
                           const struct boot0_vectors *vectors);

/*
 * Checks that the program in the image can run on the board. `placed`: a raw binary, which does not
 * contain its address. Notes a program that nothing on the board starts. BOOT0_E_MISMATCH.
 */
enum boot0_status b0_session_check_program(struct boot0_session *session,
                                           const struct boot0_image *image, bool placed,
                                           struct boot0_error *error);

/* ---- check.c ---- */

/* BOOT0_E_UNSUPPORTED unless the board has addresses. */
enum boot0_status b0_session_need_addresses(const struct boot0_session *session, const char *what,
                                            struct boot0_error *error);

/* BOOT0_E_MISMATCH: the board's contents differ from the file. */
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

/* Reads within one alternate and retries after transient failures. Counts the bytes as read. */
enum boot0_status b0_session_read_run(struct boot0_session *session, int alternate,
                                      uint32_t address, uint8_t *data, uint32_t size,
                                      struct boot0_error *error);

/* Erases one sector and counts it. */
enum boot0_status b0_session_erase_sector(struct boot0_session *session, int alternate,
                                          uint32_t address, struct boot0_error *error);

/* Waits until the board has disappeared, which shows that it left. False: it is still there. */
bool b0_session_has_left(struct boot0_session *session);

/* ---- bootloader.c: boot0's own ---- */

/* True for boot0's bootloader in flash, which keeps a journal; false for the RAM loader. */
bool b0_session_has_journal(const struct boot0_session *session);

/*
 * Begin and end an update; nothing in between completes it by accident, and after the end the
 * program may start. Both do nothing on other boards. Both check that the journal can be written,
 * otherwise BOOT0_E_PROTECTED.
 */
enum boot0_status b0_session_begin_update(struct boot0_session *session, struct boot0_error *error);
enum boot0_status b0_session_end_update(struct boot0_session *session, struct boot0_error *error);
/*
 * After a request that waits for the flash: returns the error of an operation that failed since it
 * was queued, otherwise `status`.
 */
enum boot0_status b0_session_explain(struct boot0_session *session, enum boot0_status status,
                                     const char *doing, struct boot0_error *error);
/*
 * boot0's bootloader queues erases and blocks: waits until all are done, and fails if one has
 * failed. Other boards have no queue.
 */
enum boot0_status b0_session_finish_queue(struct boot0_session *session, const char *doing,
                                          struct boot0_error *error);
/* BOOT0_E_PROTECTED if the board reports that its journal is write-protected. */
enum boot0_status b0_session_check_journal(const struct boot0_session *session,
                                           struct boot0_error *error);
/*
 * After an operation with result `status` that changes the program: returns `status`, or
 * BOOT0_E_PROTECTED with another error if the journal could not be written.
 */
enum boot0_status b0_session_blame_journal(struct boot0_session *session, enum boot0_status status,
                                           struct boot0_error *error);
/*
 * True if the digest that the bootloader wrote into its journal at the end of the update matches
 * the plan. Also false if it cannot be compared because the plan does not contain the whole
 * program. Call right after b0_session_end_update().
 */
bool b0_session_journal_agrees(const struct boot0_session *session, const struct boot0_plan *plan);
/* True if that comparison is possible. */
bool b0_session_plan_is_program(const struct boot0_session *session, const struct boot0_plan *plan);
/* Checks by digest whether a plan's image is the program that was completed last. */
enum boot0_status b0_session_was_completed(struct boot0_session *session,
                                           const struct boot0_plan *plan, bool *completed,
                                           struct boot0_error *error);
/*
 * True if the journal reported an interrupted update when the session was opened and none was
 * completed since.
 */
bool b0_session_was_interrupted(const struct boot0_session *session);

/* ---- plan.c ---- */

/* Returns the index of the alternate with a number of a resolved image; -1: none. */
int b0_session_index_of(const struct boot0_session *session, uint8_t alternate);
/*
 * Returns the next alternate, by index, that a resolved image has data for, after `after` (-1: the
 * first); -1 past the last. Option bytes, which can lock the chip, come last.
 */
int b0_session_next_memory(const struct boot0_session *session, const struct boot0_image *image,
                           int after);
/* Begins the plan for one alternate, by index; the board's contents are still unknown to it. */
enum boot0_status b0_session_begin_plan(struct boot0_session *session,
                                        const struct boot0_image *image, int index,
                                        const struct boot0_flash_options *options,
                                        struct boot0_plan **plan, struct boot0_error *error);
/* Learns the board's contents and makes the steps. */
enum boot0_status b0_session_complete_plan(struct boot0_session *session, struct boot0_plan *plan,
                                           int index, struct boot0_error *error);

/* ---- verify.c ---- */

/* How many bytes must be read back to verify all that a plan changes. */
uint64_t b0_session_bytes_to_verify(const struct boot0_plan *plan);
/* Reads back and compares every sector that a plan changed. BOOT0_E_IO: one differs. */
enum boot0_status b0_session_verify_changed(struct boot0_session *session,
                                            const struct boot0_plan *plan, int alternate,
                                            struct boot0_error *error);
/* Ends the update of a whole program and verifies it by the journal's digest. */
enum boot0_status b0_session_end_and_verify(struct boot0_session *session,
                                            const struct boot0_plan *plan, int alternate,
                                            const struct boot0_flash_options *options,
                                            struct boot0_error *error);

/* ---- digests.c ---- */

/* True if the board can compute digests of that memory. */
bool b0_session_compares(const struct boot0_session *session, int alternate);
/*
 * Finds out which sectors differ. `to_be_read` has one entry per sector: whether its bytes must
 * also be read.
 */
enum boot0_status b0_session_compare(struct boot0_session *session, struct boot0_plan *plan,
                                     bool *to_be_read, struct boot0_error *error);
/* Compares the flash with these bytes. */
enum boot0_status b0_session_holds(struct boot0_session *session, uint32_t address,
                                   const uint8_t *wanted, uint32_t length, bool *same,
                                   struct boot0_error *error);

/* ---- options.c ---- */

/* True if a memory holds the chip's option bytes, by its address or its name. */
bool b0_session_is_option_bytes(const struct boot0_session *session, int index);
/* True for a memory that no bootloader erases, whatever its layout says. */
bool b0_session_is_never_erased(const struct boot0_session *session, int index);
/*
 * After a write of option bytes with result `status`: waits for the reset with which the chip loads
 * them, and continues when the board is back. BOOT0_E_GONE: it has not come back.
 */
enum boot0_status b0_session_load_options(struct boot0_session *session, enum boot0_status status,
                                          struct boot0_error *error);
/*
 * Reads them back into `held`, reports them, and compares the bits that the chip keeps as written.
 * BOOT0_E_IO: they differ.
 */
enum boot0_status b0_session_verify_options(struct boot0_session *session,
                                            const struct boot0_plan_sector *sector, int alternate,
                                            uint8_t *held, struct boot0_error *error);

/* ---- plain.c: boards without addresses ---- */

/* The whole operation after the check. */
enum boot0_status b0_session_flash_plain(struct boot0_session *session,
                                         const struct boot0_image *image,
                                         const struct boot0_flash_options *options,
                                         struct boot0_error *error);
enum boot0_status b0_session_verify_plain(struct boot0_session *session,
                                          const struct boot0_image *image,
                                          const struct boot0_flash_options *options,
                                          struct boot0_error *error);

/* ---- programming_voltage.c ---- */

/* Returns the width of programming; 0 mV: unknown, 3.3 V is assumed. */
enum b0_parallelism b0_session_width_of(uint32_t supply_mv);

/* Sets the supply range that the user gave in an F2/F4/F7 ROM, once. */
enum boot0_status b0_session_apply_supply(struct boot0_session *session, struct boot0_error *error);

#endif
