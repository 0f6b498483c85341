/* SPDX-License-Identifier: MIT */
/*
 * Port discovery for the Arduino IDE, as conversations: both dialects, every command in every
 * state.
 */
#include "../cli_test.h"

#include <cli/arduino/discovery.h>
#include <cli/arduino/ide.h>
#include <core/array.h>
#include <stdlib.h>
#include <string.h>

struct talk {
    struct memory_file memory;
    struct discovery discovery;
    unsigned starts;
    bool fails;
};

static enum boot0_status start(void *context, struct boot0_error *error)
{
    struct talk *talk = context;

    talk->starts++;
    if (!talk->fails)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_IO, "no USB");
    return boot0_hint(error, "Plug one in");
}

static int setup(void **state)
{
    struct talk *talk = calloc(1, sizeof *talk);

    assert_non_null(talk);
    memory_open(&talk->memory);
    talk->discovery.out = talk->memory.file;
    talk->discovery.start = start;
    talk->discovery.context = talk;
    *state = talk;
    return 0;
}

static int teardown(void **state)
{
    struct talk *talk = *state;

    if (talk->memory.file)
        free(memory_take(&talk->memory));
    free(talk);
    return 0;
}

static void say(struct talk *talk, const char *line)
{
    discovery_line(&talk->discovery, line);
}

/* Compares the output since the last call. */
static void expect(struct talk *talk, const char *text)
{
    memory_expect(&talk->memory, text);
    memory_open(&talk->memory);
    talk->discovery.out = talk->memory.file;
}

static struct ide_ports ports_of(const struct ide_port *list, size_t count)
{
    struct ide_ports ports = {.count = 0};

    for (size_t i = 0; i < count; i++)
        ide_ports_add(&ports, &list[i]);
    return ports;
}

static const struct ide_port f407 = {
    .is_usb = true,
    .address = "1-2.3",
    .vendor = 0x0483,
    .product = 0xdf11,
    .serial = "337136533432",
    .product_name = "boot0 bootloader F407",
    .board = "black-f407ve",
    .name = "STM32F407",
    .chip = "STM32F407",
    .in_dfu_mode = true,
};
static const struct ide_port hello = {
    .is_serial = true,
    .is_usb = true,
    .address = "/dev/ttyACM0",
    .vendor = 0x0483,
    .product = 0x5740,
    .serial = "337136533432",
    .product_name = "BLACK_F407VE CDC in FS Mode",
};

#define OK(event)         "{\"eventType\":\"" event "\",\"message\":\"OK\"}\n"
#define HELLO_OK          "{\"eventType\":\"hello\",\"protocolVersion\":1,\"message\":\"OK\"}\n"
#define REFUSED(event, m) "{\"eventType\":\"" event "\",\"error\":true,\"message\":\"" m "\"}\n"
#define PROPERTIES                                                                                 \
    "{\"vid\":\"0x0483\",\"pid\":\"0xdf11\",\"serialNumber\":\"337136533432\","                    \
    "\"product\":\"boot0 bootloader F407\",\"board\":\"black-f407ve\",\"chip\":\"STM32F407\","     \
    "\"mode\":\"dfu\"}"
#define ROM_PROPERTIES                                                                             \
    "{\"vid\":\"0x0483\",\"pid\":\"0xdf11\",\"serialNumber\":\"337136533432\","                    \
    "\"product\":\"boot0 bootloader F407\",\"chip\":\"STM32F407\",\"mode\":\"dfu\"}"
#define F407                                                                                       \
    "{\"address\":\"1-2.3\",\"label\":\"1-2.3 STM32F407\",\"protocol\":\"dfu\","                   \
    "\"protocolLabel\":\"USB (DFU)\",\"hardwareId\":\"337136533432\",\"properties\":" PROPERTIES   \
    "}"
#define HELLO                                                                                      \
    "{\"address\":\"/dev/ttyACM0\",\"label\":\"ttyACM0\",\"protocol\":\"serial\","                 \
    "\"protocolLabel\":\"Serial Port (USB)\",\"hardwareId\":\"337136533432\",\"properties\":{"     \
    "\"vid\":\"0x0483\",\"pid\":\"0x5740\",\"serialNumber\":\"337136533432\","                     \
    "\"product\":\"BLACK_F407VE CDC in FS Mode\"}}"

static void test_list(void **state)
{
    struct talk *talk = *state;
    const struct ide_port list[] = {f407, hello};
    struct ide_ports ports = ports_of(list, 2);

    say(talk, "HELLO 1 \"arduino-cli 1.2.3\"");
    expect(talk, HELLO_OK);
    say(talk, "START");
    expect(talk, OK("start"));
    say(talk, "LIST");
    expect(talk, "");
    assert_true(talk->discovery.list_due);
    discovery_update(&talk->discovery, &ports);
    expect(talk, "{\"eventType\":\"list\",\"ports\":[" F407 "," HELLO "]}\n");
    ports.count = 0;
    discovery_update(&talk->discovery, &ports);
    expect(talk, "");
    say(talk, "LIST");
    expect(talk, "{\"eventType\":\"list\",\"ports\":[]}\n");
    say(talk, "STOP");
    expect(talk, OK("stop"));
    assert_false(discovery_line(&talk->discovery, "QUIT"));
    expect(talk, OK("quit"));
}

/* A board that goes from DFU mode to its program, and back. */
static void test_events(void **state)
{
    struct talk *talk = *state;
    struct ide_ports in_dfu = ports_of(&f407, 1), running = ports_of(&hello, 1);

    say(talk, "HELLO 1 \"Arduino IDE 2\"");
    say(talk, "START_SYNC");
    expect(talk, HELLO_OK OK("start_sync"));
    discovery_update(&talk->discovery, &in_dfu);
    expect(talk, "{\"eventType\":\"add\",\"port\":" F407 "}\n");
    discovery_update(&talk->discovery, &in_dfu);
    expect(talk, "");
    discovery_update(&talk->discovery, &running);
    expect(talk,
           "{\"eventType\":\"remove\",\"port\":{\"address\":\"1-2.3\",\"protocol\":\"dfu\"}}\n"
           "{\"eventType\":\"add\",\"port\":" HELLO "}\n");
    say(talk, "STOP");
    expect(talk, OK("stop"));
    discovery_update(&talk->discovery, &in_dfu);
    expect(talk, "");
    say(talk, "START_SYNC"); /* reports the known ports at once */
    expect(talk, OK("start_sync") "{\"eventType\":\"add\",\"port\":" F407 "}\n");
}

/* A changed port is reported by "add" alone. */
static void test_update(void **state)
{
    struct talk *talk = *state;
    struct ide_port silent = f407;
    struct ide_ports ports;

    silent.chip[0] = '\0';
    strcpy(silent.name, "no permission");
    silent.product_name[0] = silent.board[0] = '\0';
    silent.serial[0] = '\0';
    ports = ports_of(&silent, 1);
    say(talk, "HELLO 1 \"x\"");
    say(talk, "START_SYNC");
    discovery_update(&talk->discovery, &ports);
    expect(talk,
           HELLO_OK OK(
               "start_sync") "{\"eventType\":\"add\",\"port\":{\"address\":\"1-2.3\","
                             "\"label\":\"1-2.3 no "
                             "permission\",\"protocol\":\"dfu\",\"protocolLabel\":"
                             "\"USB (DFU)\",\"properties\":{\"vid\":\"0x0483\",\"pid\":\"0xdf11\","
                             "\"mode\":\"dfu\"}}}\n");
    ports = ports_of(&f407, 1);
    discovery_update(&talk->discovery, &ports);
    expect(talk, "{\"eventType\":\"add\",\"port\":" F407 "}\n");
}

/* The IDE 1.8.19 sends no HELLO, reads other names as well, and looks for serial ports itself. */
static void test_old_dialect(void **state)
{
    struct talk *talk = *state;
    const struct ide_port list[] = {hello, f407};
    struct ide_ports ports = ports_of(list, 2);

    say(talk, "START_SYNC");
    expect(talk, OK("start_sync"));
    discovery_update(&talk->discovery, &ports);
    expect(talk,
           "{\"eventType\":\"add\",\"port\":{\"address\":\"1-2.3\",\"label\":"
           "\"1-2.3 STM32F407\",\"protocol\":\"dfu\",\"protocolLabel\":\"USB (DFU)\","
           "\"hardwareId\":\"337136533432\",\"properties\":" PROPERTIES ",\"prefs\":" PROPERTIES
           ",\"identificationPrefs\":{\"board\":\"black-f407ve\"}}}\n");
    ports.list[1].board[0] = '\0'; /* another bootloader: boards.txt has no board for it */
    discovery_update(&talk->discovery, &ports);
    expect(talk, "{\"eventType\":\"add\",\"port\":{\"address\":\"1-2.3\",\"label\":"
                 "\"1-2.3 STM32F407\",\"protocol\":\"dfu\",\"protocolLabel\":\"USB (DFU)\","
                 "\"hardwareId\":\"337136533432\",\"properties\":" ROM_PROPERTIES
                 ",\"prefs\":" ROM_PROPERTIES "}}\n");
    ports.count = 1;
    discovery_update(&talk->discovery, &ports);
    expect(talk,
           "{\"eventType\":\"remove\",\"port\":{\"address\":\"1-2.3\",\"protocol\":\"dfu\"}}\n");
    say(talk, "STOP");
    expect(talk, OK("stop"));
}

static void test_order(void **state)
{
    struct talk *talk = *state;

    say(talk, "LIST");
    expect(talk, REFUSED("list", "LIST is valid only after START"));
    say(talk, "STOP");
    expect(talk, REFUSED("stop", "the discovery is not running"));
    say(talk, "HELLO 1 \"x\"");
    say(talk, "HELLO 1 \"x\"");
    expect(talk, HELLO_OK REFUSED("hello", "HELLO was received already"));
    say(talk, "START");
    say(talk, "START");
    say(talk, "START_SYNC");
    expect(talk, OK("start") REFUSED("start", "the discovery is running already")
                     REFUSED("start_sync", "the discovery is running already"));
    assert_int_equal(talk->starts, 1);
}

static void test_start_fails(void **state)
{
    struct talk *talk = *state;

    talk->fails = true;
    say(talk, "HELLO 1 \"x\"");
    say(talk, "START_SYNC");
    expect(talk, HELLO_OK REFUSED("start_sync", "no USB. Plug one in"));
    talk->fails = false;
    say(talk, "START");
    expect(talk, OK("start"));
}

static void test_malformed(void **state)
{
    static const char *const hellos[] = {
        "HELLO",       "HELLO ",        "HELLO x \"y\"",   "HELLO 1",        "HELLO 1 y",
        "HELLO 1 \"y", "HELLO 0 \"y\"", "HELLO 1 \"y\" z", "HELLO -1 \"y\"",
    };
    struct talk *talk = *state;

    for (size_t i = 0; i < B0_LENGTH(hellos); i++) {
        say(talk, hellos[i]);
        expect(talk, REFUSED("hello", "HELLO needs a version and a name: HELLO 1 \\\"name\\\""));
    }
    say(talk, "");
    expect(talk, REFUSED("command_error", "Unknown command "));
    say(talk, "HELLOOO \"\\\x01\xff");
    expect(talk, REFUSED("command_error", "Unknown command HELLOOO \\\"\\\\\\u0001\\ufffd"));
    discovery_overlong(&talk->discovery);
    expect(talk, REFUSED("command_error", "Unknown command: the line is too long"));
}

static enum ide_read feed(struct ide_reader *reader, const char *text, size_t size)
{
    enum ide_read read = IDE_READ_MORE;

    for (size_t i = 0; i < size; i++)
        read = ide_reader_take(reader, text[i]);
    return read;
}

static void test_reader(void **state)
{
    struct ide_reader reader = {.length = 0};

    (void)state;
    assert_int_equal(feed(&reader, "START\r\n", 7), IDE_READ_LINE);
    assert_string_equal(reader.line, "START");
    assert_int_equal(feed(&reader, "ST\0P\n", 5), IDE_READ_OVERLONG);
    for (size_t i = 0; i < IDE_LINE_MAX - 1; i++)
        assert_int_equal(ide_reader_take(&reader, 'a'), IDE_READ_MORE);
    assert_int_equal(ide_reader_take(&reader, '\n'), IDE_READ_LINE);
    assert_int_equal(strlen(reader.line), IDE_LINE_MAX - 1);
    for (int i = 0; i < 3 * IDE_LINE_MAX; i++)
        assert_int_equal(ide_reader_take(&reader, 'a'), IDE_READ_MORE);
    assert_int_equal(ide_reader_take(&reader, '\n'), IDE_READ_OVERLONG);
    assert_int_equal(feed(&reader, "\n", 1), IDE_READ_LINE);
    assert_string_equal(reader.line, "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_list),      TEST(test_events),
        TEST(test_update),    TEST(test_old_dialect),
        TEST(test_order),     TEST(test_start_fails),
        TEST(test_malformed), cmocka_unit_test(test_reader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
