/* See tty.h. */
#include "tty.h"

#include "tty_marks.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    MAJOR = 188, /* ttyUSB: Linux' Documentation/admin-guide/devices.txt */
    CHUNK = 256,
    DEFAULT_BAUD = 9600, /* a tty's */
};

#define DEVICE_DIRECTORY "sys/devices/platform/vboard.0/tty"

struct vboard_tty {
    struct vboard *board;
    struct vboard_pace *pace;
    struct vboard_tty_place place;
    char name[16];
    UMockdevIoctlBase *handler;
    unsigned clients;
    bool dtr;
    bool rts;
    int master; /* -1: the port is not there */
    int slave;  /* kept open, so that the settings outlive a client */
    guint source;
    guint timer; /* for the next character, if the board's time is the wall's */
};

/* ---- the line ---- */

static const struct {
    speed_t code;
    uint32_t baud;
} speeds[] = {
    {B1200, 1200},       {B2400, 2400},       {B4800, 4800},       {B9600, 9600},
    {B19200, 19200},     {B38400, 38400},     {B57600, 57600},     {B115200, 115200},
    {B230400, 230400},   {B460800, 460800},   {B500000, 500000},   {B576000, 576000},
    {B921600, 921600},   {B1000000, 1000000}, {B1152000, 1152000}, {B1500000, 1500000},
    {B2000000, 2000000},
};

static uint32_t baud_of(speed_t code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(speeds); i++)
        if (speeds[i].code == code)
            return speeds[i].baud;
    return DEFAULT_BAUD;
}

/* How the client has set the port: the master's settings are the slave's. */
static struct vboard_line line_of(const struct termios *settings)
{
    return (struct vboard_line){
        .baud = baud_of(cfgetospeed(settings)),
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

/* With speed 0 what the board does takes no time: all of it happens now. */
static void hand_over(struct vboard_tty *tty)
{
    struct vboard_character character;
    struct termios settings;
    uint8_t bytes[3];
    uint64_t due_us;

    if (tty->master < 0 || tcgetattr(tty->slave, &settings) < 0)
        return;
    for (;;) {
        while (vboard_uart_receive(tty->board, &character)) {
            size_t size = mark(&settings, &character, bytes);

            if (size > 0 && write(tty->master, bytes, size) < 0)
                return; /* nobody reads: a UART has no room for it either */
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

    g_rec_mutex_lock(tty->place.lock);
    tty->timer = 0;
    vboard_pace_sync(tty->pace, g_get_monotonic_time());
    hand_over(tty);
    g_rec_mutex_unlock(tty->place.lock);
    return G_SOURCE_REMOVE;
}

static gboolean on_data(gint fd, GIOCondition condition, gpointer data)
{
    struct vboard_tty *tty = data;
    struct termios settings;
    struct vboard_line line;
    uint8_t bytes[CHUNK];
    ssize_t size = read(fd, bytes, sizeof bytes);

    (void)condition;
    if (size <= 0)
        return G_SOURCE_CONTINUE;
    g_rec_mutex_lock(tty->place.lock);
    vboard_pace_sync(tty->pace, g_get_monotonic_time());
    if (tcgetattr(tty->slave, &settings) == 0) {
        line = line_of(&settings);
        vboard_uart_send(tty->board, &line, bytes, (size_t)size);
        vboard_pace_done(tty->pace, g_get_monotonic_time());
        hand_over(tty);
        vboard_pace_done(tty->pace, g_get_monotonic_time());
    }
    g_rec_mutex_unlock(tty->place.lock);
    return G_SOURCE_CONTINUE;
}

/* ---- modem lines: requests that a pseudo terminal does not know ---- */

static void move_lines(struct vboard_tty *tty, bool dtr, bool rts)
{
    vboard_pace_sync(tty->pace, g_get_monotonic_time());
    tty->dtr = dtr;
    tty->rts = rts;
    vboard_uart_lines(tty->board, dtr, rts);
    vboard_pace_done(tty->pace, g_get_monotonic_time());
}

static int lines(const struct vboard_tty *tty)
{
    return (tty->dtr ? TIOCM_DTR : 0) | (tty->rts ? TIOCM_RTS : 0);
}

static void set_lines(struct vboard_tty *tty, int wanted)
{
    move_lines(tty, wanted & TIOCM_DTR, wanted & TIOCM_RTS);
}

/* 0, a negative errno, or 1: it is the kernel's. */
static int serve(struct vboard_tty *tty, unsigned request, UMockdevIoctlData *arg)
{
    UMockdevIoctlData *word = NULL;
    int value = 0;

    switch (request) {
    case TIOCMGET:
    case TIOCMSET:
    case TIOCMBIS:
    case TIOCMBIC:
        word = umockdev_ioctl_data_resolve(arg, 0, sizeof(int), NULL);
        if (word == NULL)
            return -EFAULT;
        break;
    case TIOCSBRK:
    case TIOCCBRK:
        return 0;
    default:
        return 1;
    }
    memcpy(&value, word->data, sizeof value);
    if (request == TIOCMGET) {
        value = lines(tty) | TIOCM_CTS | TIOCM_DSR | TIOCM_CAR;
        umockdev_ioctl_data_update(word, 0, (guint8 *)&value, sizeof value);
    } else if (request == TIOCMSET) {
        set_lines(tty, value);
    } else {
        set_lines(tty, request == TIOCMBIS ? lines(tty) | value : lines(tty) & ~value);
    }
    g_object_unref(word);
    return 0;
}

static gboolean on_ioctl(UMockdevIoctlBase *handler, UMockdevIoctlClient *client, void *data)
{
    struct vboard_tty *tty = data;
    int result;

    (void)handler;
    g_rec_mutex_lock(tty->place.lock);
    result = serve(tty, (unsigned)umockdev_ioctl_client_get_request(client),
                   umockdev_ioctl_client_get_arg(client));
    g_rec_mutex_unlock(tty->place.lock);
    if (result > 0)
        umockdev_ioctl_client_complete(client, -100, 0); /* umockdev's for "let the kernel do it" */
    else
        umockdev_ioctl_client_complete(client, result < 0 ? -1 : 0, -result);
    return TRUE;
}

/* The last one closes: HUPCL. */
static void on_client_gone(void *data, GObject *client)
{
    struct vboard_tty *tty = data;

    (void)client;
    g_rec_mutex_lock(tty->place.lock);
    if (--tty->clients == 0)
        move_lines(tty, false, false);
    g_rec_mutex_unlock(tty->place.lock);
}

/* The kernel switches both lines on when a port is opened. */
static void on_client(UMockdevIoctlBase *handler, UMockdevIoctlClient *client, void *data)
{
    struct vboard_tty *tty = data;

    (void)handler;
    g_rec_mutex_lock(tty->place.lock);
    if (tty->clients++ == 0)
        move_lines(tty, true, true);
    g_object_weak_ref(G_OBJECT(client), on_client_gone, tty);
    g_rec_mutex_unlock(tty->place.lock);
}

/* ---- coming and going ---- */

static char *path_of(const struct vboard_tty *tty, const char *directory)
{
    return g_build_filename(tty->place.root, directory, tty->name, NULL);
}

static void make_link(const char *target, char *path)
{
    char *directory = g_path_get_dirname(path);

    g_mkdir_with_parents(directory, 0755);
    if (symlink(target, path) < 0)
        fprintf(stderr, "vboard: cannot make %s: %s\n", path, g_strerror(errno));
    g_free(directory);
    g_free(path);
}

static void write_attribute(const char *directory, const char *name, const char *text)
{
    char *path = g_build_filename(directory, name, NULL);

    g_file_set_contents(path, text, -1, NULL);
    g_free(path);
}

static void show(const struct vboard_tty *tty)
{
    char *device = path_of(tty, DEVICE_DIRECTORY);
    char *target = g_strdup_printf("../../devices/platform/vboard.0/tty/%s", tty->name);
    char *text = g_strdup_printf("%d:%u\n", MAJOR, tty->place.number);

    g_mkdir_with_parents(device, 0755);
    write_attribute(device, "dev", text);
    g_free(text);
    text = g_strdup_printf("MAJOR=%d\nMINOR=%u\nDEVNAME=%s\n", MAJOR, tty->place.number, tty->name);
    write_attribute(device, "uevent", text);
    make_link("../../../../../class/tty", g_build_filename(device, "subsystem", NULL));
    make_link("../..", g_build_filename(device, "device", NULL));
    make_link(target, path_of(tty, "sys/class/tty"));
    make_link(ptsname(tty->master), path_of(tty, "dev"));
    g_free(text);
    /* Where umockdev's library looks up the numbers of a node. */
    text = g_strdup_printf("%d:%u", MAJOR, tty->place.number);
    make_link(text, path_of(tty, "dev/.node"));
    g_free(text);
    g_free(target);
    g_free(device);
}

static void remove_path(char *path)
{
    (void)g_remove(path);
    g_free(path);
}

static void hide(const struct vboard_tty *tty)
{
    static const char *const parts[] = {"dev", "uevent", "subsystem", "device"};
    char *device = path_of(tty, DEVICE_DIRECTORY);

    remove_path(path_of(tty, "dev"));
    remove_path(path_of(tty, "dev/.node"));
    remove_path(path_of(tty, "sys/class/tty"));
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        remove_path(g_build_filename(device, parts[i], NULL));
    (void)g_rmdir(device);
    g_free(device);
}

/* Raw, as a program would set it that then only changes the speed; and marked as ours. */
static bool prepare(struct vboard_tty *tty)
{
    struct termios settings;

    if (tcgetattr(tty->slave, &settings) < 0)
        return false;
    settings.c_iflag = 0;
    settings.c_oflag = 0;
    settings.c_lflag = 0;
    settings.c_cflag = CS8 | CREAD | CLOCAL | HUPCL;
    cfsetispeed(&settings, B9600);
    cfsetospeed(&settings, B9600);
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    settings.c_cc[VBOARD_TTY_CC_MARK] = VBOARD_TTY_MARK;
    settings.c_cc[VBOARD_TTY_CC_KEPT] = 0;
    return tcsetattr(tty->slave, TCSANOW, &settings) == 0;
}

static void unplug(struct vboard_tty *tty)
{
    if (tty->master < 0)
        return;
    hide(tty);
    if (tty->source != 0)
        g_source_remove(tty->source);
    if (tty->slave >= 0)
        close(tty->slave);
    close(tty->master); /* clients read the end of the file from now on */
    tty->source = 0;
    tty->master = tty->slave = -1;
}

static bool plug(struct vboard_tty *tty)
{
    tty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (tty->master < 0)
        return false;
    if (grantpt(tty->master) == 0 && unlockpt(tty->master) == 0)
        tty->slave = open(ptsname(tty->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (tty->slave < 0 || !prepare(tty)) {
        if (tty->slave >= 0)
            close(tty->slave);
        close(tty->master);
        tty->master = tty->slave = -1;
        return false;
    }
    show(tty);
    tty->source = g_unix_fd_add(tty->master, G_IO_IN, on_data, tty);
    return true;
}

void vboard_tty_tick(struct vboard_tty *tty)
{
    bool plugged = vboard_uart_plugged(tty->board);

    if (tty->master >= 0 && plugged)
        hand_over(tty);
    if (tty->master >= 0 && !vboard_uart_plugged(tty->board))
        unplug(tty);
    else if (tty->master < 0 && plugged)
        (void)plug(tty);
}

/* ---- life ---- */

static enum boot0_status attach_handler(struct vboard_tty *tty, struct boot0_error *error)
{
    char *path = g_strdup_printf("/dev/%s", tty->name);
    GError *failure = NULL;

    tty->handler = umockdev_ioctl_base_new();
    g_signal_connect(tty->handler, "handle-ioctl", G_CALLBACK(on_ioctl), tty);
    g_signal_connect(tty->handler, "client-connected", G_CALLBACK(on_client), tty);
    if (!umockdev_testbed_attach_ioctl(tty->place.testbed, path, tty->handler, &failure)) {
        boot0_fail(error, B0_E_INTERNAL, "umockdev cannot serve %s: %s", path, failure->message);
        g_error_free(failure);
        g_free(path);
        return B0_E_INTERNAL;
    }
    g_free(path);
    return B0_OK;
}

struct vboard_tty *vboard_tty_new(struct vboard *board, struct vboard_pace *pace,
                                  const struct vboard_tty_place *place, struct boot0_error *error)
{
    struct vboard_tty *tty = g_new0(struct vboard_tty, 1);

    tty->board = board;
    tty->pace = pace;
    tty->place = *place;
    tty->master = tty->slave = -1;
    snprintf(tty->name, sizeof tty->name, "ttyUSB%u", place->number);
    if (attach_handler(tty, error) != B0_OK) {
        g_free(tty);
        return NULL;
    }
    if (vboard_uart_plugged(board) && !plug(tty)) {
        boot0_fail(error, B0_E_NO_OUTPUT, "cannot make a pseudo terminal: %s", g_strerror(errno));
        g_free(tty);
        return NULL;
    }
    return tty;
}

size_t vboard_tty_clients(const struct vboard_tty *tty)
{
    return tty->clients;
}

void vboard_tty_close(struct vboard_tty *tty)
{
    unplug(tty);
    if (tty->timer != 0)
        g_source_remove(tty->timer);
    tty->timer = 0;
}

void vboard_tty_free(struct vboard_tty *tty)
{
    g_object_unref(tty->handler);
    g_free(tty);
}
