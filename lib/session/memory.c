/* SPDX-License-Identifier: MIT */
/* Reads, erases and starts: a session's operations besides flashing an image. */
#include "../backend.h"
#include "private.h"

#include <stdlib.h>
#include <string.h>

enum {
    ATTEMPTS = 3,
    LEAVE_WAIT_MS = 5000, /* until a board that was told to leave disappears from the bus */
    UPLOAD_STEP = 1 << 16,
};

/* ---- reading ---- */

enum boot0_status b0_session_read_run(struct boot0_session *session, int alternate,
                                      uint32_t address, uint8_t *data, uint32_t size,
                                      struct boot0_error *error)
{
    struct b0_protocol *protocol = session->protocol;
    enum boot0_status status = BOOT0_OK;
    uint32_t done = 0;

    for (int attempt = 0; status == BOOT0_OK && done < size;) {
        status = protocol->ops->read(protocol, alternate, address + done, data + done, size - done,
                                     error);
        session->report.bytes_read += protocol->done;
        session->phase_base += protocol->done;
        if (protocol->done > 0)
            attempt = 0;
        done += protocol->done;
        if (status != BOOT0_OK && protocol->retryable && ++attempt < ATTEMPTS)
            status = protocol->ops->return_to_idle(protocol, error);
    }
    return b0_session_stopped(session, status, error);
}

/* Finds the alternate that contains [address, address + size) with all rights of `access`. */
static enum boot0_status check_access(const struct boot0_session *session, uint32_t address,
                                      size_t size, uint8_t access, int *alternate,
                                      struct boot0_error *error)
{
    int flash = session->board.flash_alternate;
    enum boot0_status status = b0_session_find_memory(session, address, alternate, error);
    uint32_t where = address;

    if (status != BOOT0_OK)
        return status;
    if (session->options.anywhere && size <= UINT32_MAX - address + (uint64_t)1) {
        if (*alternate < 0)
            *alternate = flash >= 0 ? flash : 0;
        return BOOT0_OK;
    }
    if (*alternate >= 0 && size <= UINT32_MAX &&
        boot0_layout_covers(&session->board.alternates[*alternate].layout, address, (uint32_t)size,
                            access, &where))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_RANGE, "0x%08x cannot be %s on this board", where,
               access == BOOT0_SECTOR_READABLE ? "read" : "written");
    boot0_hint(error, "Give an address within a memory of the board that can be %s.",
               access == BOOT0_SECTOR_READABLE ? "read" : "written");
    return boot0_advise(error, BOOT0_ADVICE_SEE_MEMORIES, NULL);
}

static enum boot0_status check_readable(const struct boot0_session *session, uint32_t address,
                                        size_t size, int *alternate, struct boot0_error *error)
{
    return check_access(session, address, size, BOOT0_SECTOR_READABLE, alternate, error);
}

enum boot0_status boot0_session_read(struct boot0_session *session, uint32_t address, uint8_t *data,
                                     size_t size, struct boot0_error *error)
{
    enum boot0_status status = b0_session_need_addresses(session, "be read at an address", error);
    int alternate;

    if (status == BOOT0_OK)
        status = check_readable(session, address, size, &alternate, error);
    if (status != BOOT0_OK)
        return status;
    b0_session_phase(session, BOOT0_PHASE_READ, size);
    status = b0_session_read_run(session, alternate, address, data, (uint32_t)size, error);
    b0_session_phase_end(session, &session->report.read_us);
    return status;
}

enum boot0_status boot0_session_upload(struct boot0_session *session, uint8_t **data, size_t *size,
                                       size_t limit, struct boot0_error *error)
{
    struct b0_protocol *protocol = session->protocol;
    enum boot0_status status;
    uint8_t *buffer;

    *data = NULL;
    *size = 0;
    if (!(session->board.attributes & BOOT0_DFU_CAN_UPLOAD)) {
        boot0_fail(error, BOOT0_E_UNSUPPORTED, "this board's bootloader does not allow reading");
        return boot0_hint(error, "Use another bootloader: the DFU descriptor of this one says "
                                 "download only.");
    }
    if (limit > UINT32_MAX)
        limit = UINT32_MAX;
    buffer = malloc(limit ? limit : 1);
    if (!buffer)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for %zu bytes", limit);
    b0_session_phase(session, BOOT0_PHASE_READ, limit);
    status = protocol->ops->read(protocol, session->chosen >= 0 ? session->chosen : 0, 0, buffer,
                                 (uint32_t)limit, error);
    session->phase_base = protocol->done;
    b0_session_phase_end(session, &session->report.read_us);
    session->report.bytes_read += protocol->done;
    status = b0_session_stopped(session, status, error);
    if (status != BOOT0_OK) {
        free(buffer);
        return status;
    }
    *data = buffer;
    *size = protocol->done;
    return BOOT0_OK;
}

/* ---- writing ---- */

enum boot0_status boot0_session_write(struct boot0_session *session, uint32_t address,
                                      const uint8_t *data, size_t size, struct boot0_error *error)
{
    struct b0_protocol *protocol = session->protocol;
    enum boot0_status status =
        b0_session_need_addresses(session, "be written at an address", error);
    int alternate;

    if (status == BOOT0_OK)
        status = check_access(session, address, size, BOOT0_SECTOR_WRITABLE, &alternate, error);
    if (status == BOOT0_OK)
        status = b0_session_apply_supply(session, error);
    if (status != BOOT0_OK)
        return status;
    session->report.touched = true;
    b0_session_phase(session, BOOT0_PHASE_WRITE, size);
    status = protocol->ops->write(protocol, alternate, address, data, (uint32_t)size, error);
    session->report.bytes_written += protocol->done;
    session->phase_base = protocol->done;
    b0_session_phase_end(session, &session->report.write_us);
    return b0_session_stopped(session, status, error);
}

/* ---- erasing ---- */

static void count_erased(struct boot0_session *session, uint32_t sector_size, uint32_t sectors)
{
    session->report.sectors_erased += sectors;
    if (session->times)
        session->fast_erase_us +=
            b0_flash_erase_ms(session->times, B0_PARALLEL_X32, sector_size) * 1000ull * sectors;
    session->report.bytes_erased += (uint64_t)sector_size * sectors;
}

enum boot0_status b0_session_erase_sector(struct boot0_session *session, int alternate,
                                          uint32_t address, struct boot0_error *error)
{
    const struct boot0_layout *layout = &session->board.alternates[alternate].layout;
    struct b0_protocol *protocol = session->protocol;
    enum boot0_status status =
        protocol->ops->erase(protocol, alternate, B0_ERASE_SECTOR, address, error);

    if (status == BOOT0_OK)
        count_erased(session, boot0_layout_sector_at(layout, address).size, 1);
    return b0_session_stopped(session, status, error);
}

static enum boot0_status check_erasable(const struct boot0_session *session, uint32_t address,
                                        uint32_t size, int *alternate, struct boot0_error *error)
{
    enum boot0_status status = b0_session_find_memory(session, address, alternate, error);
    uint32_t where = address;

    if (status != BOOT0_OK)
        return status;
    if (*alternate >= 0 && boot0_layout_covers(&session->board.alternates[*alternate].layout,
                                               address, size, BOOT0_SECTOR_ERASABLE, &where))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_RANGE, "0x%08x cannot be erased on this board", where);
    boot0_hint(error,
               "Give an address within a memory of the board that can be erased. Nothing was "
               "erased.");
    return boot0_advise(error, BOOT0_ADVICE_SEE_MEMORIES, NULL);
}

/* Returns the bytes of all sectors that overlap [address, end). */
static uint64_t bytes_of_sectors(const struct boot0_layout *layout, uint32_t address, uint64_t end)
{
    uint64_t bytes = 0;

    for (uint64_t at = address; at < end;) {
        struct boot0_sector sector = boot0_layout_sector_at(layout, (uint32_t)at);

        bytes += sector.size;
        at = (uint64_t)sector.address + sector.size;
    }
    return bytes;
}

enum boot0_status boot0_session_erase(struct boot0_session *session, uint32_t address,
                                      uint32_t size, struct boot0_error *error)
{
    enum boot0_status status = b0_session_need_addresses(session, "erase single sectors", error);
    uint64_t end = (uint64_t)address + size;
    const struct boot0_layout *layout;
    int alternate;

    if (status == BOOT0_OK)
        status = check_erasable(session, address, size, &alternate, error);
    if (status == BOOT0_OK)
        status = b0_session_check_journal(session, error);
    if (status == BOOT0_OK)
        status = b0_session_apply_supply(session, error);
    if (status != BOOT0_OK)
        return status;
    layout = &session->board.alternates[alternate].layout;
    session->report.touched = true;
    b0_session_phase(session, BOOT0_PHASE_ERASE, bytes_of_sectors(layout, address, end));
    for (uint64_t at = address; at < end && status == BOOT0_OK;) {
        struct boot0_sector sector = boot0_layout_sector_at(layout, (uint32_t)at);

        status = b0_session_erase_sector(session, alternate, sector.address, error);
        at = (uint64_t)sector.address + sector.size;
        session->phase_base += status == BOOT0_OK ? sector.size : 0;
    }
    if (status == BOOT0_OK)
        status = b0_session_finish_queue(session, "erasing", error);
    b0_session_phase_end(session, &session->report.erase_us);
    return status;
}

/* Refuses: a user who names the OTP does not mean the flash, which the command would erase. */
static enum boot0_status check_erase_all(const struct boot0_session *session, int memory,
                                         struct boot0_error *error)
{
    const struct boot0_layout *layout = &session->board.alternates[memory].layout;

    if (memory == session->board.flash_alternate || session->options.anywhere)
        return BOOT0_OK;
    for (size_t i = 0; i < layout->region_count; i++)
        if (layout->regions[i].access & BOOT0_SECTOR_ERASABLE)
            return BOOT0_OK;
    boot0_fail(error, BOOT0_E_UNSUPPORTED, "the memory \"%s\" cannot be erased", layout->name);
    boot0_hint(error, "Choose no memory to erase the main flash. Nothing was erased.");
    return boot0_advise(error, BOOT0_ADVICE_MAIN_FLASH, NULL);
}

static void count_all(struct boot0_session *session, const struct boot0_layout *layout)
{
    for (size_t i = 0; i < layout->region_count; i++)
        if (layout->regions[i].access & BOOT0_SECTOR_ERASABLE)
            count_erased(session, layout->regions[i].sector_size, layout->regions[i].sector_count);
}

/* Erases the whole flash with either command. */
static enum boot0_status erase_all(struct boot0_session *session, enum b0_erase what,
                                   struct boot0_error *error)
{
    int flash = session->chosen >= 0 ? session->chosen : session->board.flash_alternate;
    struct b0_protocol *protocol = session->protocol;
    enum boot0_status status;

    if (flash < 0)
        return boot0_fail(error, BOOT0_E_UNSUPPORTED, "the board shows no flash memory");
    status = what == B0_ERASE_ALL ? check_erase_all(session, flash, error) : BOOT0_OK;
    if (status == BOOT0_OK)
        status = b0_session_check_journal(session, error);
    if (status != BOOT0_OK)
        return status;
    session->report.touched = true;
    b0_session_phase(session, BOOT0_PHASE_ERASE, 0);
    status = protocol->ops->erase(protocol, flash, what, 0, error);
    if (status == BOOT0_OK)
        status = b0_session_finish_queue(session, "erasing", error);
    if (status == BOOT0_OK)
        count_all(session, &session->board.alternates[flash].layout);
    b0_session_phase_end(session, &session->report.erase_us);
    return b0_session_stopped(session, status, error);
}

enum boot0_status boot0_session_mass_erase(struct boot0_session *session, struct boot0_error *error)
{
    enum boot0_status status = b0_session_need_addresses(session, "erase on command", error);

    if (status == BOOT0_OK)
        status = b0_session_apply_supply(session, error);
    return status == BOOT0_OK ? erase_all(session, B0_ERASE_ALL, error) : status;
}

enum boot0_status boot0_session_unprotect(struct boot0_session *session, struct boot0_error *error)
{
    enum boot0_status status = b0_session_need_addresses(session, "remove read protection", error);

    return status == BOOT0_OK ? erase_all(session, B0_ERASE_UNPROTECT, error) : status;
}

/* ---- starting ---- */

/* AN3156, 4.4: the ROM jumps to whatever the vector table contains, even without a program. */
static enum boot0_status check_program(struct boot0_session *session, uint32_t address,
                                       struct boot0_error *error)
{
    uint8_t vectors[8], blank[8];
    int alternate;
    enum boot0_status status = check_readable(session, address, sizeof vectors, &alternate, error);

    if (status == BOOT0_OK)
        status = b0_session_read_run(session, alternate, address, vectors, sizeof vectors, error);
    memset(blank, b0_protocol_erased_byte(session->protocol), sizeof blank);
    if (status != BOOT0_OK || memcmp(vectors, blank, sizeof blank) != 0)
        return status;
    boot0_fail(error, BOOT0_E_MISMATCH, "no program at 0x%08x: the flash is erased there", address);
    boot0_hint(error, "Flash a program first, or give the address of its vector table.");
    return boot0_advise(error, BOOT0_ADVICE_START_ADDRESS, NULL);
}

bool b0_session_has_left(struct boot0_session *session)
{
    const struct boot0_bus *bus = &session->bus;
    uint64_t end_us = bus->ops->now_us(bus->context) + (uint64_t)LEAVE_WAIT_MS * 1000;

    while (b0_session_still_there(session)) {
        if (bus->ops->now_us(bus->context) >= end_us)
            return false;
        bus->ops->wait_change(bus->context, 20);
    }
    return true;
}

/* A board that was told to leave and no longer answers GETSTATUS has left. */
static enum boot0_status leave(struct boot0_session *session, uint32_t address,
                               struct boot0_error *error)
{
    struct b0_protocol *protocol = session->protocol;
    enum boot0_status status = protocol->ops->leave(protocol, address, error);

    for (int attempt = 1; status != BOOT0_OK && protocol->retryable && attempt < ATTEMPTS;
         attempt++) {
        status = protocol->ops->return_to_idle(protocol, error);
        if (status == BOOT0_E_GONE)
            return BOOT0_OK;
        if (status == BOOT0_OK)
            status = protocol->ops->leave(protocol, address, error);
    }
    return status;
}

enum boot0_status boot0_session_leave(struct boot0_session *session, uint32_t address,
                                      struct boot0_error *error)
{
    enum boot0_status status =
        b0_session_need_addresses(session, "start a program on command", error);

    if (status != BOOT0_OK)
        return status;
    b0_session_phase(session, BOOT0_PHASE_RUN, 0);
    status = leave(session, address, error);
    if (status != BOOT0_OK)
        return b0_session_stopped(session, status, error);
    session->report.started = b0_session_has_left(session);
    if (!session->report.started)
        b0_session_note(session, "the board acknowledged, but stays in DFU mode; if its flash was "
                                 "blank before, disconnect its power once");
    return BOOT0_OK;
}

enum boot0_status boot0_session_run(struct boot0_session *session, uint32_t address,
                                    struct boot0_error *error)
{
    enum boot0_status status =
        b0_session_need_addresses(session, "start a program on command", error);

    if (status != BOOT0_OK)
        return status;
    b0_session_phase(session, BOOT0_PHASE_RUN, 0);
    status = check_program(session, address, error);
    return status == BOOT0_OK ? boot0_session_leave(session, address, error) : status;
}

void boot0_session_detach(struct boot0_session *session)
{
    const struct boot0_backend *backend = b0_backend_of(&session->transport);
    struct boot0_error ignored;

    if (backend->detach)
        backend->detach(&session->transport, &session->board, &ignored);
}

enum boot0_status boot0_session_reset(struct boot0_session *session, struct boot0_error *error)
{
    const struct boot0_transport *transport = &session->transport;

    if (transport->ops->reset(transport->context) != BOOT0_XFER_ERROR)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_IO, "the USB reset failed");
    return boot0_hint(error, "Press the board's reset button, or plug it in again.");
}
