/* SPDX-License-Identifier: MIT */
/* The monitor for the Arduino IDE, as conversations. */
#include "../cli_test.h"

#include <cli/arduino/monitor.h>
#include <stdlib.h>
#include <string.h>

struct talk {
    struct memory_file memory;
    struct monitor monitor;
    bool fails;
    unsigned opened, closed, changed;
    char client[64], port[64];
};

static enum boot0_status fail_if(const struct talk *talk, struct boot0_error *error)
{
    return talk->fails ? boot0_fail(error, BOOT0_E_NO_BOARD, "no such port") : BOOT0_OK;
}

static enum boot0_status open_port(void *context, const char *client, const char *port,
                                   struct boot0_error *error)
{
    struct talk *talk = context;

    talk->opened++;
    snprintf(talk->client, sizeof talk->client, "%s", client);
    snprintf(talk->port, sizeof talk->port, "%s", port);
    return fail_if(talk, error);
}

static void close_port(void *context)
{
    struct talk *talk = context;

    talk->closed++;
}

static enum boot0_status changed(void *context, struct boot0_error *error)
{
    struct talk *talk = context;

    talk->changed++;
    return fail_if(talk, error);
}

static int setup(void **state)
{
    struct talk *talk = calloc(1, sizeof *talk);

    assert_non_null(talk);
    memory_open(&talk->memory);
    monitor_init(&talk->monitor, talk->memory.file);
    talk->monitor.open = open_port;
    talk->monitor.close = close_port;
    talk->monitor.changed = changed;
    talk->monitor.context = talk;
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

static bool say(struct talk *talk, const char *line)
{
    return monitor_line(&talk->monitor, line);
}

static void expect(struct talk *talk, const char *text)
{
    memory_expect(&talk->memory, text);
    memory_open(&talk->memory);
    talk->monitor.out = talk->memory.file;
}

#define OK(event)         "{\"eventType\":\"" event "\",\"message\":\"OK\"}\n"
#define HELLO_OK          "{\"eventType\":\"hello\",\"protocolVersion\":1,\"message\":\"OK\"}\n"
#define REFUSED(event, m) "{\"eventType\":\"" event "\",\"error\":true,\"message\":\"" m "\"}\n"

static void test_session(void **state)
{
    struct talk *talk = *state;

    say(talk, "HELLO 1 \"arduino-cli\"");
    say(talk, "CONFIGURE baudrate 115200");
    say(talk, "OPEN 127.0.0.1:5000 /dev/ttyACM0");
    expect(talk, HELLO_OK OK("configure") OK("open"));
    assert_string_equal(talk->client, "127.0.0.1:5000");
    assert_string_equal(talk->port, "/dev/ttyACM0");
    assert_string_equal(talk->monitor.selected[MONITOR_BAUD], "115200");
    assert_int_equal(talk->changed, 0);
    say(talk, "CONFIGURE dtr off");
    assert_int_equal(talk->changed, 1);
    say(talk, "CLOSE");
    assert_int_equal(talk->closed, 1);
    assert_false(say(talk, "QUIT"));
    expect(talk, OK("configure") OK("close") OK("quit"));
    assert_int_equal(talk->closed, 1);
}

static void test_describe(void **state)
{
    struct talk *talk = *state;
    char *text, *start;

    say(talk, "HELLO 1 \"x\"");
    say(talk, "CONFIGURE parity even");
    say(talk, "DESCRIBE");
    text = memory_take(&talk->memory);
    assert_non_null(text);
    start = strstr(text, "{\"eventType\":\"describe\",\"message\":\"OK\","
                         "\"port_description\":{\"protocol\":\"serial\","
                         "\"configuration_parameters\":{\"baudrate\":{\"label\":"
                         "\"Baudrate\",\"type\":\"enum\",\"values\":[\"300\",");
    assert_non_null(start);
    assert_non_null(strstr(start, "\"parity\":{\"label\":\"Parity\",\"type\":\"enum\",\"values\":["
                                  "\"none\",\"even\",\"odd\",\"mark\",\"space\"],\"selected\":"
                                  "\"even\"}"));
    assert_non_null(strstr(start, "\"selected\":\"on\"}}}}\n"));
    free(text);
}

static void test_port_goes(void **state)
{
    struct talk *talk = *state;

    say(talk, "HELLO 1 \"x\"");
    say(talk, "OPEN 127.0.0.1:1 COM3");
    monitor_closed(&talk->monitor, "the board is gone");
    monitor_closed(&talk->monitor, "twice");
    say(talk, "CLOSE");
    expect(talk, HELLO_OK OK("open") "{\"eventType\":\"port_closed\",\"message\":\"the board is "
                                     "gone\"}\n" REFUSED("close", "no port is open"));
    assert_int_equal(talk->closed, 1);
    say(talk, "OPEN 127.0.0.1:1 COM3");
    say(talk, "OPEN 127.0.0.1:1 COM3");
    expect(talk, OK("open") REFUSED("open", "a port is open already"));
    say(talk, "QUIT");
    assert_int_equal(talk->closed, 2);
    expect(talk, OK("quit"));
}

static void test_refusals(void **state)
{
    struct talk *talk = *state;

    say(talk, "DESCRIBE");
    say(talk, "HELLO");
    say(talk, "HELLO 1 \"x\"");
    say(talk, "HELLO 1 \"x\"");
    expect(talk, REFUSED("describe", "HELLO must be the first command")
                     REFUSED("hello", "HELLO needs a version and a name: HELLO 1 \\\"name\\\"")
                         HELLO_OK REFUSED("hello", "HELLO was received already"));
    say(talk, "CONFIGURE baudrate 12345");
    say(talk, "CONFIGURE baudrate");
    say(talk, "CONFIGURE colour red");
    say(talk, "CONFIGURE");
    expect(talk, REFUSED("configure", "invalid value for parameter baudrate: 12345")
                     REFUSED("configure", "invalid value for parameter baudrate: ")
                         REFUSED("configure", "unknown parameter: colour red")
                             REFUSED("configure", "unknown parameter: "));
    say(talk, "OPEN");
    say(talk, "OPEN 127.0.0.1:1");
    say(talk, "OPEN 127.0.0.1:1 ");
    say(talk, "OPEN  x");
    for (int i = 0; i < 4; i++)
        assert_int_equal(talk->opened, 0);
    talk->fails = true;
    expect(talk, REFUSED("open", "OPEN needs an address and a port")
                     REFUSED("open", "OPEN needs an address and a port")
                         REFUSED("open", "OPEN needs an address and a port")
                             REFUSED("open", "OPEN needs an address and a port"));
    say(talk, "OPEN 127.0.0.1:1 COM9");
    expect(talk, REFUSED("open", "no such port"));
    assert_false(talk->monitor.is_open);
    talk->fails = false;
    say(talk, "OPEN 127.0.0.1:1 COM9");
    talk->fails = true;
    say(talk, "CONFIGURE bits 7");
    expect(talk, OK("open") REFUSED("configure", "no such port"));
    assert_string_equal(talk->monitor.selected[MONITOR_BITS], "8");
    say(talk, "FOO");
    monitor_overlong(&talk->monitor);
    expect(talk, REFUSED("command_error", "Unknown command FOO")
                     REFUSED("command_error", "Unknown command: the line is too long"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_session),
        TEST(test_describe),
        TEST(test_port_goes),
        TEST(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
