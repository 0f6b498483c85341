/* SPDX-License-Identifier: MIT */
/* The flash plan: which sectors must change, and the order of erases and writes. */
#include <boot0/plan.h>

#include <core/bytes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECTOR_SIZE_MAX = 16 << 20, /* limit for untrusted layouts: no flash has larger sectors */
    PLAN_BYTES_MAX = 256 << 20, /* bytes of all sectors of a plan: limits the host's memory use */
    /* Runs end at multiples of this, so that no unit of any flash is programmed in two runs. */
    WRITE_UNIT = 2 * BOOT0_PLAN_UNIT_MAX,
    DEFAULT_BLOCK = 2048,
};

/* ---- first half: the sectors that the image touches ---- */

static enum boot0_status check_segment(const struct boot0_layout *layout,
                                       const struct boot0_segment *segment,
                                       struct boot0_error *error)
{
    uint32_t where = segment->address, begin;
    uint64_t size;

    if (boot0_layout_covers(layout, segment->address, (uint32_t)segment->size,
                            BOOT0_SECTOR_WRITABLE, &where))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_RANGE,
               "the image has data at 0x%08x, which is not writable memory of this board", where);
    if (!boot0_layout_extent(layout, BOOT0_SECTOR_WRITABLE, &begin, &size))
        return boot0_hint(error,
                          "Check the file: the board's memory \"%s\" cannot be written. Nothing "
                          "was written.",
                          layout->name);
    return boot0_hint(error,
                      "Check whether the file is for a larger chip, or linked for another "
                      "address: the writable memory \"%s\" begins at 0x%08x and has %llu %s. "
                      "Nothing was written.",
                      boot0_layout_name_at(layout, begin), begin,
                      (unsigned long long)(size < 1024 ? size : size / 1024),
                      size < 1024 ? "bytes" : "KiB");
}

struct collector {
    struct boot0_plan *plan;
    const struct boot0_layout *layout;
    size_t capacity;
    uint64_t total; /* bytes of all sectors so far */
};

static uint8_t erased_byte(const struct boot0_plan *plan)
{
    return plan->options.erases_to_zero ? 0x00 : 0xff;
}

/* Appends a row for a sector; NULL if out of memory. */
static struct boot0_plan_sector *add_sector(struct collector *c, struct boot0_sector sector)
{
    struct boot0_plan *plan = c->plan;
    struct boot0_plan_sector *added;

    if (plan->sector_count == c->capacity) {
        size_t larger = c->capacity ? c->capacity * 2 : 16;
        void *moved = realloc(plan->sectors, larger * sizeof *plan->sectors);

        if (!moved)
            return NULL;
        plan->sectors = moved;
        c->capacity = larger;
    }
    added = &plan->sectors[plan->sector_count++];
    memset(added, 0, sizeof *added);
    added->sector = sector;
    added->wanted = malloc(sector.size);
    added->mask = calloc(sector.size, 1);
    if (!added->wanted || !added->mask)
        return NULL;
    memset(added->wanted, erased_byte(plan), sector.size);
    return added;
}

/*
 * Returns the sector's row, and appends it for its first byte. Segments ascend, so only the last
 * row can match.
 */
static struct boot0_plan_sector *find_sector(struct collector *c, uint32_t address,
                                             struct boot0_error *error)
{
    struct boot0_sector sector = boot0_layout_sector_at(c->layout, address);
    struct boot0_plan_sector *found =
        c->plan->sector_count > 0 ? &c->plan->sectors[c->plan->sector_count - 1] : NULL;

    if (found && found->sector.address == sector.address)
        return found;
    c->total += sector.size;
    if (sector.size == 0 || sector.size > SECTOR_SIZE_MAX || c->total > PLAN_BYTES_MAX) {
        boot0_fail(error, BOOT0_E_PROTOCOL,
                   "the board reports an impossible sector of %u bytes at 0x%08x", sector.size,
                   sector.address);
        return NULL;
    }
    found = add_sector(c, sector);
    if (!found)
        boot0_fail(error, BOOT0_E_MEMORY, "out of memory for a sector of %u bytes", sector.size);
    return found;
}

static enum boot0_status add_segment(struct collector *c, const struct boot0_segment *segment,
                                     struct boot0_error *error)
{
    size_t done = 0;

    while (done < segment->size) {
        uint32_t address = segment->address + (uint32_t)done;
        struct boot0_plan_sector *touched = find_sector(c, address, error);
        size_t offset, part;

        if (!touched)
            return error->code;
        offset = address - touched->sector.address;
        part = touched->sector.size - offset;
        if (part > segment->size - done)
            part = segment->size - done;
        memcpy(touched->wanted + offset, segment->data + done, part);
        memset(touched->mask + offset, 1, part);
        touched->image_bytes += (uint32_t)part;
        done += part;
    }
    c->plan->image_bytes += segment->size;
    return BOOT0_OK;
}

static void decide_needs(struct boot0_plan *plan)
{
    for (size_t i = 0; i < plan->sector_count; i++) {
        struct boot0_plan_sector *s = &plan->sectors[i];
        bool partly = s->image_bytes < s->sector.size;

        if (partly && !plan->options.no_preserve && (s->sector.access & BOOT0_SECTOR_READABLE))
            s->need = BOOT0_NEED_ALL;
        else if (plan->options.full || !(s->sector.access & BOOT0_SECTOR_READABLE))
            s->need = BOOT0_NEED_NOTHING;
        else
            s->need = BOOT0_NEED_COMPARE;
        s->differs = plan->options.full || s->need == BOOT0_NEED_NOTHING;
    }
}

enum boot0_status boot0_plan_begin(struct boot0_plan **plan, const struct boot0_image *image,
                                   const struct boot0_layout *layout,
                                   const struct boot0_plan_options *options,
                                   struct boot0_error *error)
{
    struct boot0_plan *made = calloc(1, sizeof *made);
    struct collector collector = {made, layout, 0, 0};
    enum boot0_status status = BOOT0_OK;

    *plan = NULL;
    if (!made)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the flash plan");
    made->options = *options;
    if (made->options.block_size == 0)
        made->options.block_size = DEFAULT_BLOCK;
    for (size_t i = 0; i < image->segment_count && status == BOOT0_OK; i++)
        if (image->segments[i].alternate == options->alternate)
            status = check_segment(layout, &image->segments[i], error);
    for (size_t i = 0; i < image->segment_count && status == BOOT0_OK; i++)
        if (image->segments[i].alternate == options->alternate)
            status = add_segment(&collector, &image->segments[i], error);
    if (status != BOOT0_OK) {
        boot0_plan_free(made);
        return status;
    }
    decide_needs(made);
    *plan = made;
    return BOOT0_OK;
}

/* ---- between: the board's contents ---- */

/* Compares the bytes that the image defines and keeps the board's for the others. */
static void take(struct boot0_plan_sector *s, uint32_t offset, const uint8_t *held, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (!s->mask[offset + i]) {
            if (s->need == BOOT0_NEED_ALL)
                s->wanted[offset + i] = held[i];
        } else if (s->wanted[offset + i] != held[i]) {
            s->differs = true;
        }
    }
}

bool boot0_plan_learn(struct boot0_plan *plan, size_t sector, uint32_t offset, const uint8_t *held,
                      uint32_t size)
{
    struct boot0_plan_sector *s;

    if (sector >= plan->sector_count)
        return false;
    s = &plan->sectors[sector];
    if (offset > s->sector.size || offset != s->held_size)
        return false;
    if (size > s->sector.size - offset)
        size = s->sector.size - offset;
    take(s, offset, held, size);
    s->held_size = offset + size;
    s->known = s->held_size == s->sector.size || (s->differs && s->need == BOOT0_NEED_COMPARE) ||
               s->need == BOOT0_NEED_NOTHING;
    return !s->known;
}

bool boot0_plan_compared(struct boot0_plan *plan, size_t sector, bool same, bool rest_blank)
{
    struct boot0_plan_sector *s;

    if (sector >= plan->sector_count || plan->sectors[sector].need == BOOT0_NEED_NOTHING)
        return false;
    s = &plan->sectors[sector];
    s->differs = plan->options.full || !same;
    s->known = !s->differs || s->need == BOOT0_NEED_COMPARE || rest_blank;
    return !s->known;
}

/* ---- second half: the steps ---- */

struct maker {
    struct boot0_plan *plan;
    const struct boot0_plan_times *times;
    size_t capacity;
    bool out_of_memory;
};

static uint32_t expected(const struct maker *maker, enum boot0_plan_action action, uint32_t size)
{
    const struct boot0_plan_times *times = maker->times;

    if (!times)
        return 0;
    if (action == BOOT0_PLAN_ERASE)
        return times->erase_ms ? times->erase_ms(times->context, size) : 0;
    return times->write_ms ? times->write_ms(times->context, size) : 0;
}

static void add_step(struct maker *maker, enum boot0_plan_action action, uint32_t address,
                     uint32_t size, const uint8_t *data)
{
    struct boot0_plan *plan = maker->plan;
    struct boot0_plan_step *step;

    if (plan->step_count == maker->capacity) {
        size_t larger = maker->capacity ? maker->capacity * 2 : 32;
        void *moved = realloc(plan->steps, larger * sizeof *plan->steps);

        if (!moved) {
            maker->out_of_memory = true;
            return;
        }
        plan->steps = moved;
        maker->capacity = larger;
    }
    step = &plan->steps[plan->step_count++];
    *step = (struct boot0_plan_step){action, address, size, data, expected(maker, action, size)};
    plan->expected_ms += step->expected_ms;
    if (action == BOOT0_PLAN_ERASE) {
        plan->erase_count++;
        plan->erase_bytes += size;
    } else {
        plan->write_bytes += size;
    }
}

static bool blank(const struct boot0_plan *plan, const uint8_t *data, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (data[i] != erased_byte(plan))
            return false;
    return true;
}

/* Adds a run of blocks that are not blank, without the blank end of its last block. */
static void add_run(struct maker *maker, const struct boot0_plan_sector *s, uint32_t from,
                    uint32_t to)
{
    while (to - from > WRITE_UNIT && to % WRITE_UNIT == 0 &&
           blank(maker->plan, s->wanted + to - WRITE_UNIT, WRITE_UNIT))
        to -= WRITE_UNIT;
    if (to > from)
        add_step(maker, BOOT0_PLAN_WRITE, s->sector.address + from, to - from, s->wanted + from);
}

/* Writes [from, to) of an erased sector, skipping the blocks that are blank. */
static void add_blocks(struct maker *maker, const struct boot0_plan_sector *s, uint32_t from,
                       uint32_t to)
{
    uint32_t run = from, part;

    for (uint32_t at = from; at < to; at += part) {
        part = maker->plan->options.block_size;
        if (part > to - at)
            part = to - at;
        if (blank(maker->plan, s->wanted + at, part)) {
            add_run(maker, s, run, at);
            run = at + part;
        }
    }
    add_run(maker, s, run, to);
}

/*
 * Memory that cannot be erased (option bytes, OTP) is written as the image defines it, including
 * blank bytes.
 */
static void add_bytes(struct maker *maker, const struct boot0_plan_sector *s)
{
    uint32_t first = 0, last = s->sector.size;

    while (first < last && !s->mask[first])
        first++;
    while (last > first && !s->mask[last - 1])
        last--;
    if (s->need == BOOT0_NEED_ALL) {
        first = 0;
        last = s->sector.size;
    }
    add_step(maker, BOOT0_PLAN_WRITE, s->sector.address + first, last - first, s->wanted + first);
}

/* ---- first words, written last ---- */

/*
 * Returns how many bytes at a vector table's start are held back: the vectors, in whole flash
 * units.
 */
static uint32_t held_back_size(const struct boot0_plan *plan)
{
    uint32_t unit = plan->options.program_unit;

    if (unit == 0 || unit > BOOT0_PLAN_UNIT_MAX)
        unit = BOOT0_PLAN_UNIT_MAX;
    return unit > BOOT0_PLAN_VECTORS ? unit : BOOT0_PLAN_VECTORS;
}

/* True for a stack pointer in some RAM (CCM and ITCM from 0x1…, SRAM 0x2…, an H7's 0x3…) and a
 * Thumb address. */
static bool like_vectors(const uint8_t *bytes)
{
    uint32_t region = b0_load32(bytes) >> 28;

    return region >= 1 && region <= 3 && b0_load32(bytes) % 4 == 0 &&
           (b0_load32(bytes + 4) & 1) != 0;
}

/* True if a sector's first words are written last: those that a program starts with. */
static bool holds_back(const struct boot0_plan *plan, size_t index)
{
    const struct boot0_plan_sector *s = &plan->sectors[index];

    return plan->options.vectors_last && s->differs && (s->sector.access & BOOT0_SECTOR_ERASABLE) &&
           s->sector.size > held_back_size(plan) && (index == 0 || like_vectors(s->wanted));
}

/*
 * Writes the rest of the block after the held-back bytes, so that the following blocks are aligned.
 */
static void add_held(struct maker *maker, const struct boot0_plan_sector *s)
{
    uint32_t held = held_back_size(maker->plan);
    uint32_t block = maker->plan->options.block_size;
    uint32_t rest = held + (block - held % block) % block;

    if (rest > s->sector.size)
        rest = s->sector.size;
    add_blocks(maker, s, held, rest);
    add_blocks(maker, s, rest, s->sector.size);
}

static void add_writes(struct maker *maker, size_t index)
{
    const struct boot0_plan_sector *s = &maker->plan->sectors[index];

    if (!s->differs)
        return;
    if (holds_back(maker->plan, index))
        add_held(maker, s);
    else if (s->sector.access & BOOT0_SECTOR_ERASABLE)
        add_blocks(maker, s, 0, s->sector.size);
    else
        add_bytes(maker, s);
}

/* Writes the held-back bytes alone, whatever the block size. */
static void add_last(struct maker *maker, const struct boot0_plan_sector *s)
{
    uint32_t size = held_back_size(maker->plan);

    if (!blank(maker->plan, s->wanted, size))
        add_step(maker, BOOT0_PLAN_WRITE, s->sector.address, size, s->wanted);
}

/* Erases the sectors with held-back words, or the other ones. */
static void add_erases(struct maker *maker, bool that_hold_back)
{
    const struct boot0_plan *plan = maker->plan;

    for (size_t i = 0; i < plan->sector_count; i++) {
        const struct boot0_sector *sector = &plan->sectors[i].sector;

        if (plan->sectors[i].differs && (sector->access & BOOT0_SECTOR_ERASABLE) &&
            holds_back(plan, i) == that_hold_back)
            add_step(maker, BOOT0_PLAN_ERASE, sector->address, sector->size, NULL);
    }
}

/*
 * All erases come first, those of vector tables before the others. Then come all writes except the
 * first words of vector tables, which follow from the highest address to the lowest. An
 * interruption leaves blank bytes in place of a stack pointer and a reset vector, and such a
 * program does not start.
 */
static void add_steps(struct maker *maker)
{
    const struct boot0_plan *plan = maker->plan;

    add_erases(maker, true);
    add_erases(maker, false);
    for (size_t i = 0; i < plan->sector_count; i++)
        add_writes(maker, i);
    for (size_t i = plan->sector_count; i-- > 0;)
        if (holds_back(plan, i))
            add_last(maker, &plan->sectors[i]);
}

enum boot0_status boot0_plan_finish(struct boot0_plan *plan, const struct boot0_plan_times *times,
                                    struct boot0_error *error)
{
    struct maker maker = {plan, times, 0, false};

    free(plan->steps);
    plan->steps = NULL;
    plan->step_count = 0;
    plan->erase_count = 0;
    plan->erase_bytes = plan->write_bytes = plan->expected_ms = plan->unchanged_bytes = 0;
    for (size_t i = 0; i < plan->sector_count; i++)
        if (!plan->sectors[i].differs)
            plan->unchanged_bytes += plan->sectors[i].image_bytes;
    add_steps(&maker);
    if (maker.out_of_memory)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the flash plan");
    return BOOT0_OK;
}

/* The target contents are all known: nothing is taken from the board any more. */
static void keep_wanted(struct boot0_plan_sector *s)
{
    if (s->need == BOOT0_NEED_ALL && s->held_size < s->sector.size)
        return; /* nothing was erased yet */
    if (s->need == BOOT0_NEED_ALL)
        memset(s->mask, 1, s->sector.size);
    s->need = s->sector.access & BOOT0_SECTOR_READABLE ? BOOT0_NEED_COMPARE : BOOT0_NEED_NOTHING;
}

void boot0_plan_again(struct boot0_plan *plan)
{
    plan->options.full = false;
    for (size_t i = 0; i < plan->sector_count; i++) {
        struct boot0_plan_sector *s = &plan->sectors[i];

        keep_wanted(s);
        s->held_size = 0;
        s->known = false;
        s->differs = s->need == BOOT0_NEED_NOTHING;
    }
}

void boot0_plan_free(struct boot0_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->sector_count; i++) {
        free(plan->sectors[i].wanted);
        free(plan->sectors[i].mask);
    }
    free(plan->sectors);
    free(plan->steps);
    free(plan);
}
