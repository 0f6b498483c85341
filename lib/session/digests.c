/*
 * Comparing by digests, where the board can compute them: some milliseconds for what reading back
 * takes seconds.
 */
#include "../dfu/extension.h"
#include "private.h"

#include <string.h>

enum {
    LOOK = 256, /* bytes of a sector's start */
};

/* A run of bytes to be compared: what the flash should hold there. */
struct piece {
    uint32_t address;
    uint32_t length;
    const uint8_t *wanted;
    size_t sector; /* of a plan */
    bool is_rest;  /* not the image's own: blank? */
};

/* Pieces that are asked for together. */
struct question {
    struct boot0_session *session;
    struct piece pieces[B0_EXTENSION_RANGES_MAX];
    bool same[B0_EXTENSION_RANGES_MAX];
    size_t count;
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

static enum boot0_status ask(struct question *q, struct boot0_error *error)
{
    struct b0_extension_range ranges[B0_EXTENSION_RANGES_MAX];
    uint8_t held[B0_EXTENSION_RANGES_MAX][B0_SHA256_SIZE], wanted[B0_SHA256_SIZE];
    enum boot0_status status;

    if (q->count == 0)
        return B0_OK;
    for (size_t i = 0; i < q->count; i++)
        ranges[i] = (struct b0_extension_range){q->pieces[i].address, q->pieces[i].length};
    status = b0_extension_digests(&q->session->transport, &q->session->board.bootloader, ranges,
                                  q->count, held, error);
    q->session->other_transfers += 2;
    for (size_t i = 0; i < q->count && status == B0_OK; i++) {
        digest(q->pieces[i].wanted, q->pieces[i].length, wanted);
        q->same[i] = memcmp(held[i], wanted, sizeof wanted) == 0;
    }
    return status;
}

/* ---- what a plan has to know ---- */

/* Adds a sector's pieces; false if they are too many, and the sector is better read. */
static bool add_sector(struct question *q, const struct boot0_plan *plan, size_t index)
{
    const struct boot0_plan_sector *s = &plan->sectors[index];
    size_t before = q->count;

    for (uint32_t from = 0, to; from < s->sector.size; from = to) {
        bool is_rest = !s->mask[from];

        for (to = from + 1; to < s->sector.size && !s->mask[to] == is_rest;)
            to++;
        if (is_rest && s->need != B0_NEED_ALL)
            continue;
        if (q->count == B0_EXTENSION_RANGES_MAX) {
            q->count = before;
            return false;
        }
        q->pieces[q->count++] = (struct piece){
            .address = s->sector.address + from,
            .length = to - from,
            .wanted = s->wanted + from, /* 0xff where the image says nothing */
            .sector = index,
            .is_rest = is_rest,
        };
    }
    return true;
}

/* What the answers say of one sector. */
static void conclude(const struct question *q, struct boot0_plan *plan, size_t index,
                     bool *to_be_read)
{
    bool same = true, rest_blank = true;

    for (size_t i = 0; i < q->count; i++)
        if (q->pieces[i].sector == index) {
            bool *all = q->pieces[i].is_rest ? &rest_blank : &same;

            *all = *all && q->same[i];
        }
    to_be_read[index] = boot0_plan_compared(plan, index, same, rest_blank);
}

/* Not known well enough yet. */
static bool is_open(const struct boot0_plan_sector *s)
{
    return s->need != B0_NEED_NOTHING && !s->known;
}

static enum boot0_status ask_for(struct question *q, struct boot0_plan *plan, size_t first,
                                 size_t end, bool *to_be_read, struct boot0_error *error)
{
    enum boot0_status status = ask(q, error);

    for (size_t i = first; i < end && status == B0_OK; i++)
        if (is_open(&plan->sectors[i]) && !to_be_read[i])
            conclude(q, plan, i, to_be_read);
    q->count = 0;
    return status;
}

/* Whether a look at a sector's start can spare it the digest of all of it. */
static bool worth_a_look(const struct boot0_plan_sector *s)
{
    if (s->need != B0_NEED_COMPARE || s->sector.size <= LOOK)
        return false;
    return memchr(s->mask, 0, LOOK) == NULL;
}

/*
 * Of programs that differ most sectors differ at their very start: some bytes of each tell that in
 * no time, where the digest of a whole flash takes half a second.
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
    for (size_t i = 0; i < q.count && status == B0_OK; i++)
        if (!q.same[i])
            boot0_plan_compared(plan, q.pieces[i].sector, false, false);
    return status;
}

enum boot0_status b0_session_compare(struct boot0_session *session, struct boot0_plan *plan,
                                     bool *to_be_read, struct boot0_error *error)
{
    struct question q = {.session = session};
    enum boot0_status status = look_at_starts(session, plan, error);
    size_t first = 0; /* of those that the question is about */

    for (size_t i = 0; i < plan->sector_count && status == B0_OK; i++) {
        to_be_read[i] = false;
        if (!is_open(&plan->sectors[i]) || add_sector(&q, plan, i))
            continue;
        status = ask_for(&q, plan, first, i, to_be_read, error);
        first = i;
        if (status == B0_OK && !add_sector(&q, plan, i))
            to_be_read[i] = true;
    }
    if (status == B0_OK)
        status = ask_for(&q, plan, first, plan->sector_count, to_be_read, error);
    return status;
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
        return B0_OK;
    status = ask(&q, error);
    *same = status == B0_OK && q.same[0];
    return status;
}
