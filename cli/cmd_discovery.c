/* SPDX-License-Identifier: MIT */
/* boot0 discovery: tells an IDE which ports there are, by commands on stdin and JSON on stdout. */
#include "arduino/discovery.h"
#include "arduino/ide.h"
#include "arduino/watch.h"
#include "progress.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct server {
    const struct arguments *arguments;
    pthread_mutex_t lock; /* guards the discovery: ports come from another thread */
    pthread_cond_t known; /* they have come */
    struct discovery discovery;
    struct watch *watch;
};

static void found(void *context, const struct ide_ports *ports)
{
    struct server *server = context;

    pthread_mutex_lock(&server->lock);
    discovery_update(&server->discovery, ports);
    pthread_cond_signal(&server->known);
    pthread_mutex_unlock(&server->lock);
}

/* Looking goes on through STOP: it costs little, and the next START is answered at once. */
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
        pthread_mutex_lock(&server->lock);
        if (read == IDE_READ_LINE)
            goes_on = discovery_line(&server->discovery, reader->line);
        else
            discovery_overlong(&server->discovery);
        while (server->discovery.list_due) /* what comes next may be QUIT */
            pthread_cond_wait(&server->known, &server->lock);
        pthread_mutex_unlock(&server->lock);
    }
    return goes_on && !ferror(server->discovery.out);
}

/* Until QUIT, or the end of the input: the IDE is gone. */
static void serve(struct server *server)
{
    struct ide_reader *reader = calloc(1, sizeof *reader);
    char bytes[256];
    ssize_t size;

    while (reader) {
        size = read(STDIN_FILENO, bytes, sizeof bytes);
        if (size < 0 && errno == EINTR && !signals_pending())
            continue;
        if (size <= 0 || !take(server, reader, bytes, (size_t)size))
            break;
    }
    free(reader);
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct server *server = calloc(1, sizeof *server);

    if (!server)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    arguments->quiet = true; /* what an IDE reads is JSON only */
    server->arguments = arguments;
    server->discovery.out = stdout;
    server->discovery.start = start;
    server->discovery.context = server;
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->known, NULL);
    serve(server);
    watch_stop(server->watch);
    pthread_cond_destroy(&server->known);
    pthread_mutex_destroy(&server->lock);
    free(server);
    return BOOT0_OK;
}

static const enum option taken[] = {OPTION_VIRTUAL, OPTION_HELP};

const struct command command_discovery = {
    .name = "discovery",
    .operands = "",
    .summary = "tell the Arduino IDE which ports there are",
    .text = "Speaks the pluggable discovery protocol of the Arduino IDE and arduino-cli: commands "
            "on standard input (HELLO, START, STOP, LIST, START_SYNC, QUIT), JSON on standard "
            "output. Boards in DFU mode have the protocol \"dfu\", serial ports \"serial\"; "
            "hardwareId is the serial number, the same in all modes of a board. The IDE 1.8, which "
            "begins with START_SYNC, is told of DFU devices only: it looks for serial ports "
            "itself.",
    .examples = "  boot0 discovery\n"
                "  printf 'HELLO 1 \"me\"\\nSTART\\nLIST\\n' | boot0 discovery",
    COMMAND_OPTIONS(taken),
    .run = run,
};
