/* SPDX-License-Identifier: MIT */
/* boot0 discovery: reports ports to an IDE, by commands on stdin and JSON on stdout. */
#include "arduino/discovery.h"
#include "arduino/ide.h"
#include "arduino/watch.h"
#include "progress.h"

#include <base/platform/input.h>
#include <base/platform/thread.h>
#include <stdlib.h>

enum {
    POLL_MS = 500, /* interrupts end a wait; this bounds one that came just before it */
};

struct server {
    const struct arguments *arguments;
    struct b0_mutex lock;      /* guards the discovery: another thread reports the ports */
    struct b0_condition known; /* the ports have arrived */
    struct discovery discovery;
    struct watch *watch;
};

static void found(void *context, const struct ide_ports *ports)
{
    struct server *server = context;

    b0_mutex_lock(&server->lock);
    discovery_update(&server->discovery, ports);
    b0_condition_signal(&server->known);
    b0_mutex_unlock(&server->lock);
}

/* The search continues after STOP: it costs little, and the next START is answered at once. */
static enum boot0_status start(void *context, struct boot0_error *error)
{
    struct server *server = context;

    if (server->watch)
        return BOOT0_OK;
    server->watch = watch_start(server->arguments, found, server, error);
    return server->watch ? BOOT0_OK : error->code;
}

static bool take(struct server *server, struct ide_reader *reader, const char *bytes, size_t size)
{
    bool goes_on = true;

    for (size_t i = 0; i < size && goes_on; i++) {
        enum ide_read read = ide_reader_take(reader, bytes[i]);

        if (read == IDE_READ_MORE)
            continue;
        b0_mutex_lock(&server->lock);
        if (read == IDE_READ_LINE)
            goes_on = discovery_line(&server->discovery, reader->line);
        else
            discovery_overlong(&server->discovery);
        while (server->discovery.list_due) /* the next command may be QUIT */
            b0_condition_wait(&server->known, &server->lock);
        b0_mutex_unlock(&server->lock);
    }
    return goes_on && !ferror(server->discovery.out);
}

/* Runs until QUIT, or until the end of the input: the IDE is gone. */
static void serve(struct server *server)
{
    struct ide_reader *reader = calloc(1, sizeof *reader);
    struct b0_input *input = b0_input_open(false);
    bool goes_on = reader && input, has_input, ignored;
    char bytes[256];

    while (goes_on && !signals_pending()) {
        long size = 0;

        goes_on = b0_input_wait(input, -1, POLL_MS, &has_input, &ignored);
        if (has_input)
            size = b0_input_read(input, bytes, sizeof bytes);
        if (size != 0)
            goes_on = size > 0 && take(server, reader, bytes, (size_t)size);
    }
    b0_input_close(input);
    free(reader);
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct server *server = calloc(1, sizeof *server);

    if (!server)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    arguments->quiet = true; /* the IDE reads JSON only */
    server->arguments = arguments;
    server->discovery.out = stdout;
    server->discovery.start = start;
    server->discovery.context = server;
    b0_mutex_init(&server->lock);
    b0_condition_init(&server->known);
    serve(server);
    watch_stop(server->watch);
    b0_condition_destroy(&server->known);
    b0_mutex_destroy(&server->lock);
    free(server);
    return BOOT0_OK;
}

static const enum option taken[] = {OPTION_VIRTUAL, OPTION_HELP};

const struct command command_discovery = {
    .name = "discovery",
    .operands = "",
    .summary = "report the ports to the Arduino IDE",
    .text = "Implements the pluggable discovery protocol of the Arduino IDE and arduino-cli: "
            "commands on standard input (HELLO, START, STOP, LIST, START_SYNC, QUIT), JSON on "
            "standard output. Boards in DFU mode have the protocol \"dfu\", serial ports "
            "\"serial\"; hardwareId is the serial number, the same in all modes of a board. IDE "
            "1.8, which begins with START_SYNC, gets DFU devices only, because it finds serial "
            "ports itself.",
    .examples = "  boot0 discovery\n"
                "  printf 'HELLO 1 \"me\"\\nSTART\\nLIST\\n' | boot0 discovery",
    COMMAND_OPTIONS(taken),
    .run = run,
};
