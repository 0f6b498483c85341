/* SPDX-License-Identifier: MIT */
/* Traces: their lines, a session recorded and replayed. */
#include "../../portable.h"

#include <base/trace_line.h>
#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <core/array.h>
#include <lib/trace/stream.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct boot0_error error;

static void assert_same(const struct b0_trace_transfer *transfer)
{
    struct b0_text memory;
    FILE *file = b0_text_begin(&memory);
    char *text;
    size_t count;
    struct b0_trace_transfer read;
    uint8_t bytes[B0_TRACE_SHOWN];

    assert_non_null(file);
    b0_trace_write(file, transfer, false);
    text = b0_text_end(&memory);
    assert_non_null(text);
    assert_true(b0_trace_parse(text, &read, bytes, &count));
    assert_int_equal(read.at_us, transfer->at_us);
    assert_memory_equal(&read.setup, &transfer->setup, sizeof read.setup);
    assert_int_equal(read.result, transfer->result);
    assert_int_equal(read.actual, transfer->actual);
    assert_int_equal(count, transfer->actual < B0_TRACE_SHOWN ? transfer->actual : B0_TRACE_SHOWN);
    assert_memory_equal(bytes, transfer->data, count);
    free(text);
}

static void test_lines_are_read_as_they_were_written(void **state)
{
    static const uint8_t data[64] = {1, 2, 3, 4, 10, 0};
    struct b0_trace_transfer t = {
        1234567, "1-1", {0x21, BOOT0_DFU_DNLOAD, 2, 0, 64}, BOOT0_XFER_OK, 64, data, NULL};

    (void)state;
    assert_same(&t);
    t.setup = (struct boot0_setup){0xa1, BOOT0_DFU_GETSTATUS, 0, 0, 6};
    t.actual = 6;
    assert_same(&t);
    t.setup = (struct boot0_setup){0x80, BOOT0_USB_GET_DESCRIPTOR, 0x301, 0x409, 255};
    t.actual = 38;
    assert_same(&t);
    t.setup = (struct boot0_setup){0xc0, 0xb0, 0, 3, 64};
    assert_same(&t);
    t.setup = (struct boot0_setup){0x21, 0x20, 0, 0, 7}; /* SET_LINE_CODING */
    t.actual = 7;
    assert_same(&t);
    t.setup = (struct boot0_setup){0x40, 0xb0, 1, 6, 0};
    t.actual = 0;
    assert_same(&t);
    t.setup = (struct boot0_setup){0x21, BOOT0_DFU_ABORT, 0, 0, 0};
    t.actual = 0;
    t.state = "dfuIDLE";
    assert_same(&t);
    t.result = BOOT0_XFER_STALL;
    assert_same(&t);
}

/* Cut in the middle, as in a file copied by hand: nothing is read past the cut. */
static void test_a_line_that_is_cut_ends_there(void **state)
{
    static const char text[] = "1.000000 f407 in GETSTATUS value=0x0000 index=0 length=6 ok [OK df";
    struct b0_trace_transfer transfer;
    uint8_t bytes[B0_TRACE_SHOWN];
    char *line = malloc(sizeof text); /* so that sanitizers see its end */
    size_t count;

    (void)state;
    assert_non_null(line);
    memcpy(line, text, sizeof text);
    assert_true(b0_trace_parse(line, &transfer, bytes, &count));
    assert_int_equal(count, 0);
    free(line);
}

static void test_other_lines_are_refused(void **state)
{
    static const char *const lines[] = {
        "",
        "hello",
        "1.5 f407 in GETSTATUS value=0x0000 index=0 length=6 ok",
        "1.000000 f407 in NOTHING value=0x0000 index=0 length=6 ok",
        "1.000000 f407 in GETSTATUS value=0x10000 index=0 length=6 ok",
        "1.000000 f407 in GETSTATUS value=0x0000 index=0 length=6 actual=7 ok",
        "1.000000 f407 in GETSTATUS value=0x0000 index=0 length=6 maybe",
        "1.000000 f407 --- reset=0",
    };
    struct b0_trace_transfer transfer;
    uint8_t bytes[B0_TRACE_SHOWN];
    size_t count;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(lines); i++)
        assert_false(b0_trace_parse(lines[i], &transfer, bytes, &count));
}

static struct boot0_image *program(void)
{
    struct boot0_image *image = boot0_image_new();
    static const uint8_t vectors[] = {0x00, 0x20, 0x00, 0x20, 0x09, 0x01, 0x00, 0x08};
    uint8_t data[5000];

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7 & 0x7f);
    memcpy(data, vectors, sizeof vectors);
    assert_int_equal(boot0_image_add(image, 0, 0x08000000, data, sizeof data, &error), BOOT0_OK);
    image->has_addresses = true;
    return image;
}

static enum boot0_status flash(const struct boot0_bus *bus, struct boot0_report *report)
{
    struct boot0_session *session;
    struct boot0_image *image = program();
    enum boot0_status status = boot0_session_open(&session, bus, NULL, NULL, NULL, &error);

    if (status == BOOT0_OK) {
        status = boot0_session_flash(session, image, NULL, &error);
        boot0_session_report(session, report);
    }
    boot0_session_close(session);
    boot0_image_free(image);
    return status;
}

/* Records a flash into a file of that name. Closes the bus. */
static enum boot0_status record_bus(struct boot0_bus *bus, char *name, struct boot0_report *report)
{
    enum boot0_status status;
    FILE *file = fopen(portable_name(name), "w");

    assert_non_null(file);
    assert_int_equal(boot0_trace_bus(bus, file, &error), BOOT0_OK);
    status = flash(bus, report);
    boot0_bus_close(bus);
    fclose(file);
    return status;
}

static enum boot0_status record(const char *spec, char *name, struct boot0_report *report)
{
    struct boot0_bus bus;

    assert_int_equal(boot0_virtual_open(&bus, &spec, 1, &error), BOOT0_OK);
    return record_bus(&bus, name, report);
}

static void test_a_recorded_session_is_played_back(void **state)
{
    struct boot0_report then = {0}, now = {0};
    struct boot0_bus bus;
    char name[PORTABLE_NAME];

    (void)state;
    assert_int_equal(record("f407:fill=random", name, &then), BOOT0_OK);
    assert_int_equal(boot0_replay_open(&bus, name, &error), BOOT0_OK);
    assert_int_equal(flash(&bus, &now), BOOT0_OK);
    assert_null(boot0_replay_divergence(&bus));
    assert_int_equal(now.bytes_written, then.bytes_written);
    assert_int_equal(now.sectors_erased, then.sectors_erased);
    assert_int_equal(now.transfers, then.transfers);
    assert_true(now.started);
    boot0_bus_close(&bus);
    remove(name);
}

static void test_a_failing_session_fails_the_same_way_again(void **state)
{
    struct boot0_report then = {0}, now = {0};
    struct boot0_bus bus;
    char name[PORTABLE_NAME], message[sizeof error.message];

    (void)state;
    assert_int_equal(record("f407:rdp=1", name, &then), BOOT0_E_PROTECTED);
    memcpy(message, error.message, sizeof message);
    assert_int_equal(boot0_replay_open(&bus, name, &error), BOOT0_OK);
    assert_int_equal(flash(&bus, &now), BOOT0_E_PROTECTED);
    assert_string_equal(error.message, message);
    boot0_bus_close(&bus);
    remove(name);
}

/* A bus whose board may not be opened. */
static enum boot0_status refuse(void *context, const struct boot0_candidate *candidate,
                                struct boot0_transport *transport, struct boot0_error *opening)
{
    (void)context;
    (void)candidate;
    (void)transport;
    boot0_fail(opening, BOOT0_E_PERMISSION, "no permission");
    boot0_hint(opening, "a hint");
    return boot0_advise(opening, BOOT0_ADVICE_USB_ACCESS, NULL);
}

static void test_a_refusal_keeps_its_advice(void **state)
{
    struct boot0_bus bus;
    struct boot0_bus_ops ops;
    struct boot0_report report;
    const char *spec = "f407";
    char name[PORTABLE_NAME];

    (void)state;
    assert_int_equal(boot0_virtual_open(&bus, &spec, 1, &error), BOOT0_OK);
    ops = *bus.ops;
    ops.open = refuse;
    bus.ops = &ops;
    assert_int_equal(record_bus(&bus, name, &report), BOOT0_E_PERMISSION);
    assert_int_equal(error.advice, BOOT0_ADVICE_USB_ACCESS);
    assert_int_equal(boot0_replay_open(&bus, name, &error), BOOT0_OK);
    assert_int_equal(flash(&bus, &report), BOOT0_E_PERMISSION);
    assert_string_equal(error.message, "no permission");
    assert_string_equal(error.hint, "a hint");
    assert_int_equal(error.advice, BOOT0_ADVICE_USB_ACCESS);
    boot0_bus_close(&bus);
    remove(name);
}

static void test_another_session_diverges(void **state)
{
    struct boot0_report then = {0};
    struct boot0_session *session;
    struct boot0_bus bus;
    uint8_t byte;
    char name[PORTABLE_NAME];

    (void)state;
    assert_int_equal(record("f407", name, &then), BOOT0_OK);
    assert_int_equal(boot0_replay_open(&bus, name, &error), BOOT0_OK);
    assert_int_equal(boot0_session_open(&session, &bus, NULL, NULL, NULL, &error), BOOT0_OK);
    assert_int_equal(boot0_session_read(session, 0x08010000, &byte, 1, &error), BOOT0_E_GONE);
    assert_non_null(boot0_replay_divergence(&bus));
    boot0_session_close(session);
    boot0_bus_close(&bus);
    remove(name);
}

/* ---- serial ports ---- */

static enum boot0_status flash_port(const struct boot0_stream *stream, FILE *trace, uint32_t baud,
                                    struct boot0_report *report)
{
    const struct boot0_uart_options options = {.port = "port", .baud = baud, .trace = trace};
    struct boot0_bus bus;
    enum boot0_status status;

    assert_int_equal(boot0_uart_open(&bus, stream, &options, &error), BOOT0_OK);
    status = flash(&bus, report);
    boot0_bus_close(&bus);
    return status;
}

static void record_port(const char *spec, FILE *file, struct boot0_report *report)
{
    struct boot0_stream stream;

    assert_int_equal(boot0_virtual_uart_open(&stream, spec, &error), BOOT0_OK);
    assert_int_equal(flash_port(&stream, file, 0, report), BOOT0_OK);
    rewind(file);
}

static void test_a_recorded_port_is_played_back(void **state)
{
    struct boot0_report then = {0}, now = {0};
    struct boot0_stream stream;
    FILE *file = portable_input("", 0);

    (void)state;
    assert_non_null(file);
    record_port("f103:fill=random,fault=lost@700+parity@900", file, &then);
    assert_int_equal(b0_replay_stream_read(&stream, file, "record", &error), BOOT0_OK);
    assert_int_equal(flash_port(&stream, NULL, 0, &now), BOOT0_OK);
    assert_int_equal(now.bytes_written, then.bytes_written);
    assert_int_equal(now.transfers, then.transfers);
    rewind(file);
    assert_int_equal(b0_replay_stream_read(&stream, file, "record", &error), BOOT0_OK);
    assert_null(boot0_replay_stream_divergence(&stream));
    assert_int_equal(flash_port(&stream, NULL, 57600, &now), BOOT0_E_GONE);
    fclose(file);
}

/* Cut anywhere, the replay ends there: nothing is invented. */
static void test_a_shortened_record_of_a_port_ends(void **state)
{
    struct boot0_report report = {0};
    struct boot0_stream stream;
    FILE *file = portable_input("", 0);
    char *text;
    long size;

    (void)state;
    assert_non_null(file);
    record_port("f103", file, &report);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    text = malloc((size_t)size);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, file), size);
    for (long length = 1; length < size - 200; length += 997) {
        FILE *part = portable_input(text, (size_t)length);
        enum boot0_status status = b0_replay_stream_read(&stream, part, "record", &error);

        if (status == BOOT0_OK)
            status = flash_port(&stream, NULL, 0, &report);
        assert_int_not_equal(status, BOOT0_OK);
        fclose(part);
    }
    free(text);
    fclose(file);
}

static void test_what_is_no_record_of_a_port_is_refused(void **state)
{
    static const char *const lines[] = {
        "hello\n",
        "\n",
        "1.000000 port set baud=115200 dtr=2 rts=1 ok\n",
        "1.000000 port set baud=115200 dtr=1 rts=1\n",
        "1.000000 port out length=513 ok\n",
        "1.000000 port up length=1 ok 00\n",
        "    1.000000 1-1 out DNLOAD value=0x0002 index=0 length=1 ok 00\n",
    };
    struct boot0_stream stream;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(lines); i++) {
        FILE *file = portable_input(lines[i], strlen(lines[i]));

        assert_int_equal(b0_replay_stream_read(&stream, file, "record", &error), BOOT0_E_DATA);
        fclose(file);
    }
}

static void test_what_is_no_record_is_refused(void **state)
{
    struct boot0_bus bus;

    (void)state;
    assert_int_equal(boot0_replay_open(&bus, "/nonexistent", &error), BOOT0_E_NO_INPUT);
    assert_int_equal(boot0_replay_open(&bus, "/dev/null", &error), BOOT0_E_DATA);
    assert_int_equal(boot0_replay_open(&bus, "/proc/version", &error), BOOT0_E_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_are_read_as_they_were_written),
        cmocka_unit_test(test_a_line_that_is_cut_ends_there),
        cmocka_unit_test(test_other_lines_are_refused),
        cmocka_unit_test(test_a_recorded_session_is_played_back),
        cmocka_unit_test(test_a_failing_session_fails_the_same_way_again),
        cmocka_unit_test(test_a_refusal_keeps_its_advice),
        cmocka_unit_test(test_another_session_diverges),
        cmocka_unit_test(test_a_recorded_port_is_played_back),
        cmocka_unit_test(test_a_shortened_record_of_a_port_ends),
        cmocka_unit_test(test_what_is_no_record_of_a_port_is_refused),
        cmocka_unit_test(test_what_is_no_record_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
