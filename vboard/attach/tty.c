/* SPDX-License-Identifier: MIT */
/* See tty.h. */
#include "tty.h"

#include "terminal.h"
#include "tty_marks.h"

#include <stdio.h>
#include <string.h>

enum {
    MAJOR = 188, /* ttyUSB: Linux' Documentation/admin-guide/devices.txt */
    CHUNK = 256,
};

struct vboard_tty {
    struct vboard *board;
    struct vboard_pace *pace;
    GRecMutex *lock;
    struct vboard_terminal *terminal;
    guint timer; /* for the next character, if the board's time follows the wall clock */
};

/* ---- the line ---- */

/* The port's settings by the client: the master has the slave's settings. */
static struct vboard_line line_of(const struct termios *settings)
{
    return (struct vboard_line){
        .baud = vboard_terminal_baud(settings),
        .even_parity = (settings->c_cc[VBOARD_TTY_CC_KEPT] & VBOARD_TTY_PARENB) != 0 &&
                       (settings->c_cflag & PARODD) == 0,
    };
}

/* What a driver makes of a character, by termios(3), IGNPAR, PARMRK and INPCK. */
static size_t mark(const struct termios *settings, const struct vboard_character *character,
                   uint8_t bytes[3])
{
    bool marks = settings->c_cc[VBOARD_TTY_CC_KEPT] & VBOARD_TTY_PARMRK;
    bool checks = settings->c_iflag & INPCK;

    bytes[0] = character->byte;
    if (character->damaged && checks) {
        if (settings->c_iflag & IGNPAR)
            return 0;
        if (!marks) {
            bytes[0] = 0;
            return 1;
        }
        memcpy(bytes, (const uint8_t[]){0xff, 0, character->byte}, 3);
        return 3;
    }
    if (marks && character->byte == 0xff) {
        bytes[1] = 0xff;
        return 2;
    }
    return 1;
}

static gboolean on_timer(gpointer data);

/* With speed 0 the board's actions take no time: all of them happen now. */
static void hand_over(struct vboard_tty *tty)
{
    struct vboard_character character;
    struct termios settings;
    uint8_t bytes[3];
    uint64_t due_us;

    if (!vboard_terminal_settings(tty->terminal, &settings))
        return;
    for (;;) {
        while (vboard_uart_receive(tty->board, &character)) {
            size_t size = mark(&settings, &character, bytes);

            if (size > 0 && !vboard_terminal_write(tty->terminal, bytes, size))
                return; /* no client reads: a UART has no room for it either */
        }
        due_us = vboard_uart_due_us(tty->board);
        if (due_us == UINT64_MAX || !vboard_uart_plugged(tty->board) || tty->pace->speed > 0)
            break;
        vboard_wait_until(tty->board, due_us > vboard_now_us(tty->board)
                                          ? due_us
                                          : vboard_now_us(tty->board) + 1);
    }
    if (due_us != UINT64_MAX && tty->timer == 0)
        tty->timer = g_timeout_add(1, on_timer, tty);
}

static gboolean on_timer(gpointer data)
{
    struct vboard_tty *tty = data;

    g_rec_mutex_lock(tty->lock);
    tty->timer = 0;
    vboard_pace_sync(tty->pace, g_get_monotonic_time());
    hand_over(tty);
    vboard_pace_done(tty->pace, g_get_monotonic_time());
    g_rec_mutex_unlock(tty->lock);
    return G_SOURCE_REMOVE;
}

static void on_readable(void *context)
{
    struct vboard_tty *tty = context;
    struct termios settings;
    struct vboard_line line;
    uint8_t bytes[CHUNK];
    size_t size = vboard_terminal_read(tty->terminal, bytes, sizeof bytes);

    if (size == 0 || !vboard_terminal_settings(tty->terminal, &settings))
        return;
    vboard_pace_sync(tty->pace, g_get_monotonic_time());
    line = line_of(&settings);
    vboard_uart_send(tty->board, &line, bytes, size);
    vboard_pace_done(tty->pace, g_get_monotonic_time());
    hand_over(tty);
    vboard_pace_done(tty->pace, g_get_monotonic_time());
}

static void on_lines(void *context, bool dtr, bool rts)
{
    struct vboard_tty *tty = context;

    vboard_pace_sync(tty->pace, g_get_monotonic_time());
    vboard_uart_lines(tty->board, dtr, rts);
    vboard_pace_done(tty->pace, g_get_monotonic_time());
}

/* The settings are read when something is sent. */
static void on_changed(void *context)
{
    (void)context;
}

static const struct vboard_terminal_ops terminal_ops = {on_lines, on_readable, on_changed};

/* ---- coming and going ---- */

void vboard_tty_tick(struct vboard_tty *tty)
{
    bool plugged = vboard_uart_plugged(tty->board);

    if (plugged && vboard_terminal_plugged(tty->terminal))
        hand_over(tty);
    if (!vboard_uart_plugged(tty->board))
        vboard_terminal_unplug(tty->terminal);
    else if (plugged)
        (void)vboard_terminal_plug(tty->terminal);
}

/* ---- life ---- */

struct vboard_tty *vboard_tty_new(struct vboard *board, struct vboard_pace *pace,
                                  const struct vboard_tty_place *place, struct boot0_error *error)
{
    struct vboard_tty *tty = g_new0(struct vboard_tty, 1);
    struct vboard_terminal_place at = {
        .testbed = place->testbed,
        .root = place->root,
        .lock = place->lock,
        .major = MAJOR,
        .minor = place->number,
        .device = "sys/devices/platform/vboard.0",
    };

    tty->board = board;
    tty->pace = pace;
    tty->lock = place->lock;
    snprintf(at.name, sizeof at.name, "ttyUSB%u", place->number);
    tty->terminal = vboard_terminal_new(&at, &terminal_ops, tty);
    if (vboard_uart_plugged(board) && !vboard_terminal_plug(tty->terminal)) {
        boot0_fail(error, BOOT0_E_NO_OUTPUT, "cannot make a pseudo terminal");
        vboard_terminal_free(tty->terminal);
        g_free(tty);
        return NULL;
    }
    return tty;
}

size_t vboard_tty_clients(const struct vboard_tty *tty)
{
    return vboard_terminal_clients(tty->terminal);
}

void vboard_tty_close(struct vboard_tty *tty)
{
    vboard_terminal_unplug(tty->terminal);
    if (tty->timer != 0)
        g_source_remove(tty->timer);
    tty->timer = 0;
}

void vboard_tty_free(struct vboard_tty *tty)
{
    vboard_terminal_free(tty->terminal);
    g_free(tty);
}
