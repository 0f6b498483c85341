/* SPDX-License-Identifier: MIT */
/* See stub.h. Answers are text without characters that need an escape. */
#include "stub.h"

#include <core/array.h>
#include <core/bytes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "Debugging with GDB", G.5.3: ARM features. The registers in the order of their numbers. */
static const char description[] =
    "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target>"
    "<architecture>arm</architecture>"
    "<feature name=\"org.gnu.gdb.arm.m-profile\">"
    "<reg name=\"r0\" bitsize=\"32\"/><reg name=\"r1\" bitsize=\"32\"/>"
    "<reg name=\"r2\" bitsize=\"32\"/><reg name=\"r3\" bitsize=\"32\"/>"
    "<reg name=\"r4\" bitsize=\"32\"/><reg name=\"r5\" bitsize=\"32\"/>"
    "<reg name=\"r6\" bitsize=\"32\"/><reg name=\"r7\" bitsize=\"32\"/>"
    "<reg name=\"r8\" bitsize=\"32\"/><reg name=\"r9\" bitsize=\"32\"/>"
    "<reg name=\"r10\" bitsize=\"32\"/><reg name=\"r11\" bitsize=\"32\"/>"
    "<reg name=\"r12\" bitsize=\"32\"/>"
    "<reg name=\"sp\" bitsize=\"32\" type=\"data_ptr\"/><reg name=\"lr\" bitsize=\"32\"/>"
    "<reg name=\"pc\" bitsize=\"32\" type=\"code_ptr\"/><reg name=\"xpsr\" bitsize=\"32\"/>"
    "</feature>"
    "<feature name=\"org.gnu.gdb.arm.m-system\">"
    "<reg name=\"msp\" bitsize=\"32\" type=\"data_ptr\"/>"
    "<reg name=\"psp\" bitsize=\"32\" type=\"data_ptr\"/>"
    "<reg name=\"primask\" bitsize=\"32\"/><reg name=\"basepri\" bitsize=\"32\"/>"
    "<reg name=\"faultmask\" bitsize=\"32\"/><reg name=\"control\" bitsize=\"32\"/>"
    "</feature></target>";

#define STOPPED   "S05" /* SIGTRAP */
#define INTERRUPT "S02" /* SIGINT */

enum {
    WORD = 4,
    MEMORY_MAX = (VBOARD_GDB_PACKET_MAX - 16) / 2, /* bytes at a time */
};

static void send_text(struct vboard_gdb_stub *stub, const char *data)
{
    stub->sent_length = vboard_gdb_make(stub->sent, data);
    stub->send(stub->peer, stub->sent, stub->sent_length);
}

/*
 * Parses a hexadecimal number and what ends it, and moves *text past both; `end` 0: the end of the
 * packet.
 */
static bool take_number(const char **text, char end, uint32_t *value)
{
    char *behind;
    unsigned long long number = strtoull(*text, &behind, 16);

    if (behind == *text || **text == '-' || **text == '+' || number > UINT32_MAX || *behind != end)
        return false;
    *value = (uint32_t)number;
    *text = end ? behind + 1 : behind;
    return true;
}

static uint32_t get(struct vboard_gdb_stub *stub, unsigned number)
{
    return stub->target->get_register(stub->context, number);
}

static void hex_register(char *text, uint32_t value)
{
    uint8_t bytes[WORD];

    b0_store32(bytes, value);
    vboard_gdb_hex(text, bytes, WORD);
    text[(size_t)2 * WORD] = '\0';
}

/* ---- commands: each returns its answer; "" means unknown, NULL no answer ---- */

static const char *why(struct vboard_gdb_stub *stub, const char *rest)
{
    (void)stub;
    (void)rest;
    return STOPPED;
}

static const char *read_registers(struct vboard_gdb_stub *stub, const char *rest)
{
    (void)rest;
    for (unsigned i = 0; i < VBOARD_GDB_REGISTERS; i++)
        hex_register(stub->answer + (size_t)2 * WORD * i, get(stub, i));
    return stub->answer;
}

static const char *write_registers(struct vboard_gdb_stub *stub, const char *rest)
{
    uint8_t bytes[WORD];

    for (unsigned i = 0; i < VBOARD_GDB_REGISTERS; i++) {
        if (!vboard_gdb_unhex(bytes, rest + (size_t)2 * WORD * i, WORD))
            return i > 0 ? "OK" : "E01";
        stub->target->set_register(stub->context, i, b0_load32(bytes));
    }
    return "OK";
}

static const char *read_register(struct vboard_gdb_stub *stub, const char *rest)
{
    uint32_t number;

    if (!take_number(&rest, '\0', &number) || number >= VBOARD_GDB_REGISTERS)
        return "E01";
    hex_register(stub->answer, get(stub, number));
    return stub->answer;
}

static const char *write_register(struct vboard_gdb_stub *stub, const char *rest)
{
    uint8_t bytes[WORD];
    uint32_t number;

    if (!take_number(&rest, '=', &number) || number >= VBOARD_GDB_REGISTERS ||
        !vboard_gdb_unhex(bytes, rest, WORD))
        return "E01";
    stub->target->set_register(stub->context, number, b0_load32(bytes));
    return "OK";
}

static const char *read_memory(struct vboard_gdb_stub *stub, const char *rest)
{
    uint8_t bytes[MEMORY_MAX];
    uint32_t address, size;

    if (!take_number(&rest, ',', &address) || !take_number(&rest, '\0', &size))
        return "E01";
    if (size > MEMORY_MAX)
        size = MEMORY_MAX;
    if (!stub->target->read(stub->context, address, bytes, size))
        return "E14"; /* EFAULT */
    vboard_gdb_hex(stub->answer, bytes, size);
    stub->answer[(size_t)2 * size] = '\0';
    return stub->answer;
}

static const char *write_memory(struct vboard_gdb_stub *stub, const char *rest)
{
    uint8_t bytes[MEMORY_MAX];
    uint32_t address, size;

    if (!take_number(&rest, ',', &address) || !take_number(&rest, ':', &size) ||
        size > MEMORY_MAX || !vboard_gdb_unhex(bytes, rest, size))
        return "E01";
    return stub->target->write(stub->context, address, bytes, size) ? "OK" : "E14";
}

/* Z0,address,kind and Z1: in flash and RAM alike, without touching the code. */
static const char *breakpoint(struct vboard_gdb_stub *stub, const char *rest, bool set)
{
    uint32_t address;

    if ((rest[0] != '0' && rest[0] != '1') || rest[1] != ',')
        return "";
    rest += 2;
    if (!take_number(&rest, ',', &address))
        return "E01";
    return stub->target->breakpoint(stub->context, address, set) ? "OK" : "E1c"; /* ENOSPC */
}

static const char *set_breakpoint(struct vboard_gdb_stub *stub, const char *rest)
{
    return breakpoint(stub, rest, true);
}

static const char *clear_breakpoint(struct vboard_gdb_stub *stub, const char *rest)
{
    return breakpoint(stub, rest, false);
}

/* c and s may have an address. */
static void go_from(struct vboard_gdb_stub *stub, const char *rest)
{
    uint32_t address;

    if (take_number(&rest, '\0', &address))
        stub->target->set_register(stub->context, VBOARD_GDB_PC, address);
}

static const char *resume(struct vboard_gdb_stub *stub, const char *rest)
{
    go_from(stub, rest);
    stub->target->resume(stub->context);
    stub->waits = true;
    return NULL;
}

static const char *step(struct vboard_gdb_stub *stub, const char *rest)
{
    go_from(stub, rest);
    stub->target->step(stub->context);
    return STOPPED;
}

static const char *detach(struct vboard_gdb_stub *stub, const char *rest)
{
    (void)rest;
    stub->ends = true;
    return "OK";
}

static const char *kill_target(struct vboard_gdb_stub *stub, const char *rest)
{
    (void)rest;
    stub->ends = true;
    return NULL;
}

/* There is only one thread. */
static const char *choose_thread(struct vboard_gdb_stub *stub, const char *rest)
{
    (void)stub;
    (void)rest;
    return "OK";
}

/* ---- named queries ---- */

/* qXfer:features:read:target.xml:offset,length */
static const char *features(struct vboard_gdb_stub *stub, const char *rest)
{
    uint32_t offset, length, left;

    if (!take_number(&rest, ',', &offset) || !take_number(&rest, '\0', &length))
        return "E01";
    left = offset < sizeof description - 1 ? (uint32_t)(sizeof description - 1 - offset) : 0;
    if (length > VBOARD_GDB_PACKET_MAX - 1)
        length = VBOARD_GDB_PACKET_MAX - 1;
    stub->answer[0] = length < left ? 'm' : 'l';
    snprintf(stub->answer + 1, sizeof stub->answer - 1, "%.*s",
             (int)(length < left ? length : left), description + (left > 0 ? offset : 0));
    return stub->answer;
}

/* The console of a monitor command: "O" and hexadecimal text, before the answer. */
static void print(struct vboard_gdb_stub *stub, const char *text)
{
    char line[200] = "O";
    size_t length = strlen(text);

    if (2 * length + 2 > sizeof line)
        length = sizeof line / 2 - 1;
    vboard_gdb_hex(line + 1, (const uint8_t *)text, length);
    line[1 + 2 * length] = '\0';
    send_text(stub, line);
}

/* "monitor reset" and "monitor reset halt", as in OpenOCD; "monitor halt". */
static const char *monitor(struct vboard_gdb_stub *stub, const char *rest)
{
    char command[40] = "";
    size_t length = strlen(rest) / 2;

    if (length >= sizeof command || !vboard_gdb_unhex((uint8_t *)command, rest, length))
        return "E01";
    if (strcmp(command, "reset halt") == 0 || strcmp(command, "reset init") == 0 ||
        strcmp(command, "reset") == 0) {
        stub->target->reset(stub->context);
    } else if (strcmp(command, "halt") != 0) {
        print(stub, "Supported commands: reset halt, halt.\n");
    }
    return "OK";
}

static const struct {
    const char *name;
    const char *answer; /* NULL: from the function */
    const char *(*function)(struct vboard_gdb_stub *stub, const char *rest);
} questions[] = {
    {"qSupported", "PacketSize=1000;qXfer:features:read+;swbreak-;hwbreak-", NULL},
    {"qXfer:features:read:target.xml:", NULL, features},
    {"qAttached", "1", NULL},
    {"qC", "QC1", NULL},
    {"qfThreadInfo", "m1", NULL},
    {"qsThreadInfo", "l", NULL},
    {"qRcmd,", NULL, monitor},
};

static const char *question(struct vboard_gdb_stub *stub, const char *packet)
{
    for (size_t i = 0; i < B0_LENGTH(questions); i++) {
        size_t length = strlen(questions[i].name);

        if (strncmp(packet, questions[i].name, length) == 0)
            return questions[i].answer ? questions[i].answer
                                       : questions[i].function(stub, packet + length);
    }
    return "";
}

/* ---- the connection ---- */

static const struct {
    char letter;
    const char *(*function)(struct vboard_gdb_stub *stub, const char *rest);
} commands[] = {
    {'?', why},           {'g', read_registers}, {'G', write_registers},
    {'p', read_register}, {'P', write_register}, {'m', read_memory},
    {'M', write_memory},  {'Z', set_breakpoint}, {'z', clear_breakpoint},
    {'c', resume},        {'s', step},           {'D', detach},
    {'k', kill_target},   {'H', choose_thread},  {'T', choose_thread},
};

static void answer(struct vboard_gdb_stub *stub)
{
    const char *packet = stub->reader.data;
    const char *text = "";

    if (packet[0] == 'q')
        text = question(stub, packet);
    for (size_t i = 0; i < B0_LENGTH(commands); i++)
        if (packet[0] == commands[i].letter)
            text = commands[i].function(stub, packet + 1);
    if (text)
        send_text(stub, text);
}

static void halt(struct vboard_gdb_stub *stub)
{
    stub->target->halt(stub->context);
    if (stub->waits)
        send_text(stub, INTERRUPT);
    stub->waits = false;
}

void vboard_gdb_start(struct vboard_gdb_stub *stub, const struct vboard_gdb_target *target,
                      void *context, void (*send)(void *peer, const char *bytes, size_t size),
                      void *peer)
{
    memset(stub, 0, sizeof *stub);
    stub->target = target;
    stub->context = context;
    stub->send = send;
    stub->peer = peer;
    target->halt(context);
}

void vboard_gdb_received(struct vboard_gdb_stub *stub, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size && !stub->ends; i++) {
        switch (vboard_gdb_take(&stub->reader, (uint8_t)bytes[i])) {
        case VBOARD_GDB_PACKET:
            stub->send(stub->peer, "+", 1);
            answer(stub);
            break;
        case VBOARD_GDB_DAMAGED:
            stub->send(stub->peer, "-", 1);
            break;
        case VBOARD_GDB_RESEND:
            stub->send(stub->peer, stub->sent, stub->sent_length);
            break;
        case VBOARD_GDB_BREAK:
            halt(stub);
            break;
        case VBOARD_GDB_NOTHING:
            break;
        }
    }
}

void vboard_gdb_tick(struct vboard_gdb_stub *stub)
{
    if (!stub->waits || !stub->target->halted(stub->context))
        return;
    stub->waits = false;
    send_text(stub, STOPPED);
}
