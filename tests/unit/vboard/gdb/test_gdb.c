/* SPDX-License-Identifier: MIT */
/* GDB's remote serial protocol: packets, the stub's answers, and the CPU of a board behind it. */
#include "../machine/machine_test.h"

#include <core/array.h>
#include <vboard/gdb/stub.h>
#include <vboard/vboard.h>

/* ---- packets ---- */

static enum vboard_gdb_event feed(struct vboard_gdb_reader *reader, const char *text)
{
    enum vboard_gdb_event event = VBOARD_GDB_NOTHING;

    for (; *text; text++)
        event = vboard_gdb_take(reader, (uint8_t)*text);
    return event;
}

static void test_packets(void **state)
{
    static struct vboard_gdb_reader reader;
    char packet[20];

    (void)state;
    assert_int_equal(feed(&reader, "+$m0,4#fd"), VBOARD_GDB_PACKET);
    assert_string_equal(reader.data, "m0,4");
    assert_int_equal(feed(&reader, "$#00"), VBOARD_GDB_PACKET);
    assert_string_equal(reader.data, "");
    assert_int_equal(feed(&reader, "$}\x03#80"), VBOARD_GDB_PACKET); /* an escaped '#' */
    assert_string_equal(reader.data, "#");
    assert_int_equal(feed(&reader, "$m0,4#fc"), VBOARD_GDB_DAMAGED);
    assert_int_equal(feed(&reader, "$m0,4#x"), VBOARD_GDB_DAMAGED);
    assert_int_equal(feed(&reader, "-"), VBOARD_GDB_RESEND);
    assert_int_equal(feed(&reader, "\x03"), VBOARD_GDB_BREAK);
    assert_int_equal(feed(&reader, "$OK#9A"), VBOARD_GDB_PACKET);
    packet[vboard_gdb_make(packet, "OK")] = '\0';
    assert_string_equal(packet, "$OK#9a");
}

static void test_long_packet(void **state)
{
    static struct vboard_gdb_reader reader;
    uint8_t sum = 0;
    char end[4];

    (void)state;
    (void)vboard_gdb_take(&reader, '$');
    for (int i = 0; i < VBOARD_GDB_PACKET_MAX + 1; i++, sum = (uint8_t)(sum + 'a'))
        assert_int_equal(vboard_gdb_take(&reader, 'a'), VBOARD_GDB_NOTHING);
    snprintf(end, sizeof end, "#%02x", sum);
    assert_int_equal(feed(&reader, end), VBOARD_GDB_DAMAGED);
    assert_int_equal(feed(&reader, "$OK#9a"), VBOARD_GDB_PACKET);
}

/* ---- a conversation ---- */

struct talk {
    struct vboard *board;
    struct vboard_gdb_stub stub;
    char got[VBOARD_GDB_PACKET_MAX + 100];
    size_t length;
};

static void get_sent(void *peer, const char *bytes, size_t size)
{
    struct talk *talk = peer;

    assert_true(size < sizeof talk->got - talk->length);
    memcpy(talk->got + talk->length, bytes, size);
    talk->length += size;
    talk->got[talk->length] = '\0';
}

/* Sends a packet; returns the answer after the acknowledgement, without its frame. */
static const char *ask(struct talk *talk, const char *data)
{
    char packet[300];
    size_t size = vboard_gdb_make(packet, data);
    char *end;

    talk->length = 0;
    talk->got[0] = '\0';
    vboard_gdb_received(&talk->stub, packet, size);
    assert_int_equal(talk->got[0], '+');
    if (talk->got[1] == '\0')
        return NULL;
    assert_int_equal(talk->got[1], '$');
    end = strrchr(talk->got, '#');
    assert_non_null(end);
    *end = '\0';
    return talk->got + 2;
}

/* Counts endlessly: at 0x40 adds 1 to r0 and 2 to r1, continues at 0x46; BKPT is at 0x4a. */
static const uint16_t counting[] = {
    VECTORS(0x0041, 0x004d, 0x004d, 0x004d, 0x004d, 0x004d, 0x004d),
    0x3001, /* 040 adds r0, #1 */
    0x3102, /* 042 adds r1, #2 */
    0xe7ff, /* 044 b.n 046 */
    0xe7fb, /* 046 b.n 040 */
    0xbf00, /* 048 nop */
    0xbe00, /* 04a bkpt */
    0xe7fe, /* 04c b.n 04c */
};

static struct talk *start(void)
{
    static struct talk talk;

    memset(&talk, 0, sizeof talk);
    talk.board = board_with("f407:boot0=0", counting, B0_LENGTH(counting));
    vboard_wait(talk.board, 1000);
    vboard_gdb_start(&talk.stub, vboard_debug_attach(talk.board), talk.board, get_sent, &talk);
    return &talk;
}

static void stop(struct talk *talk)
{
    vboard_debug_detach(talk->board);
    free_board(talk->board);
}

static uint32_t reg(struct talk *talk, unsigned number)
{
    uint8_t bytes[4] = {0};
    char question[8];

    snprintf(question, sizeof question, "p%x", number);
    assert_true(vboard_gdb_unhex(bytes, ask(talk, question), 4));
    return b0_load32(bytes);
}

static void test_halted(void **state)
{
    struct talk *talk = start();
    uint32_t count = reg(talk, 0);

    (void)state;
    assert_true(count > 100);
    vboard_wait(talk->board, 1000);
    assert_int_equal(reg(talk, 0), count);
    assert_string_equal(ask(talk, "?"), "S05");
    assert_int_equal(strlen(ask(talk, "g")), 8 * VBOARD_GDB_REGISTERS);
    assert_null(ask(talk, "c"));
    vboard_wait(talk->board, 1000);
    talk->length = 0;
    vboard_gdb_received(&talk->stub, "\x03", 1);
    assert_string_equal(talk->got, "$S02#b5");
    assert_true(reg(talk, 0) > count);
    stop(talk);
}

static void test_breakpoint_and_steps(void **state)
{
    struct talk *talk = start();
    uint32_t count;

    (void)state;
    assert_string_equal(ask(talk, "Z0,8000046,2"), "OK");
    for (int i = 0; i < 3; i++) { /* each time round, also when it continues from there */
        count = reg(talk, 0);
        assert_null(ask(talk, "c"));
        vboard_wait(talk->board, 1000);
        talk->length = 0;
        vboard_gdb_tick(&talk->stub);
        assert_string_equal(talk->got, "$S05#b8");
        assert_int_equal(reg(talk, 15), 0x08000046);
        assert_in_range(reg(talk, 0) - count, i > 0, 1);
    }
    assert_string_equal(ask(talk, "z0,8000046,2"), "OK");
    count = reg(talk, 0);
    assert_string_equal(ask(talk, "s"), "S05");
    assert_int_equal(reg(talk, 15), 0x08000040);
    assert_string_equal(ask(talk, "s"), "S05");
    assert_int_equal(reg(talk, 15), 0x08000042);
    assert_int_equal(reg(talk, 0), count + 1);
    stop(talk);
}

static void test_bkpt_and_reset(void **state)
{
    struct talk *talk = start();

    (void)state;
    assert_null(ask(talk, "c8000048"));
    vboard_wait(talk->board, 1000);
    vboard_gdb_tick(&talk->stub);
    assert_int_equal(reg(talk, 15), 0x0800004a);
    assert_null(ask(talk, "c")); /* past it */
    vboard_wait(talk->board, 1000);
    vboard_gdb_received(&talk->stub, "\x03", 1);
    assert_int_equal(reg(talk, 15), 0x0800004c);
    assert_string_equal(ask(talk, "qRcmd,72657365742068616c74"), "OK"); /* reset halt */
    assert_int_equal(reg(talk, 15), 0x08000040);
    assert_int_equal(reg(talk, 0), 0);
    stop(talk);
}

static void test_memory(void **state)
{
    struct talk *talk = start();

    (void)state;
    assert_string_equal(ask(talk, "M20000100,4:0a0b0c0d"), "OK");
    assert_string_equal(ask(talk, "m20000100,4"), "0a0b0c0d");
    assert_int_equal(peek32(talk->board, 0x20000100), 0x0d0c0b0a);
    assert_string_equal(ask(talk, "m800004a,2"), "00be");
    assert_string_equal(ask(talk, "me0042000,4"), "13040f10"); /* DBGMCU_IDCODE */
    assert_string_equal(ask(talk, "m60000000,4"), "E14");
    assert_string_equal(ask(talk, "M8000048,2:0000"), "E14"); /* flash refuses M packets */
    assert_string_equal(ask(talk, "P0=78563412"), "OK");
    assert_int_equal(reg(talk, 0), 0x12345678);
    stop(talk);
}

/* Wrong numbers, lengths, names. */
static void test_nonsense(void **state)
{
    static const struct {
        const char *packet, *answer;
    } rows[] = {
        {"", ""},
        {"!", ""},
        {"vMustReplyEmpty", ""},
        {"m", "E01"},
        {"m,4", "E01"},
        {"m20000000", "E01"},
        {"m-1,4", "E01"},
        {"m1ffffffff,4", "E01"},
        {"M20000000,4:00", "E01"},
        {"M20000000,ffffffff:00", "E01"},
        {"p17", "E01"},
        {"pz", "E01"},
        {"P17=00000000", "E01"},
        {"P0=0000", "E01"},
        {"G00", "E01"},
        {"Z2,0,4", ""},
        {"Z0,,", "E01"},
        {"qNothing", ""},
        {"qXfer:features:read:target.xml:", "E01"},
        {"qRcmd,7", "OK"},
        {"qRcmd,zz", "E01"},
        {"qXfer:features:read:target.xml:ffff,10", "l"},
    };
    struct talk *talk = start();

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        const char *answer = ask(talk, rows[i].packet);

        if (i + 3 == B0_LENGTH(rows)) /* it prints before the answer */
            continue;
        assert_string_equal(answer, rows[i].answer);
    }
    stop(talk);
}

/* In pieces, as GDB requests it. */
static void test_description(void **state)
{
    struct talk *talk = start();
    char all[4000] = "", question[64];
    const char *piece;
    size_t length = 0;

    (void)state;
    do {
        snprintf(question, sizeof question, "qXfer:features:read:target.xml:%zx,100", length);
        piece = ask(talk, question);
        length += (size_t)snprintf(all + length, sizeof all - length, "%s", piece + 1);
    } while (piece[0] == 'm');
    assert_int_equal(piece[0], 'l');
    assert_non_null(strstr(all, "org.gnu.gdb.arm.m-profile"));
    assert_string_equal(all + length - 9, "</target>");
    stop(talk);
}

static void test_no_cpu(void **state)
{
    struct vboard *rom = new_board("f407");

    (void)state;
    assert_null(vboard_debug_attach(rom));
    free_board(rom);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packets),        cmocka_unit_test(test_long_packet),
        cmocka_unit_test(test_halted),         cmocka_unit_test(test_breakpoint_and_steps),
        cmocka_unit_test(test_bkpt_and_reset), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_nonsense),       cmocka_unit_test(test_description),
        cmocka_unit_test(test_no_cpu),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
