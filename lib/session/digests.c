/* SPDX-License-Identifier: MIT */
/*
 * Compares by digests if the board can compute them: milliseconds instead of seconds for reading
 * back.
 */
#include "../usb/extension.h"
#include "private.h"

#include <core/crc32.h>
#include <string.h>

enum {
    LOOK = 256, /* bytes at a sector's start */
};

/* A run of bytes to compare with the flash. */
struct piece {
    uint32_t address;
    uint32_t length;
    const uint8_t *wanted;
    size_t sector; /* of a plan */
    bool is_rest;  /* not defined by the image: is it blank? */
};

/* Pieces that are requested together. */
struct question {
    struct boot0_session *session;
    struct piece pieces[B0_EXTENSION_RANGES_MAX];
    bool same[B0_EXTENSION_RANGES_MAX];
    size_t count;
    bool by_checksum; /* differences are then left undecided */
};

bool b0_session_compares(const struct boot0_session *session, int alternate)
{
    return session->board.bootloader.present && alternate == session->board.flash_alternate;
}

static void digest(const uint8_t *data, uint32_t length, uint8_t result[B0_SHA256_SIZE])
{
    struct b0_sha256 sha;

    b0_sha256_begin(&sha);
    b0_sha256_add(&sha, data, length);
    b0_sha256_end(&sha, result);
}

static enum boot0_status ask_digests(struct question *q, const struct b0_extension_range *ranges,
                                     struct boot0_error *error)
{
    uint8_t held[B0_EXTENSION_RANGES_MAX][B0_SHA256_SIZE], wanted[B0_SHA256_SIZE];
    enum boot0_status status = b0_extension_digests(
        &q->session->transport, &q->session->board.bootloader, ranges, q->count, held, error);

    for (size_t i = 0; i < q->count && status == BOOT0_OK; i++) {
        digest(q->pieces[i].wanted, q->pieces[i].length, wanted);
        q->same[i] = memcmp(held[i], wanted, sizeof wanted) == 0;
    }
    return status;
}

static enum boot0_status ask_checksums(struct question *q, const struct b0_extension_range *ranges,
                                       struct boot0_error *error)
{
    uint32_t held[B0_EXTENSION_RANGES_MAX] = {0};
    enum boot0_status status = b0_extension_checksums(
        &q->session->transport, &q->session->board.bootloader, ranges, q->count, held, error);

    for (size_t i = 0; i < q->count && status == BOOT0_OK; i++)
        q->same[i] = held[i] == b0_crc32(B0_CRC32_START, q->pieces[i].wanted, q->pieces[i].length);
    return status;
}

static enum boot0_status ask(struct question *q, struct boot0_error *error)
{
    struct b0_extension_range ranges[B0_EXTENSION_RANGES_MAX];
    enum boot0_status status;

    if (q->count == 0)
        return BOOT0_OK;
    for (size_t i = 0; i < q->count; i++)
        ranges[i] = (struct b0_extension_range){q->pieces[i].address, q->pieces[i].length};
    q->session->other_transfers += 2;
    status = q->by_checksum ? ask_checksums(q, ranges, error) : ask_digests(q, ranges, error);
    /* A flash operation queued earlier may have failed only now. */
    return status == BOOT0_E_PROTOCOL ? b0_session_explain(q->session, status, "writing", error)
                                      : status;
}

/* ---- what a plan needs to know ---- */

/* Adds a sector's pieces; false if there are too many, so that the sector is better read. */
static bool add_sector(struct question *q, const struct boot0_plan *plan, size_t index)
{
    const struct boot0_plan_sector *s = &plan->sectors[index];
    size_t before = q->count;

    for (uint32_t from = 0, to; from < s->sector.size; from = to) {
        bool is_rest = !s->mask[from];

        for (to = from + 1; to < s->sector.size && !s->mask[to] == is_rest;)
            to++;
        if (is_rest && (s->need != BOOT0_NEED_ALL || q->by_checksum))
            continue;
        if (q->count == B0_EXTENSION_RANGES_MAX) {
            q->count = before;
            return false;
        }
        q->pieces[q->count++] = (struct piece){
            .address = s->sector.address + from,
            .length = to - from,
            .wanted = s->wanted + from, /* blank where the image defines nothing */
            .sector = index,
            .is_rest = is_rest,
        };
    }
    return true;
}

/* Evaluates the answers for one sector. */
static void conclude(const struct question *q, struct boot0_plan *plan, size_t index,
                     bool *to_be_read)
{
    bool asked = false, same = true, rest_blank = !q->by_checksum;

    for (size_t i = 0; i < q->count; i++)
        if (q->pieces[i].sector == index) {
            bool *all = q->pieces[i].is_rest ? &rest_blank : &same;

            *all = *all && q->same[i];
            asked = true;
        }
    if (asked && (same || !q->by_checksum))
        to_be_read[index] = boot0_plan_compared(plan, index, same, rest_blank);
}

/* True if not enough is known yet. */
static bool is_open(const struct boot0_plan_sector *s)
{
    return s->need != BOOT0_NEED_NOTHING && !s->known;
}

static enum boot0_status ask_for(struct question *q, struct boot0_plan *plan, size_t first,
                                 size_t end, bool *to_be_read, struct boot0_error *error)
{
    enum boot0_status status = ask(q, error);

    for (size_t i = first; i < end && status == BOOT0_OK; i++)
        if (is_open(&plan->sectors[i]) && !to_be_read[i])
            conclude(q, plan, i, to_be_read);
    q->count = 0;
    return status;
}

/* True if reading a sector's start can save the digest of the whole sector. */
static bool worth_a_look(const struct boot0_plan_sector *s)
{
    if (!is_open(s) || s->need != BOOT0_NEED_COMPARE || s->sector.size <= LOOK)
        return false;
    return memchr(s->mask, 0, LOOK) == NULL;
}

/*
 * Programs that differ do so at the very start of most sectors: reading a few bytes of each shows
 * that at once, whereas the digest of a whole flash takes half a second.
 */
static enum boot0_status look_at_starts(struct boot0_session *session, struct boot0_plan *plan,
                                        struct boot0_error *error)
{
    struct question q = {.session = session};
    enum boot0_status status;

    for (size_t i = 0; i < plan->sector_count && q.count < B0_EXTENSION_RANGES_MAX; i++)
        if (worth_a_look(&plan->sectors[i]))
            q.pieces[q.count++] = (struct piece){
                .address = plan->sectors[i].sector.address,
                .length = LOOK,
                .wanted = plan->sectors[i].wanted,
                .sector = i,
            };
    status = ask(&q, error);
    for (size_t i = 0; i < q.count && status == BOOT0_OK; i++)
        if (!q.same[i])
            boot0_plan_compared(plan, q.pieces[i].sector, false, false);
    return status;
}

static enum boot0_status compare_all(struct question *q, struct boot0_plan *plan, bool *to_be_read,
                                     struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;
    size_t first = 0; /* first sector of the question */

    for (size_t i = 0; i < plan->sector_count && status == BOOT0_OK; i++) {
        if (!is_open(&plan->sectors[i]) || add_sector(q, plan, i))
            continue;
        status = ask_for(q, plan, first, i, to_be_read, error);
        first = i;
        if (status == BOOT0_OK && !add_sector(q, plan, i))
            to_be_read[i] = !q->by_checksum;
    }
    return status == BOOT0_OK ? ask_for(q, plan, first, plan->sector_count, to_be_read, error)
                              : status;
}

/*
 * The journal's digest identifies the program that was completed last. A checksum, several times as
 * fast as a digest, is enough to show that the flash still holds it.
 */
static enum boot0_status look_for_completed(struct boot0_session *session, struct boot0_plan *plan,
                                            bool *to_be_read, struct boot0_error *error)
{
    struct question q = {.session = session, .by_checksum = true};
    enum boot0_status status;
    bool completed = false;

    if (session->board.bootloader.protocol < B0_EXTENSION_HAS_CHECKSUMS)
        return BOOT0_OK;
    status = b0_session_was_completed(session, plan, &completed, error);
    return completed ? compare_all(&q, plan, to_be_read, error) : status;
}

enum boot0_status b0_session_compare(struct boot0_session *session, struct boot0_plan *plan,
                                     bool *to_be_read, struct boot0_error *error)
{
    struct question q = {.session = session};
    enum boot0_status status;

    memset(to_be_read, 0, plan->sector_count * sizeof *to_be_read);
    status = look_for_completed(session, plan, to_be_read, error);
    if (status == BOOT0_OK)
        status = look_at_starts(session, plan, error);
    return status == BOOT0_OK ? compare_all(&q, plan, to_be_read, error) : status;
}

/* ---- verifying ---- */

enum boot0_status b0_session_holds(struct boot0_session *session, uint32_t address,
                                   const uint8_t *wanted, uint32_t length, bool *same,
                                   struct boot0_error *error)
{
    struct question q = {
        .session = session,
        .pieces = {{.address = address, .length = length, .wanted = wanted}},
        .count = 1,
    };
    enum boot0_status status;

    *same = true;
    if (length == 0)
        return BOOT0_OK;
    status = ask(&q, error);
    *same = status == BOOT0_OK && q.same[0];
    return status;
}
