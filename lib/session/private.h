/* The session's inside, shared by the files of this folder. */
#ifndef B0_LIB_SESSION_PRIVATE_H
#define B0_LIB_SESSION_PRIVATE_H

#include "../dfu/link.h"
#include "../dfu/quirks.h"

#include <boot0/session.h>
#include <core/flash_times.h>

struct boot0_session {
    const struct boot0_bus *bus;
    struct boot0_board board;
    struct b0_link link; /* owns the transport */
    struct boot0_session_options options;
    struct boot0_observer observer;
    int selected; /* index of the alternate that is in force on the board, -1 if unknown */
    int chosen;   /* the one that options.alternate names, -1 if none is named */

    const struct b0_flash_times *times; /* NULL: the chip is unknown */
    enum b0_parallelism width;
    bool supply_done;

    struct boot0_report report;
    uint64_t opened_us;

    struct boot0_progress progress; /* of the phase under way */
    uint64_t phase_start_us;
    uint64_t phase_base; /* bytes that were done before the engine's present operation */
    bool deaf;           /* while tidying up after a stop: the observer is not asked */
};

/* ---- select.c ---- */

/* Finds and opens the board that is meant; fills session->board and the transport. */
enum boot0_status b0_session_find(struct boot0_session *session,
                                  const struct boot0_selection *selection,
                                  struct boot0_error *error);
/* True if a device is still at the candidate's path with the same number. */
bool b0_session_still_there(const struct boot0_session *session);

/* ---- session.c ---- */

void b0_session_note(const struct boot0_session *session, const char *format, ...) B0_PRINTF(2, 3);

/* A phase with progress; begin, and at the end add its time to *sum_us. */
void b0_session_phase(struct boot0_session *session, enum boot0_phase phase, uint64_t total);
void b0_session_phase_end(struct boot0_session *session, uint64_t *sum_us);

/* Runs the operation that was begun on the engine. */
enum boot0_status b0_session_run(struct boot0_session *session, const char *doing,
                                 const uint32_t *address, struct boot0_error *error);

/* Whether the last failure may not happen again: worth another try after recovery. */
bool b0_session_failure_may_pass(const struct boot0_session *session, enum boot0_status status);

/* Brings the board to dfuIDLE, with the observer not asked. */
enum boot0_status b0_session_recover(struct boot0_session *session, struct boot0_error *error);

/* Makes an alternate (by index) the one in force. */
enum boot0_status b0_session_use(struct boot0_session *session, int index,
                                 struct boot0_error *error);

/* The alternate that an address belongs to: the chosen one, else by layout; -1 if none. */
int b0_session_alternate_of(const struct boot0_session *session, uint32_t address);

/* B0_E_UNSUPPORTED unless the board has addresses. */
enum boot0_status b0_session_need_dfuse(const struct boot0_session *session, const char *what,
                                        struct boot0_error *error);

/* ---- memory.c ---- */

/* Reads within one alternate, trying again after passing failures. Counts as read. */
enum boot0_status b0_session_read_run(struct boot0_session *session, int alternate,
                                      uint32_t address, uint8_t *data, uint32_t size,
                                      struct boot0_error *error);

/* ---- supply.c ---- */

/* Tells an F2/F4/F7 ROM the supply range that the user named, once. */
enum boot0_status b0_session_apply_supply(struct boot0_session *session, struct boot0_error *error);

#endif
