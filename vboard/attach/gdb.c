/* SPDX-License-Identifier: MIT */
/* See gdb.h. */
#include "gdb.h"

#include "vboard/gdb/stub.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    TICK_MS = 20, /* how soon GDB learns that the CPU has halted */
    RECEIVE_SIZE = 4096,
};

struct vboard_gdb {
    struct vboard *board;
    GRecMutex *lock;
    struct vboard_gdb_stub stub;
    int listener;
    int peer; /* -1: none */
    guint listener_source, peer_source, tick_source;
};

/* ---- the connection ---- */

static void send_bytes(void *peer, const char *bytes, size_t size)
{
    const struct vboard_gdb *gdb = peer;

    /* GDB waits for each answer, so one always fits the socket's buffer, unless GDB is gone. */
    (void)!send(gdb->peer, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void leave(struct vboard_gdb *gdb)
{
    if (gdb->peer < 0)
        return;
    g_source_remove(gdb->peer_source);
    g_source_remove(gdb->tick_source);
    close(gdb->peer);
    gdb->peer = -1;
    vboard_debug_detach(gdb->board);
}

static gboolean on_bytes(gint fd, GIOCondition condition, gpointer data)
{
    struct vboard_gdb *gdb = data;
    char bytes[RECEIVE_SIZE];
    ssize_t size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

    (void)condition;
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    g_rec_mutex_lock(gdb->lock);
    if (size > 0)
        vboard_gdb_received(&gdb->stub, bytes, (size_t)size);
    if (size <= 0 || gdb->stub.ends)
        leave(gdb);
    g_rec_mutex_unlock(gdb->lock);
    return gdb->peer < 0 ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static gboolean on_tick(gpointer data)
{
    struct vboard_gdb *gdb = data;

    g_rec_mutex_lock(gdb->lock);
    vboard_gdb_tick(&gdb->stub);
    g_rec_mutex_unlock(gdb->lock);
    return G_SOURCE_CONTINUE;
}

static gboolean on_peer(gint fd, GIOCondition condition, gpointer data)
{
    struct vboard_gdb *gdb = data;
    const struct vboard_gdb_target *target = NULL;
    int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    const int on = 1;

    (void)condition;
    if (peer < 0)
        return G_SOURCE_CONTINUE;
    g_rec_mutex_lock(gdb->lock);
    if (gdb->peer < 0)
        target = vboard_debug_attach(gdb->board);
    if (target == NULL) {
        close(peer); /* a debugger is connected already, or no program was ever started */
    } else {
        setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        gdb->peer = peer;
        vboard_gdb_start(&gdb->stub, target, gdb->board, send_bytes, gdb);
        gdb->peer_source = g_unix_fd_add(peer, G_IO_IN | G_IO_HUP, on_bytes, gdb);
        gdb->tick_source = g_timeout_add(TICK_MS, on_tick, gdb);
    }
    g_rec_mutex_unlock(gdb->lock);
    return G_SOURCE_CONTINUE;
}

/* ---- life ---- */

static int listen_at(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0)
        return -1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) == 0 &&
        listen(listener, 1) == 0)
        return listener;
    close(listener);
    return -1;
}

struct vboard_gdb *vboard_gdb_open(struct vboard *board, GRecMutex *lock, uint16_t port,
                                   struct boot0_error *error)
{
    int listener = listen_at(port);
    struct vboard_gdb *gdb;

    if (listener < 0) {
        boot0_fail(error, BOOT0_E_IO, "cannot listen on port %u: %s", port, strerror(errno));
        boot0_hint(error, "Use another port: another program has this one open, perhaps another "
                          "vboard.");
        return NULL;
    }
    gdb = g_new0(struct vboard_gdb, 1);
    gdb->board = board;
    gdb->lock = lock;
    gdb->listener = listener;
    gdb->peer = -1;
    gdb->listener_source = g_unix_fd_add(listener, G_IO_IN, on_peer, gdb);
    return gdb;
}

void vboard_gdb_close(struct vboard_gdb *gdb)
{
    if (gdb == NULL)
        return;
    leave(gdb);
    g_source_remove(gdb->listener_source);
    close(gdb->listener);
    g_free(gdb);
}
