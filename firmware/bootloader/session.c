#include "session.h"

#include "map.h"

void b0_session_init(struct b0_session *session, bool interrupted)
{
    *session = (struct b0_session){.doubtful = interrupted};
}

static bool open(struct b0_session *session)
{
    bool was_open = session->open;

    session->open = true;
    return !was_open;
}

static uint16_t mask(uint8_t first_sector, uint8_t last_sector)
{
    return (uint16_t)((2u << last_sector) - (1u << first_sector));
}

bool b0_session_erase(struct b0_session *session, uint8_t first_sector, uint8_t last_sector)
{
    uint16_t sectors = mask(first_sector, last_sector);

    session->erased |= sectors;
    session->written &= (uint16_t)~sectors;
    return open(session);
}

/* Of all sectors only the first has to be written again for there to be a program. */
bool b0_session_erase_all(struct b0_session *session)
{
    session->erased = 0;
    session->written = 0;
    return b0_session_erase(session, B0_SECTOR_PROGRAM, B0_SECTOR_PROGRAM);
}

bool b0_session_write(struct b0_session *session, uint32_t address, uint32_t size)
{
    session->written |= mask(b0_sector_at(address), b0_sector_at(address + size - 1));
    return open(session);
}

void b0_session_refused(struct b0_session *session)
{
    session->doubtful = session->doubtful || session->open;
    session->erased = 0;
    session->written = 0;
}

void b0_session_failed(struct b0_session *session)
{
    b0_session_refused(session);
    session->doubtful = true;
}

void b0_session_new_host(struct b0_session *session)
{
    b0_session_refused(session);
    session->bracketed = false;
}

bool b0_session_leave_completes(const struct b0_session *session)
{
    uint16_t anew = session->erased & session->written;

    return session->open && !session->bracketed &&
           (!session->doubtful || (anew >> B0_SECTOR_PROGRAM & 1) != 0);
}

bool b0_session_abort_completes(const struct b0_session *session)
{
    return b0_session_leave_completes(session) && (session->erased & ~session->written) == 0;
}

void b0_session_completed(struct b0_session *session)
{
    session->open = false;
    session->doubtful = false;
    session->erased = 0;
    session->written = 0;
}
