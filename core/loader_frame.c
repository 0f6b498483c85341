/* SPDX-License-Identifier: MIT */
#include <core/loader_frame.h>

#include <core/bytes.h>
#include <core/crc32.h>

enum {
    LONGEST_RUN = 0xff, /* code of 254 data bytes without a following zero */
};

/* ---- receiving ---- */

void b0_loader_input_init(struct b0_loader_input *input)
{
    input->size = 0;
    input->left = 0;
    input->code = 0;
    input->is_broken = false;
}

static void store(struct b0_loader_input *input, uint8_t byte)
{
    if (input->size == sizeof input->body)
        input->is_broken = true;
    else
        input->body[input->size++] = byte;
}

static bool read_body(const struct b0_loader_input *input, struct b0_loader_frame *frame)
{
    const uint8_t *body = input->body;
    size_t checked;

    if (input->size < B0_LOADER_HEADER_SIZE + B0_LOADER_CHECK_SIZE)
        return false;
    checked = input->size - (size_t)B0_LOADER_CHECK_SIZE;
    *frame = (struct b0_loader_frame){
        .type = body[0],
        .number = body[1],
        .length = b0_load16(body + 2),
        .payload = body + B0_LOADER_HEADER_SIZE,
    };
    return frame->length == checked - B0_LOADER_HEADER_SIZE &&
           b0_load32(body + checked) == b0_crc32(B0_CRC32_START, body, checked);
}

/* A zero ends a frame, starts one, or both. */
static enum b0_loader_event end(struct b0_loader_input *input, struct b0_loader_frame *frame)
{
    bool is_empty = input->code == 0 && !input->is_broken;
    bool is_whole = !input->is_broken && input->left == 0 && read_body(input, frame);

    b0_loader_input_init(input);
    if (is_empty)
        return B0_LOADER_NOTHING;
    return is_whole ? B0_LOADER_FRAME : B0_LOADER_BROKEN;
}

enum b0_loader_event b0_loader_input_add(struct b0_loader_input *input, uint8_t byte,
                                         struct b0_loader_frame *frame)
{
    if (byte == 0)
        return end(input, frame);
    if (input->left > 0) {
        store(input, byte);
        input->left--;
        return B0_LOADER_NOTHING;
    }
    /* A code follows: the run before it ended in a zero, unless it had the maximum length. */
    if (input->code != 0 && input->code != LONGEST_RUN)
        store(input, 0);
    input->code = byte;
    input->left = (uint8_t)(byte - 1);
    return B0_LOADER_NOTHING;
}

/* ---- sending ---- */

struct coder {
    uint8_t *coded;
    size_t size;
    size_t code_at; /* position of the current run's code */
    uint32_t crc;
};

static void begin_run(struct coder *coder)
{
    coder->code_at = coder->size++;
}

static void end_run(struct coder *coder)
{
    coder->coded[coder->code_at] = (uint8_t)(coder->size - coder->code_at);
}

/*
 * A run of maximum length ends only when another byte follows: a frame does not end in an empty
 * run.
 */
static void put(struct coder *coder, const uint8_t *bytes, size_t size)
{
    coder->crc = b0_crc32(coder->crc, bytes, size);
    for (size_t i = 0; i < size; i++) {
        if (coder->size - coder->code_at == LONGEST_RUN) {
            end_run(coder);
            begin_run(coder);
        }
        if (bytes[i] != 0) {
            coder->coded[coder->size++] = bytes[i];
        } else {
            end_run(coder);
            begin_run(coder);
        }
    }
}

size_t b0_loader_frame_encode(uint8_t *coded, uint8_t type, uint8_t number,
                              const struct b0_loader_parts *parts)
{
    struct coder coder = {.coded = coded, .size = 1, .crc = B0_CRC32_START};
    uint8_t header[B0_LOADER_HEADER_SIZE] = {type, number};
    uint8_t check[B0_LOADER_CHECK_SIZE];

    b0_store16(header + 2, (uint16_t)(parts->head_size + parts->data_size));
    coded[0] = 0;
    begin_run(&coder);
    put(&coder, header, sizeof header);
    put(&coder, parts->head, parts->head_size);
    put(&coder, parts->data, parts->data_size);
    b0_store32(check, coder.crc);
    put(&coder, check, sizeof check);
    end_run(&coder);
    coded[coder.size++] = 0;
    return coder.size;
}
