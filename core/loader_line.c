/* SPDX-License-Identifier: MIT */
#include <core/loader_line.h>

#include <boot0/protocol.h>
#include <core/array.h>
#include <core/bytes.h>
#include <core/crc32.h>
#include <core/lz4.h>

enum {
    HASH_STEP = 1024,      /* bytes; takes 0.4 ms */
    OVERSAMPLING = 16,     /* RM0090, 30.3.4 */
    TOLERANCE_PERCENT = 2, /* deviation from the requested speed */
    US_PER_MS = 1000,
};

void b0_loader_line_init(struct b0_loader_line *line, const struct b0_loader_ops *ops,
                         void *context, const struct b0_extension_info *info, uint32_t baud)
{
    *line = (struct b0_loader_line){
        .ops = ops,
        .context = context,
        .info = *info,
        .baud = baud,
        .first_baud = baud,
        .proven_baud = baud,
        .was_idle = true,
    };
}

/* ---- sending ---- */

static void say(struct b0_loader_line *line, uint8_t type, uint8_t number,
                const struct b0_loader_parts *parts)
{
    line->out_size = (uint16_t)b0_loader_frame_encode(line->out, type, number, parts);
    line->out_at = 0;
    line->said_us = line->now_us;
}

bool b0_loader_line_take(struct b0_loader_line *line, uint8_t *byte)
{
    if (line->out_at == line->out_size)
        return false;
    *byte = line->out[line->out_at++];
    return true;
}

static void say_state(struct b0_loader_line *line)
{
    uint8_t payload[B0_LOADER_STATE_SIZE];
    const struct b0_loader_parts parts = {payload, sizeof payload, NULL, 0};

    (void)line->ops->room(line->context, &payload[0]);
    payload[1] = line->status;
    payload[2] = line->says_again ? B0_LOADER_AGAIN : 0;
    line->says_state = false;
    line->says_again = false;
    line->was_full = payload[0] == 0;
    say(line, B0_LOADER_STATE, line->expected, &parts);
}

/* Answers the question and ends it. */
static void answer(struct b0_loader_line *line, uint8_t status, const uint8_t *data, size_t size)
{
    const struct b0_loader_parts parts = {&status, 1, data, size};

    say(line, B0_LOADER_ANSWER, line->question.number, &parts);
    line->question.type = 0;
}

static void refuse(struct b0_loader_line *line, uint8_t status)
{
    answer(line, status, NULL, 0);
}

/* ---- orders ---- */

static uint8_t order_erase(struct b0_loader_line *line, const struct b0_loader_frame *frame)
{
    if (frame->length != 8)
        return BOOT0_DFU_STATUS_ERR_UNKNOWN;
    return line->ops->erase(line->context, b0_load32(frame->payload),
                            b0_load32(frame->payload + 4));
}

static uint8_t order_write(struct b0_loader_line *line, const struct b0_loader_frame *frame)
{
    uint8_t count, *block = line->ops->room(line->context, &count);
    uint16_t size = (uint16_t)(frame->length - 4);

    if (!block || frame->length <= 4 || size > B0_LOADER_BLOCK)
        return BOOT0_DFU_STATUS_ERR_UNKNOWN;
    for (uint16_t i = 0; i < size; i++)
        block[i] = frame->payload[4 + i];
    return line->ops->program(line->context, b0_load32(frame->payload), size);
}

static uint8_t order_packed(struct b0_loader_line *line, const struct b0_loader_frame *frame)
{
    uint8_t count, *block = line->ops->room(line->context, &count);
    size_t size;

    if (!block || frame->length <= 4)
        return BOOT0_DFU_STATUS_ERR_UNKNOWN;
    size = b0_lz4_decode(block, B0_LOADER_BLOCK, frame->payload + 4, frame->length - 4u);
    if (size == 0)
        return BOOT0_DFU_STATUS_ERR_FILE;
    return line->ops->program(line->context, b0_load32(frame->payload), (uint16_t)size);
}

static uint8_t carry_out(struct b0_loader_line *line, const struct b0_loader_frame *frame)
{
    switch (frame->type) {
    case B0_LOADER_ERASE:
        return order_erase(line, frame);
    case B0_LOADER_WRITE:
        return order_write(line, frame);
    case B0_LOADER_WRITE_PACKED:
        return order_packed(line, frame);
    default:
        return BOOT0_DFU_STATUS_ERR_UNKNOWN;
    }
}

/* Requests the expected order again, once: the host repeats all orders from there on. */
static void ask_again(struct b0_loader_line *line)
{
    line->says_state = true;
    line->says_again = line->says_again || !line->asked_again;
    line->asked_again = true;
}

/* Does not execute an order out of sequence: an order was lost, or the STATE for it was. */
static void take_order(struct b0_loader_line *line, const struct b0_loader_frame *frame)
{
    bool is_old = (uint8_t)(line->expected - frame->number - 1) < 0x80;
    uint8_t count = 0;

    line->says_state = true;
    if (line->status != BOOT0_DFU_STATUS_OK || is_old)
        return;
    (void)line->ops->room(line->context, &count);
    if (frame->number != line->expected || count == 0) {
        ask_again(line);
        return;
    }
    line->status = carry_out(line, frame);
    if (line->status != BOOT0_DFU_STATUS_OK)
        return;
    line->expected++;
    line->asked_again = false;
    line->was_idle = false;
}

/* ---- questions ---- */

static void answer_hello(struct b0_loader_line *line)
{
    uint8_t bytes[B0_LOADER_HELLO_SIZE], count = 0;
    uint32_t highest = line->ops->uart_hz(line->context) / OVERSAMPLING;

    line->expected = 0;
    line->status = BOOT0_DFU_STATUS_OK;
    line->asked_again = false;
    line->says_state = false;
    (void)line->ops->room(line->context, &count);
    bytes[0] = BOOT0_DFU_STATUS_OK;
    b0_extension_info_store(&line->info, bytes + 1);
    b0_store16(bytes + B0_LOADER_HELLO_VERSION, B0_LOADER_VERSION);
    b0_store16(bytes + B0_LOADER_HELLO_BLOCK, B0_LOADER_BLOCK);
    b0_store16(bytes + B0_LOADER_HELLO_ROOM, count);
    b0_store32(bytes + B0_LOADER_HELLO_BAUD, highest);
    answer(line, bytes[0], bytes + 1, sizeof bytes - 1);
}

/* True if the divider can produce the speed. */
static bool can_make(const struct b0_loader_line *line, uint32_t baud)
{
    uint32_t hz = line->ops->uart_hz(line->context), divider, made, apart;

    if (baud == 0 || baud > hz / OVERSAMPLING)
        return false;
    divider = (hz + baud / 2) / baud;
    made = hz / divider;
    apart = made > baud ? made - baud : baud - made;
    return divider <= UINT16_MAX && apart <= baud / 100 * TOLERANCE_PERCENT;
}

static void answer_speed(struct b0_loader_line *line)
{
    uint32_t baud = b0_load32(line->question.payload);

    if (!can_make(line, baud)) {
        refuse(line, BOOT0_DFU_STATUS_ERR_TARGET);
        return;
    }
    line->asked_baud = baud;
    answer(line, BOOT0_DFU_STATUS_OK, NULL, 0);
}

static void answer_sync(struct b0_loader_line *line)
{
    answer(line, line->status, NULL, 0);
}

static void answer_run(struct b0_loader_line *line)
{
    line->run_address = b0_load32(line->question.payload);
    if (!line->ops->contents(line->context, line->run_address, 8)) {
        refuse(line, BOOT0_DFU_STATUS_ERR_ADDRESS);
        return;
    }
    line->asked_exit = B0_LOADER_RUNS;
    answer(line, BOOT0_DFU_STATUS_OK, NULL, 0);
}

static void answer_reset(struct b0_loader_line *line)
{
    line->asked_exit = b0_load32(line->question.payload) == B0_EXTENSION_TO_ROM ? B0_LOADER_TO_ROM
                                                                                : B0_LOADER_RESETS;
    answer(line, BOOT0_DFU_STATUS_OK, NULL, 0);
}

/* Sends the next part of the data, or the final answer. */
static void answer_read(struct b0_loader_line *line)
{
    uint32_t left = line->end - line->at;
    uint8_t address[4];
    struct b0_loader_parts parts = {address, sizeof address, NULL, 0};

    if (left == 0) {
        answer(line, BOOT0_DFU_STATUS_OK, NULL, 0);
        return;
    }
    parts.data_size = left < B0_LOADER_DATA_MAX ? left : B0_LOADER_DATA_MAX;
    parts.data = line->ops->contents(line->context, line->at, (uint32_t)parts.data_size);
    b0_store32(address, line->at);
    say(line, B0_LOADER_DATA, line->question.number, &parts);
    line->at += (uint32_t)parts.data_size;
}

/* Begins the range at `range`. Refuses the question and returns false if it is not in flash. */
static bool begin_range(struct b0_loader_line *line, const uint8_t *range)
{
    uint32_t address = b0_load32(range), length = b0_load32(range + 4);

    if (length == 0 || !line->ops->contents(line->context, address, length)) {
        refuse(line, BOOT0_DFU_STATUS_ERR_ADDRESS);
        return false;
    }
    line->at = address;
    line->end = address + length;
    line->crc = B0_CRC32_START;
    b0_sha256_begin(&line->sha);
    return true;
}

/* Size of the answer's data for the ranges before `range`. */
static size_t summary_at(const struct b0_loader_line *line, uint8_t range)
{
    return (size_t)range *
           (line->question.type == B0_LOADER_DIGESTS ? B0_SHA256_SIZE : B0_EXTENSION_CHECKSUM_SIZE);
}

static void end_range(struct b0_loader_line *line)
{
    uint8_t *to = line->answer + summary_at(line, line->range);

    if (line->question.type == B0_LOADER_DIGESTS)
        b0_sha256_end(&line->sha, to);
    else
        b0_store32(to, line->crc);
    line->range++;
}

static void answer_summary(struct b0_loader_line *line)
{
    uint32_t left = line->end - line->at, size = left < HASH_STEP ? left : HASH_STEP;
    const uint8_t *data = line->ops->contents(line->context, line->at, size);

    if (line->question.type == B0_LOADER_DIGESTS)
        b0_sha256_add(&line->sha, data, size);
    else
        line->crc = b0_crc32(line->crc, data, size);
    line->at += size;
    if (line->at < line->end)
        return;
    end_range(line);
    if ((line->range + 1u) * B0_EXTENSION_RANGE_SIZE <= line->question.length)
        (void)begin_range(line,
                          line->question.payload + (size_t)line->range * B0_EXTENSION_RANGE_SIZE);
    else
        answer(line, BOOT0_DFU_STATUS_OK, line->answer, summary_at(line, line->range));
}

/* The handler of each question and the format of its payload. */
static const struct {
    void (*work)(struct b0_loader_line *line);
    uint8_t least, unit; /* payload size in bytes: at least `least`, a multiple of `unit` */
    bool has_range;      /* the payload begins with a range */
    bool after_failure;  /* also answered after a failed order */
} questions[] = {
    [B0_LOADER_HELLO] = {answer_hello, 0, 0, false, true},
    [B0_LOADER_SPEED] = {answer_speed, 4, 4, false, true},
    [B0_LOADER_SYNC] = {answer_sync, 0, 1, false, true},
    [B0_LOADER_DIGESTS] = {answer_summary, 8, 8, true, false},
    [B0_LOADER_CHECKSUMS] = {answer_summary, 8, 8, true, false},
    [B0_LOADER_READ] = {answer_read, 8, 8, true, false},
    [B0_LOADER_RUN] = {answer_run, 4, 4, false, false},
    [B0_LOADER_RESET] = {answer_reset, 4, 4, false, true},
};

static bool is_asked_well(const struct b0_loader_question *question)
{
    uint8_t unit = questions[question->type].unit;

    if (question->length < questions[question->type].least)
        return false;
    return unit == 0 ? question->length == 0 : question->length % unit == 0;
}

/* A new question replaces an unanswered one, which the host has given up. */
static void take_question(struct b0_loader_line *line, const struct b0_loader_frame *frame)
{
    struct b0_loader_question *question = &line->question;

    if (question->type == frame->type && question->number == frame->number)
        return; /* a repetition: the answer is in progress */
    question->type = frame->type;
    question->number = frame->number;
    question->length = frame->length;
    line->began = false;
    line->range = 0;
    for (size_t i = 0; i < frame->length && i < sizeof question->payload; i++)
        question->payload[i] = frame->payload[i];
    if (frame->length > sizeof question->payload)
        question->length = 1; /* not a valid length of any question */
    line->said_us = line->now_us;
}

/* Refuses an invalid question, otherwise begins its work. */
static void begin_question(struct b0_loader_line *line)
{
    const struct b0_loader_question *question = &line->question;

    line->began = true;
    if (question->type >= B0_LENGTH(questions) || !is_asked_well(question))
        refuse(line, BOOT0_DFU_STATUS_ERR_UNKNOWN);
    else if (line->status != BOOT0_DFU_STATUS_OK && !questions[question->type].after_failure)
        refuse(line, line->status);
    else if (questions[question->type].has_range)
        (void)begin_range(line, question->payload);
}

static void work_on_question(struct b0_loader_line *line)
{
    if (!line->began)
        begin_question(line);
    if (line->question.type != 0)
        questions[line->question.type].work(line);
}

/* ---- receiving ---- */

static void take_frame(struct b0_loader_line *line, const struct b0_loader_frame *frame)
{
    line->heard = true;
    line->is_lost = false;
    line->on_trial = false;
    line->proven_baud = line->baud;
    if (frame->type == 0 || frame->type >= B0_LOADER_ANSWER)
        return; /* types that the board itself sends: an echo */
    if (frame->type >= B0_LOADER_ERASE)
        take_order(line, frame);
    else
        take_question(line, frame);
}

void b0_loader_line_receive(struct b0_loader_line *line, uint8_t byte, uint32_t now_us)
{
    struct b0_loader_frame frame;

    line->now_us = now_us;
    if (!line->is_lost) {
        line->is_lost = true;
        line->lost_us = now_us;
    }
    switch (b0_loader_input_add(&line->input, byte, &frame)) {
    case B0_LOADER_FRAME:
        take_frame(line, &frame);
        break;
    case B0_LOADER_BROKEN:
        line->asked_again = false;
        if (line->heard && !line->on_trial)
            ask_again(line);
        break;
    default:
        break;
    }
}

/* ---- stepping ---- */

static bool is_over(const struct b0_loader_line *line, uint32_t since_us, uint32_t ms)
{
    return line->now_us - since_us >= ms * US_PER_MS;
}

static void set_baud(struct b0_loader_line *line, uint32_t baud)
{
    line->baud = baud;
    line->is_lost = false;
    line->says_state = false;
    b0_loader_input_init(&line->input);
}

/* Everything is sent: execute the speed change or exit that was announced. */
static void keep_promises(struct b0_loader_line *line)
{
    if (line->asked_exit != B0_LOADER_STAYS)
        line->exit = line->asked_exit;
    if (line->asked_baud == 0)
        return;
    set_baud(line, line->asked_baud);
    line->asked_baud = 0;
    line->on_trial = true;
    line->trial_us = line->now_us;
}

/* Detects that the other end uses another speed: it fell back, or is another host. */
static void watch_speed(struct b0_loader_line *line)
{
    if (line->on_trial && is_over(line, line->trial_us, B0_LOADER_TRIAL_MS)) {
        line->on_trial = false;
        set_baud(line, line->proven_baud);
    } else if (line->is_lost && line->baud != line->first_baud &&
               is_over(line, line->lost_us, B0_LOADER_LOST_MS)) {
        line->on_trial = false;
        line->proven_baud = line->first_baud;
        set_baud(line, line->first_baud);
    }
}

/* Reports what the host waits for: room, the end of all work, a failure. */
static bool watch_flash(struct b0_loader_line *line)
{
    uint8_t status = BOOT0_DFU_STATUS_OK, count = 0;
    bool is_idle = line->ops->idle(line->context, &status);

    if (status != BOOT0_DFU_STATUS_OK && line->status == BOOT0_DFU_STATUS_OK) {
        line->status = status;
        line->says_state = true;
    }
    if (line->was_full) {
        (void)line->ops->room(line->context, &count);
        line->says_state = line->says_state || count > 0;
    }
    if (is_idle != line->was_idle) {
        line->was_idle = is_idle;
        line->says_state = line->says_state || is_idle;
    }
    return is_idle;
}

bool b0_loader_line_step(struct b0_loader_line *line, uint32_t now_us, bool is_sent)
{
    static const struct b0_loader_parts nothing;
    bool is_idle, is_silent, has_question;

    line->now_us = now_us;
    watch_speed(line);
    is_idle = watch_flash(line);
    if (line->out_at < line->out_size)
        return false;
    if (is_sent)
        keep_promises(line);
    if (line->asked_baud != 0 || line->asked_exit != B0_LOADER_STAYS)
        return false;
    is_silent = is_over(line, line->said_us, B0_LOADER_BUSY_MS);
    has_question = line->question.type != 0;
    if (!line->says_state && has_question && is_idle)
        work_on_question(line);
    else if (!line->says_state && has_question && is_silent)
        say(line, B0_LOADER_BUSY, line->question.number, &nothing);
    else if (line->says_state || (!is_idle && is_silent))
        say_state(line);
    else
        return false;
    return true;
}
