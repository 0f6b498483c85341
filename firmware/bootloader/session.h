/*
 * Whether an update is over when its host seems to be done: hosts say so in different ways, some
 * not at all, and a program that is half written must not start.
 *
 * A conversation lasts until the host selects an interface anew or resets the bus: then another
 * program may be at the other end, which knows nothing of what the first one left.
 */
#ifndef B0_BOOTLOADER_SESSION_H
#define B0_BOOTLOADER_SESSION_H

#include <stdbool.h>
#include <stdint.h>

struct b0_session {
    bool open;      /* the program was changed, and that is not completed yet */
    bool bracketed; /* the host tells the end itself: extension's BEGIN */
    /*
     * Changes of an earlier conversation are not completed: only with a new first sector can
     * this one's program be a whole one.
     */
    bool doubtful;
    uint16_t erased, written; /* sectors of this conversation, a bit each */
};

/* `interrupted`: the journal says that an update was begun. */
void b0_session_init(struct b0_session *session, bool interrupted);

/* A change is ordered. Returns true if it is the first: the journal has to be told before it. */
bool b0_session_erase(struct b0_session *session, uint8_t first_sector, uint8_t last_sector);
bool b0_session_erase_all(struct b0_session *session);
bool b0_session_write(struct b0_session *session, uint32_t address, uint32_t size);

/* Something was refused: what was changed before is not to be completed by accident. */
void b0_session_refused(struct b0_session *session);
/* The flash failed: even what counted as completed may not be, and may have been queued behind. */
void b0_session_failed(struct b0_session *session);
void b0_session_new_host(struct b0_session *session);

/* Whether these complete the update: ABORT, and the order to start the program. */
bool b0_session_abort_completes(const struct b0_session *session);
bool b0_session_leave_completes(const struct b0_session *session);
void b0_session_completed(struct b0_session *session);

#endif
