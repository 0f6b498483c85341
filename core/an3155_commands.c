/* SPDX-License-Identifier: MIT */
/* The commands of AN3155, chapter 3: a table of each command's phases and of each phase's bytes. */
#include "an3155_private.h"

#include <string.h>

enum phase {
    PHASE_END,
    /* frames that the board acknowledges */
    PHASE_CODE,
    PHASE_ADDRESS,
    PHASE_LENGTH,
    PHASE_BLOCK_OUT,
    PHASE_PAGES,
    PHASE_SECTORS,
    PHASE_WORDS,
    PHASE_POLYNOMIAL,
    PHASE_START_VALUE,
    /* a further ACK when the operation is complete */
    PHASE_ACK,
    PHASE_ACK_ERASED,
    /* bytes that the board sends */
    PHASE_COUNT,
    PHASE_LIST,
    PHASE_VERSION,
    PHASE_BLOCK_IN,
    PHASE_CHECKSUM,
    PHASE_NUMBER
};

enum {
    PHASES_MAX = 6,
    ANSWER_MS = 1000, /* stm32flash also allows 1 s */
    WRITE_MS = 3000,  /* 256 bytes at 100 us each on the slowest F4; option bytes erase a page */
    OPTIONS_MS = 5000,
    PAGE_MS = 5000,   /* F4: 128 KiB erased in x8, 4 s at most (DS8626, table 41) */
    WHOLE_MS = 70000, /* F42x: both banks in x8, 32 s each at most */
    CHECKSUM_MS = 5000,
};

static const uint32_t crc32_polynomial = 0x04c11db7;

static const struct {
    uint8_t code; /* enum b0_an3155_byte */
    uint8_t phases[PHASES_MAX];
} commands[] = {
    {B0_AN3155_GET, {PHASE_CODE, PHASE_COUNT, PHASE_LIST, PHASE_ACK}},
    {B0_AN3155_GET_VERSION, {PHASE_CODE, PHASE_VERSION, PHASE_ACK}},
    {B0_AN3155_GET_ID, {PHASE_CODE, PHASE_COUNT, PHASE_LIST, PHASE_ACK}},
    {B0_AN3155_READ, {PHASE_CODE, PHASE_ADDRESS, PHASE_LENGTH, PHASE_BLOCK_IN}},
    {B0_AN3155_GO, {PHASE_CODE, PHASE_ADDRESS}},
    {B0_AN3155_WRITE, {PHASE_CODE, PHASE_ADDRESS, PHASE_BLOCK_OUT}},
    {B0_AN3155_ERASE, {PHASE_CODE, PHASE_PAGES}},
    {B0_AN3155_EXTENDED_ERASE, {PHASE_CODE, PHASE_PAGES}},
    {B0_AN3155_WRITE_PROTECT, {PHASE_CODE, PHASE_SECTORS}},
    {B0_AN3155_WRITE_UNPROTECT, {PHASE_CODE, PHASE_ACK}},
    {B0_AN3155_READOUT_PROTECT, {PHASE_CODE, PHASE_ACK}},
    {B0_AN3155_READOUT_UNPROTECT, {PHASE_CODE, PHASE_ACK_ERASED}},
    {B0_AN3155_GET_CHECKSUM,
     {PHASE_CODE, PHASE_ADDRESS, PHASE_WORDS, PHASE_POLYNOMIAL, PHASE_START_VALUE, PHASE_CHECKSUM}},
};

static uint8_t phase_of(const struct b0_an3155 *e)
{
    return e->phase < PHASES_MAX ? commands[e->command].phases[e->phase] : (uint8_t)PHASE_END;
}

/* ---- frames ---- */

static uint8_t xor_of(const uint8_t *bytes, size_t size)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum ^= bytes[i];
    return sum;
}

/* Appends the checksum to the first `size` bytes of the frame. */
static void close_frame(struct b0_an3155 *e, size_t size)
{
    e->frame[size] = xor_of(e->frame, size);
    e->frame_size = (uint16_t)(size + 1);
}

/* The checksum of a single byte is its complement, that of more bytes their exclusive or. */
static void build_byte(struct b0_an3155 *e, uint8_t byte)
{
    e->frame[0] = byte;
    e->frame[1] = (uint8_t)~byte;
    e->frame_size = 2;
}

static void build_code(struct b0_an3155 *e)
{
    build_byte(e, commands[e->command].code);
}

/* AN3155 sends the most significant byte first. */
static void build_word(struct b0_an3155 *e, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        e->frame[i] = (uint8_t)(word >> (24 - 8 * i));
    close_frame(e, 4);
}

static void build_address(struct b0_an3155 *e)
{
    uint32_t lead = commands[e->command].code == B0_AN3155_WRITE ? e->lead : 0;

    build_word(e, e->address + e->done - lead);
}

static void build_length(struct b0_an3155 *e)
{
    build_byte(e, (uint8_t)(e->chunk - 1));
}

/* AN3155, 3.5: whole words. Padding is the erased value, so it leaves flash unchanged. */
static void build_block(struct b0_an3155 *e)
{
    size_t align = e->config.align;
    size_t size = (e->lead + e->chunk + align - 1) / align * align;

    memset(e->frame + 1, b0_an3155_erased_byte(e), size);
    memcpy(e->frame + 1 + e->lead, e->source + e->done, e->chunk);
    e->frame[0] = (uint8_t)(size - 1);
    close_frame(e, 1 + size);
}

/* True if the command erases one of enum b0_an3155_whole, stored in `number`. */
static bool is_whole(const struct b0_an3155 *e)
{
    return e->number >= B0_AN3155_BANK_2;
}

/* AN3155, 3.7: one-byte page numbers; 0xff instead of the count means everything. */
static void build_pages_8(struct b0_an3155 *e)
{
    if (is_whole(e)) {
        build_byte(e, 0xff);
        return;
    }
    e->frame[0] = (uint8_t)(e->number - 1);
    for (uint32_t i = 0; i < e->number; i++)
        e->frame[1 + i] = (uint8_t)(e->address + e->done + i);
    close_frame(e, 1 + e->number);
}

/* AN3155, 3.8: two-byte page numbers. */
static void build_pages_16(struct b0_an3155 *e)
{
    uint32_t count = is_whole(e) ? 0 : e->number;
    uint32_t head = is_whole(e) ? e->number : count - 1;

    e->frame[0] = (uint8_t)(head >> 8);
    e->frame[1] = (uint8_t)head;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t page = e->address + e->done + i;

        e->frame[2 + 2 * i] = (uint8_t)(page >> 8);
        e->frame[3 + 2 * i] = (uint8_t)page;
    }
    close_frame(e, 2 + 2 * (size_t)count);
}

static void build_pages(struct b0_an3155 *e)
{
    if (commands[e->command].code == B0_AN3155_ERASE)
        build_pages_8(e);
    else
        build_pages_16(e);
}

static void build_sectors(struct b0_an3155 *e)
{
    e->frame[0] = (uint8_t)(e->number - 1);
    memcpy(e->frame + 1, e->source, e->number);
    close_frame(e, 1 + (size_t)e->number);
}

static void build_words(struct b0_an3155 *e)
{
    build_word(e, e->size / 4);
}

static void build_polynomial(struct b0_an3155 *e)
{
    build_word(e, crc32_polynomial);
}

static void build_start_value(struct b0_an3155 *e)
{
    build_word(e, 0xffffffff);
}

/* ---- bytes from the board ---- */

static uint16_t one(const struct b0_an3155 *e)
{
    (void)e;
    return 1;
}

static uint16_t three(const struct b0_an3155 *e)
{
    (void)e;
    return 3;
}

static uint16_t five(const struct b0_an3155 *e)
{
    (void)e;
    return 5;
}

static uint16_t as_counted(const struct b0_an3155 *e)
{
    return e->list_size;
}

static uint16_t as_asked(const struct b0_an3155 *e)
{
    return e->chunk;
}

static void take_count(struct b0_an3155 *e)
{
    e->list_size = (uint16_t)(e->answer[0] + 1);
}

/* Get: the version, then the commands. Get ID: the id, most significant byte first. */
static void take_list(struct b0_an3155 *e)
{
    if (e->asked)
        return; /* only the fact that it answers matters */
    if (commands[e->command].code == B0_AN3155_GET) {
        e->version = e->answer[0];
        for (uint16_t i = 1; i < e->list_size; i++)
            e->commands[e->answer[i] / 8] |= (uint8_t)(1u << e->answer[i] % 8);
    } else if (e->list_size >= 2) {
        e->id = (uint16_t)(e->answer[0] << 8 | e->answer[1]);
    } else {
        e->id = e->answer[0];
    }
}

static void take_version(struct b0_an3155 *e)
{
    e->version = e->answer[0];
    memcpy(e->options, e->answer + 1, sizeof e->options);
}

static void take_block(struct b0_an3155 *e)
{
    if (e->target)
        memcpy(e->target + e->done, e->answer, e->chunk);
}

static void take_checksum(struct b0_an3155 *e)
{
    if (xor_of(e->answer, 5) != 0) {
        b0_an3155_doubt(e, B0_AN3155_FAIL_NOISE);
        return;
    }
    e->checksum = (uint32_t)e->answer[0] << 24 | (uint32_t)e->answer[1] << 16 |
                  (uint32_t)e->answer[2] << 8 | e->answer[3];
}

static const struct {
    void (*build)(struct b0_an3155 *e); /* NULL: sends nothing */
    bool ack;
    uint8_t nack_means;
    uint32_t ack_ms;
    uint16_t (*size)(const struct b0_an3155 *e); /* NULL: receives nothing but the ACK */
    void (*take)(struct b0_an3155 *e);
} phases[PHASE_NUMBER] = {
    [PHASE_CODE] = {build_code, true, B0_AN3155_FAIL_REFUSED, ANSWER_MS, NULL, NULL},
    [PHASE_ADDRESS] = {build_address, true, B0_AN3155_FAIL_ADDRESS, ANSWER_MS, NULL, NULL},
    [PHASE_LENGTH] = {build_length, true, B0_AN3155_FAIL_NACK, ANSWER_MS, NULL, NULL},
    [PHASE_BLOCK_OUT] = {build_block, true, B0_AN3155_FAIL_NACK, WRITE_MS, NULL, NULL},
    [PHASE_PAGES] = {build_pages, true, B0_AN3155_FAIL_NACK, PAGE_MS, NULL, NULL},
    [PHASE_SECTORS] = {build_sectors, true, B0_AN3155_FAIL_NACK, OPTIONS_MS, NULL, NULL},
    [PHASE_WORDS] = {build_words, true, B0_AN3155_FAIL_ADDRESS, ANSWER_MS, NULL, NULL},
    [PHASE_POLYNOMIAL] = {build_polynomial, true, B0_AN3155_FAIL_NACK, ANSWER_MS, NULL, NULL},
    [PHASE_START_VALUE] = {build_start_value, true, B0_AN3155_FAIL_NACK, CHECKSUM_MS, NULL, NULL},
    [PHASE_ACK] = {NULL, true, B0_AN3155_FAIL_NACK, OPTIONS_MS, NULL, NULL},
    [PHASE_ACK_ERASED] = {NULL, true, B0_AN3155_FAIL_NACK, WHOLE_MS, NULL, NULL},
    [PHASE_COUNT] = {NULL, false, 0, 0, one, take_count},
    [PHASE_LIST] = {NULL, false, 0, 0, as_counted, take_list},
    [PHASE_VERSION] = {NULL, false, 0, 0, three, take_version},
    [PHASE_BLOCK_IN] = {NULL, false, 0, 0, as_asked, take_block},
    [PHASE_CHECKSUM] = {NULL, false, 0, 0, five, take_checksum},
};

/* ---- phase sequence ---- */

bool b0_an3155_awaits_ack(const struct b0_an3155 *e)
{
    return phases[phase_of(e)].ack;
}

uint32_t b0_an3155_ack_ms(const struct b0_an3155 *e)
{
    uint8_t phase = phase_of(e);

    if (phase != PHASE_PAGES)
        return phases[phase].ack_ms;
    return is_whole(e) ? WHOLE_MS : PAGE_MS * (1 + e->number);
}

enum b0_an3155_failure b0_an3155_nack_means(const struct b0_an3155 *e)
{
    return (enum b0_an3155_failure)phases[phase_of(e)].nack_means;
}

bool b0_an3155_first_phase(const struct b0_an3155 *e)
{
    return e->phase == 0;
}

enum b0_an3155_byte b0_an3155_code(const struct b0_an3155 *e)
{
    return (enum b0_an3155_byte)commands[e->command].code;
}

uint8_t *b0_an3155_data(struct b0_an3155 *e, uint16_t *size)
{
    *size = phases[phase_of(e)].size(e);
    return e->answer;
}

static void start_phase(struct b0_an3155 *e)
{
    uint8_t phase = phase_of(e);

    if (phase == PHASE_END) {
        b0_an3155_complete(e);
    } else if (phases[phase].build) {
        phases[phase].build(e);
        e->stage = AN_STAGE_SEND;
    } else if (phases[phase].ack) {
        e->deadline_us = e->now_us + (uint64_t)b0_an3155_ack_ms(e) * 1000;
        e->stage = AN_STAGE_ACK;
    } else {
        e->stage = AN_STAGE_DATA;
    }
}

void b0_an3155_phase_done(struct b0_an3155 *e)
{
    e->phase++;
    start_phase(e);
}

void b0_an3155_take(struct b0_an3155 *e)
{
    phases[phase_of(e)].take(e);
}

/* True if the page numbers fit into the one byte that Erase has for them. */
static bool numbers_fit(const struct b0_an3155 *e, enum b0_an3155_byte code)
{
    return code != B0_AN3155_ERASE || is_whole(e) ||
           e->address + e->done + e->number <= UINT8_MAX + 1u;
}

void b0_an3155_start(struct b0_an3155 *e, enum b0_an3155_byte code)
{
    size_t row = 0;

    e->failed_command = (uint8_t)code;
    while (commands[row].code != code)
        row++;
    if ((code != B0_AN3155_GET && !b0_an3155_lists(e, (uint8_t)code)) || !numbers_fit(e, code) ||
        (code == B0_AN3155_WRITE_PROTECT && e->number == 0)) {
        b0_an3155_fail(e, B0_AN3155_FAIL_UNSUPPORTED);
        return;
    }
    e->command = (uint8_t)row;
    e->phase = 0;
    e->busy = 0;
    e->exchanges++;
    start_phase(e);
}
