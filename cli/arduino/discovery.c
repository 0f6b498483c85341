/* SPDX-License-Identifier: MIT */
/* See discovery.h. */
#include "discovery.h"

#include "ide.h"

#include <base/print/json.h>
#include <core/array.h>
#include <string.h>

/* ---- events ---- */

static void print_event(struct discovery *discovery, const char *event, const struct ide_port *port)
{
    bool is_add = strcmp(event, "add") == 0;
    struct json json = json_begin(discovery->out);

    json_text(&json, "eventType", event);
    if (is_add)
        ide_port_print(&json, "port", port, discovery->is_old);
    else
        ide_port_print_name(&json, "port", port);
    json_end(&json);
}

/* The IDE 1.8 finds serial ports itself, and would show reported ones twice. */
static bool concerns(const struct discovery *discovery, const struct ide_port *port)
{
    return !discovery->is_old || !port->is_serial;
}

static void print_list(struct discovery *discovery)
{
    struct json json = json_begin(discovery->out);

    discovery->list_due = false;
    json_text(&json, "eventType", "list");
    json_open_list(&json, "ports");
    for (size_t i = 0; i < discovery->ports.count; i++)
        if (concerns(discovery, &discovery->ports.list[i]))
            ide_port_print(&json, NULL, &discovery->ports.list[i], discovery->is_old);
    json_close_list(&json);
    json_end(&json);
    fflush(discovery->out);
}

/* Reports ports that are gone as "remove", and new or changed ones as "add". */
static void print_changes(struct discovery *discovery, const struct ide_ports *before,
                          const struct ide_ports *after)
{
    for (size_t i = 0; i < before->count; i++) {
        const struct ide_port *port = ide_ports_find(after, &before->list[i]);

        if (concerns(discovery, &before->list[i]) && !(port && concerns(discovery, port)))
            print_event(discovery, "remove", &before->list[i]);
    }
    for (size_t i = 0; i < after->count; i++) {
        const struct ide_port *port = ide_ports_find(before, &after->list[i]);

        if (concerns(discovery, &after->list[i]) &&
            !(port && ide_port_equal(port, &after->list[i])))
            print_event(discovery, "add", &after->list[i]);
    }
    fflush(discovery->out);
}

void discovery_update(struct discovery *discovery, const struct ide_ports *ports)
{
    if (discovery->state == DISCOVERY_SYNC)
        print_changes(discovery, &discovery->ports, ports);
    discovery->ports = *ports;
    discovery->is_known = true;
    if (discovery->list_due)
        print_list(discovery);
}

/* ---- commands ---- */

static void hello(struct discovery *discovery, const char *operand)
{
    if (ide_hello_version(operand) == 0) {
        ide_refuse(discovery->out, "hello", "HELLO needs a version and a name: HELLO 1 \"name\"");
        return;
    }
    discovery->state = DISCOVERY_IDLE;
    ide_answer_hello(discovery->out);
}

static bool begin(struct discovery *discovery, const char *event, enum discovery_state state)
{
    struct boot0_error error = {.code = BOOT0_OK};

    if (discovery->start(discovery->context, &error) != BOOT0_OK) {
        ide_refuse_error(discovery->out, event, &error);
        return false;
    }
    discovery->is_old = discovery->state == DISCOVERY_ALIVE;
    discovery->state = state;
    ide_answer(discovery->out, event, "OK");
    return true;
}

static void start(struct discovery *discovery, const char *operand)
{
    (void)operand;
    begin(discovery, "start", DISCOVERY_STARTED);
}

static void start_sync(struct discovery *discovery, const char *operand)
{
    static const struct ide_ports none;

    (void)operand;
    if (begin(discovery, "start_sync", DISCOVERY_SYNC) && discovery->is_known)
        print_changes(discovery, &none, &discovery->ports);
}

static void list(struct discovery *discovery, const char *operand)
{
    (void)operand;
    discovery->list_due = true;
    if (discovery->is_known)
        print_list(discovery);
}

static void stop(struct discovery *discovery, const char *operand)
{
    (void)operand;
    discovery->state = discovery->is_old ? DISCOVERY_ALIVE : DISCOVERY_IDLE;
    discovery->list_due = false;
    ide_answer(discovery->out, "stop", "OK");
}

static void quit(struct discovery *discovery, const char *operand)
{
    (void)operand;
    discovery->state = DISCOVERY_DEAD;
    ide_answer(discovery->out, "quit", "OK");
}

#define IN(state) (1u << DISCOVERY_##state)

/*
 * The states in which a command is allowed (the specification's state machine), and the error
 * otherwise.
 */
static const struct row {
    const char *word;
    const char *event;
    unsigned states;
    const char *refusal;
    void (*run)(struct discovery *discovery, const char *operand);
} rows[] = {
    {"HELLO", "hello", IN(ALIVE), "HELLO was received already", hello},
    {"START", "start", IN(ALIVE) | IN(IDLE), "the discovery is running already", start},
    {"START_SYNC", "start_sync", IN(ALIVE) | IN(IDLE), "the discovery is running already",
     start_sync},
    {"LIST", "list", IN(STARTED), "LIST is valid only after START", list},
    {"STOP", "stop", IN(STARTED) | IN(SYNC), "the discovery is not running", stop},
    {"QUIT", "quit", ~0u, "", quit},
};

bool discovery_line(struct discovery *discovery, const char *line)
{
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        const char *operand = ide_operand(line, rows[i].word);

        if (!operand)
            continue;
        if (rows[i].states & 1u << discovery->state)
            rows[i].run(discovery, operand);
        else
            ide_refuse(discovery->out, rows[i].event, "%s", rows[i].refusal);
        return discovery->state != DISCOVERY_DEAD;
    }
    ide_refuse(discovery->out, "command_error", "Unknown command %s", line);
    return true;
}

void discovery_overlong(struct discovery *discovery)
{
    ide_refuse(discovery->out, "command_error", "Unknown command: the line is too long");
}
