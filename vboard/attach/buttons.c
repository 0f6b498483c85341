/* SPDX-License-Identifier: MIT */
/* See buttons.h. */
#include "buttons.h"

#include <core/array.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 80 };

struct vboard_buttons {
    struct vboard *const *boards;
    size_t count;
    GRecMutex *lock;
    char *path; /* if made here; NULL: it existed */
    int fd;
    guint source;
    char line[LINE_MAX_BYTES]; /* an incomplete line */
    size_t length;
};

static void boot0_high(struct vboard *board)
{
    vboard_set_boot0(board, true);
}

static void boot0_low(struct vboard *board)
{
    vboard_set_boot0(board, false);
}

static const struct {
    struct vboard_button button;
    void (*press)(struct vboard *board);
} rows[] = {
    {{"reset", "press the reset button"}, vboard_press_reset},
    {{"unplug", "unplug the cable"}, vboard_unplug},
    {{"plug", "plug the cable in again"}, vboard_plug},
    {{"boot0 1", "connect BOOT0 to 3.3 V; takes effect at the next reset"}, boot0_high},
    {{"boot0 0", "connect BOOT0 to ground"}, boot0_low},
};

const struct vboard_button *vboard_button_at(size_t index)
{
    return index < B0_LENGTH(rows) ? &rows[index].button : NULL;
}

static bool press(struct vboard_buttons *buttons, unsigned long number, const char *action)
{
    if (number == 0 || number > buttons->count)
        return false;
    for (size_t i = 0; i < B0_LENGTH(rows); i++)
        if (strcmp(action, rows[i].button.action) == 0) {
            g_rec_mutex_lock(buttons->lock);
            rows[i].press(buttons->boards[number - 1]);
            g_rec_mutex_unlock(buttons->lock);
            return true;
        }
    return false;
}

static void take_line(struct vboard_buttons *buttons)
{
    char *action;
    unsigned long number = strtoul(buttons->line, &action, 10);

    if (!press(buttons, number, action + strspn(action, " "))) {
        char *shown = g_strescape(buttons->line, NULL);

        fprintf(stderr, "vboard: invalid button \"%s\": expected a board's number and an action\n",
                shown);
        g_free(shown);
    }
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer data)
{
    struct vboard_buttons *buttons = data;
    char byte;

    (void)condition;
    while (read(fd, &byte, 1) == 1) {
        if (byte == '\n') {
            buttons->line[buttons->length] = '\0';
            buttons->length = 0;
            take_line(buttons);
        } else if (buttons->length + 1 < sizeof buttons->line) {
            buttons->line[buttons->length++] = byte;
        }
    }
    return G_SOURCE_CONTINUE;
}

/* Opens it for writing as well: the end of one writer is not the end of the FIFO. */
static int open_fifo(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0 && (fstat(fd, &status) < 0 || !S_ISFIFO(status.st_mode))) {
        close(fd);
        errno = EEXIST;
        fd = -1;
    }
    return fd;
}

struct vboard_buttons *vboard_buttons_open(const char *path, struct vboard *const *boards,
                                           size_t count, GRecMutex *lock, struct boot0_error *error)
{
    struct vboard_buttons *buttons = g_new0(struct vboard_buttons, 1);

    buttons->boards = boards;
    buttons->count = count;
    buttons->lock = lock;
    if (mkfifo(path, S_IRUSR | S_IWUSR) == 0)
        buttons->path = g_strdup(path);
    buttons->fd = open_fifo(path);
    if (buttons->fd < 0) {
        boot0_fail(error, BOOT0_E_NO_OUTPUT, "cannot make the FIFO %s: %s", path, strerror(errno));
        vboard_buttons_close(buttons);
        return NULL;
    }
    buttons->source = g_unix_fd_add(buttons->fd, G_IO_IN, on_input, buttons);
    return buttons;
}

void vboard_buttons_close(struct vboard_buttons *buttons)
{
    if (!buttons)
        return;
    if (buttons->source != 0)
        g_source_remove(buttons->source);
    if (buttons->fd >= 0)
        close(buttons->fd);
    if (buttons->path)
        g_unlink(buttons->path);
    g_free(buttons->path);
    g_free(buttons);
}
