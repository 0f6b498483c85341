/* SPDX-License-Identifier: MIT */
/* See monitor.h. */
#include "monitor.h"

#include "ide.h"

#include <base/print/json.h>
#include <core/array.h>
#include <string.h>

const struct monitor_choice monitor_choices[MONITOR_PARAMETER_COUNT] = {
    [MONITOR_BAUD] = {"baudrate",
                      "Baudrate",
                      {"300", "1200", "2400", "4800", "9600", "19200", "38400", "57600", "74880",
                       "115200", "230400", "460800", "500000", "921600", "1000000", "2000000",
                       "3000000"}},
    [MONITOR_PARITY] = {"parity", "Parity", {"none", "even", "odd", "mark", "space"}},
    [MONITOR_BITS] = {"bits", "Data bits", {"5", "6", "7", "8"}},
    [MONITOR_STOP_BITS] = {"stop_bits", "Stop bits", {"1", "2"}},
    [MONITOR_DTR] = {"dtr", "DTR", {"on", "off"}},
    [MONITOR_RTS] = {"rts", "RTS", {"on", "off"}},
};

/* The settings until the IDE changes them. */
static const char *const defaults[MONITOR_PARAMETER_COUNT] = {
    [MONITOR_BAUD] = "9600",   [MONITOR_PARITY] = "none", [MONITOR_BITS] = "8",
    [MONITOR_STOP_BITS] = "1", [MONITOR_DTR] = "on",      [MONITOR_RTS] = "on",
};

/* The table's own text of a value, which stays valid; NULL if the value is not in the table. */
static const char *find_value(const struct monitor_choice *choice, const char *text)
{
    for (size_t i = 0; i < MONITOR_VALUES_MAX && choice->values[i]; i++)
        if (strcmp(choice->values[i], text) == 0)
            return choice->values[i];
    return NULL;
}

void monitor_init(struct monitor *monitor, FILE *out)
{
    *monitor = (struct monitor){.out = out};
    for (size_t i = 0; i < MONITOR_PARAMETER_COUNT; i++)
        monitor->selected[i] = find_value(&monitor_choices[i], defaults[i]);
}

static void hello(struct monitor *monitor, const char *operand)
{
    if (ide_hello_version(operand) == 0) {
        ide_refuse(monitor->out, "hello", "HELLO needs a version and a name: HELLO 1 \"name\"");
        return;
    }
    monitor->greeted = true;
    ide_answer_hello(monitor->out);
}

static void describe_one(struct json *json, const struct monitor_choice *choice,
                         const char *selected)
{
    json_open(json, choice->name);
    json_text(json, "label", choice->label);
    json_text(json, "type", "enum");
    json_open_list(json, "values");
    for (size_t i = 0; i < MONITOR_VALUES_MAX && choice->values[i]; i++)
        json_text(json, NULL, choice->values[i]);
    json_close_list(json);
    json_text(json, "selected", selected);
    json_close(json);
}

static void describe(struct monitor *monitor, const char *operand)
{
    struct json json = json_begin(monitor->out);

    (void)operand;
    json_text(&json, "eventType", "describe");
    json_text(&json, "message", "OK");
    json_open(&json, "port_description");
    json_text(&json, "protocol", "serial");
    json_open(&json, "configuration_parameters");
    for (size_t i = 0; i < MONITOR_PARAMETER_COUNT; i++)
        describe_one(&json, &monitor_choices[i], monitor->selected[i]);
    json_close(&json);
    json_close(&json);
    json_end(&json);
    fflush(monitor->out);
}

static void set(struct monitor *monitor, size_t parameter, const char *value)
{
    const char *before = monitor->selected[parameter];
    struct boot0_error error = {.code = BOOT0_OK};

    monitor->selected[parameter] = value;
    if (monitor->is_open && monitor->changed(monitor->context, &error) != BOOT0_OK) {
        monitor->selected[parameter] = before;
        ide_refuse_error(monitor->out, "configure", &error);
        return;
    }
    ide_answer(monitor->out, "configure", "OK");
}

static void configure(struct monitor *monitor, const char *operand)
{
    for (size_t i = 0; i < MONITOR_PARAMETER_COUNT; i++) {
        const char *text = ide_operand(operand, monitor_choices[i].name);
        const char *value = text ? find_value(&monitor_choices[i], text) : NULL;

        if (value) {
            set(monitor, i, value);
            return;
        }
        if (text) {
            ide_refuse(monitor->out, "configure", "invalid value for parameter %s: %s",
                       monitor_choices[i].name, text);
            return;
        }
    }
    ide_refuse(monitor->out, "configure", "unknown parameter: %s", operand);
}

static void open_port(struct monitor *monitor, const char *operand)
{
    const char *space = strchr(operand, ' ');
    struct boot0_error error = {.code = BOOT0_OK};
    char client[IDE_LINE_MAX];

    if (monitor->is_open) {
        ide_refuse(monitor->out, "open", "a port is open already");
        return;
    }
    if (!space || space == operand || space[1] == '\0') {
        ide_refuse(monitor->out, "open", "OPEN needs an address and a port");
        return;
    }
    snprintf(client, sizeof client, "%.*s", (int)(space - operand), operand);
    if (monitor->open(monitor->context, client, space + 1, &error) != BOOT0_OK) {
        ide_refuse_error(monitor->out, "open", &error);
        return;
    }
    monitor->is_open = true;
    ide_answer(monitor->out, "open", "OK");
}

static void close_port(struct monitor *monitor, const char *operand)
{
    (void)operand;
    if (!monitor->is_open) {
        ide_refuse(monitor->out, "close", "no port is open");
        return;
    }
    monitor->close(monitor->context);
    monitor->is_open = false;
    ide_answer(monitor->out, "close", "OK");
}

static void quit(struct monitor *monitor, const char *operand)
{
    (void)operand;
    if (monitor->is_open)
        monitor->close(monitor->context);
    monitor->is_open = false;
    monitor->is_over = true;
    ide_answer(monitor->out, "quit", "OK");
}

void monitor_closed(struct monitor *monitor, const char *why)
{
    if (!monitor->is_open)
        return;
    monitor->close(monitor->context);
    monitor->is_open = false;
    ide_answer(monitor->out, "port_closed", why);
}

static const struct row {
    const char *word;
    const char *event;
    void (*run)(struct monitor *monitor, const char *operand);
} rows[] = {
    {"HELLO", "hello", hello},
    {"DESCRIBE", "describe", describe},
    {"CONFIGURE", "configure", configure},
    {"OPEN", "open", open_port},
    {"CLOSE", "close", close_port},
    {"QUIT", "quit", quit},
};

bool monitor_line(struct monitor *monitor, const char *line)
{
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        const char *operand = ide_operand(line, rows[i].word);

        if (!operand)
            continue;
        if (!monitor->greeted && rows[i].run != hello && rows[i].run != quit)
            ide_refuse(monitor->out, rows[i].event, "HELLO must be the first command");
        else if (monitor->greeted && rows[i].run == hello)
            ide_refuse(monitor->out, rows[i].event, "HELLO was received already");
        else
            rows[i].run(monitor, operand);
        return !monitor->is_over;
    }
    ide_refuse(monitor->out, "command_error", "Unknown command %s", line);
    return true;
}

void monitor_overlong(struct monitor *monitor)
{
    ide_refuse(monitor->out, "command_error", "Unknown command: the line is too long");
}
