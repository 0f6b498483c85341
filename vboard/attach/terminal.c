/* SPDX-License-Identifier: MIT */
/* See terminal.h. */
#include "terminal.h"

#include "tty_marks.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    DEFAULT_BAUD = 9600, /* of a tty */
};

struct vboard_terminal {
    struct vboard_terminal_place place;
    const struct vboard_terminal_ops *ops;
    void *context;
    UMockdevIoctlBase *handler;
    unsigned plugged; /* how many times, including the present one */
    unsigned clients; /* that have opened it since then */
    unsigned users;   /* and those that still hold an earlier one */
    bool dtr;
    bool rts;
    int master; /* -1: the port is unplugged */
    int slave;  /* kept open, so that settings outlive a client */
    guint source;
};

/* ---- settings ---- */

static const struct {
    speed_t code;
    uint32_t baud;
} speeds[] = {
    {B300, 300},         {B600, 600},         {B1200, 1200},       {B2400, 2400},
    {B4800, 4800},       {B9600, 9600},       {B19200, 19200},     {B38400, 38400},
    {B57600, 57600},     {B115200, 115200},   {B230400, 230400},   {B460800, 460800},
    {B500000, 500000},   {B576000, 576000},   {B921600, 921600},   {B1000000, 1000000},
    {B1152000, 1152000}, {B1500000, 1500000}, {B2000000, 2000000}, {B3000000, 3000000},
};

uint32_t vboard_terminal_baud(const struct termios *settings)
{
    for (size_t i = 0; i < G_N_ELEMENTS(speeds); i++)
        if (speeds[i].code == cfgetospeed(settings))
            return speeds[i].baud;
    /* CBAUDEX alone is BOTHER, which glibc's termios.h does not know. */
    return (settings->c_cflag & CBAUD) == CBAUDEX ? settings->c_ospeed : DEFAULT_BAUD;
}

bool vboard_terminal_settings(const struct vboard_terminal *terminal, struct termios *settings)
{
    struct termios2 number; /* for a speed without a name; tcgetattr() says only that it has none */

    if (terminal->master < 0 || tcgetattr(terminal->slave, settings) != 0)
        return false;
    if (ioctl(terminal->slave, TCGETS2, &number) == 0)
        settings->c_ospeed = number.c_ospeed;
    return true;
}

/* ---- characters ---- */

static gboolean on_data(gint fd, GIOCondition condition, gpointer data)
{
    struct vboard_terminal *terminal = data;

    (void)fd;
    (void)condition;
    g_rec_mutex_lock(terminal->place.lock);
    terminal->ops->readable(terminal->context);
    g_rec_mutex_unlock(terminal->place.lock);
    return G_SOURCE_CONTINUE;
}

size_t vboard_terminal_read(struct vboard_terminal *terminal, uint8_t *bytes, size_t size)
{
    ssize_t got = terminal->master < 0 ? 0 : read(terminal->master, bytes, size);

    return got > 0 ? (size_t)got : 0;
}

bool vboard_terminal_write(struct vboard_terminal *terminal, const uint8_t *bytes, size_t size)
{
    return terminal->master >= 0 && write(terminal->master, bytes, size) >= 0;
}

static void stop_listening(struct vboard_terminal *terminal)
{
    if (terminal->source != 0)
        g_source_remove(terminal->source);
    terminal->source = 0;
}

void vboard_terminal_listen(struct vboard_terminal *terminal, bool wanted)
{
    if (!wanted)
        stop_listening(terminal);
    else if (terminal->source == 0 && terminal->master >= 0)
        terminal->source = g_unix_fd_add(terminal->master, G_IO_IN, on_data, terminal);
}

/* ---- modem lines: requests that a pseudo terminal does not know ---- */

static void move_lines(struct vboard_terminal *terminal, bool dtr, bool rts)
{
    terminal->dtr = dtr;
    terminal->rts = rts;
    terminal->ops->lines(terminal->context, dtr, rts);
}

static int lines(const struct vboard_terminal *terminal)
{
    return (terminal->dtr ? TIOCM_DTR : 0) | (terminal->rts ? TIOCM_RTS : 0);
}

static void set_lines(struct vboard_terminal *terminal, int wanted)
{
    move_lines(terminal, wanted & TIOCM_DTR, wanted & TIOCM_RTS);
}

/* Returns 0, a negative errno, or 1: left to the kernel. */
static int serve(struct vboard_terminal *terminal, unsigned request, UMockdevIoctlData *arg)
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
        value = lines(terminal) | TIOCM_CTS | TIOCM_DSR | TIOCM_CAR;
        umockdev_ioctl_data_update(word, 0, (guint8 *)&value, sizeof value);
    } else if (request == TIOCMSET) {
        set_lines(terminal, value);
    } else if (request == TIOCMBIS && value == 0) {
        terminal->ops->changed(terminal->context); /* tty_client.c signals it this way */
    } else {
        set_lines(terminal,
                  request == TIOCMBIS ? lines(terminal) | value : lines(terminal) & ~value);
    }
    g_object_unref(word);
    return 0;
}

static gboolean on_ioctl(UMockdevIoctlBase *handler, UMockdevIoctlClient *client, void *data)
{
    struct vboard_terminal *terminal = data;
    int result;

    (void)handler;
    g_rec_mutex_lock(terminal->place.lock);
    result = serve(terminal, (unsigned)umockdev_ioctl_client_get_request(client),
                   umockdev_ioctl_client_get_arg(client));
    g_rec_mutex_unlock(terminal->place.lock);
    if (result > 0)
        umockdev_ioctl_client_complete(client, -100, 0); /* umockdev's for "let the kernel do it" */
    else
        umockdev_ioctl_client_complete(client, result < 0 ? -1 : 0, -result);
    return TRUE;
}

/* A client that has the port open, and the plugging at which it opened it. */
struct user {
    struct vboard_terminal *terminal;
    unsigned plugged;
};

/* The last client closes: HUPCL. */
static void on_client_gone(void *data, GObject *client)
{
    struct user *user = data;
    struct vboard_terminal *terminal = user->terminal;

    (void)client;
    g_rec_mutex_lock(terminal->place.lock);
    terminal->users--;
    if (user->plugged == terminal->plugged && --terminal->clients == 0)
        move_lines(terminal, false, false);
    g_rec_mutex_unlock(terminal->place.lock);
    g_free(user);
}

/*
 * The kernel switches both lines on when a port is opened. A client that tries to open a port that
 * has just gone comes here too: umockdev asks before it looks.
 */
static void on_client(UMockdevIoctlBase *handler, UMockdevIoctlClient *client, void *data)
{
    struct vboard_terminal *terminal = data;
    struct user *user;

    (void)handler;
    g_rec_mutex_lock(terminal->place.lock);
    if (terminal->master >= 0) {
        user = g_new(struct user, 1);
        *user = (struct user){terminal, terminal->plugged};
        terminal->users++;
        if (terminal->clients++ == 0)
            move_lines(terminal, true, true);
        g_object_weak_ref(G_OBJECT(client), on_client_gone, user);
    }
    g_rec_mutex_unlock(terminal->place.lock);
}

/* ---- coming and going ---- */

static char *path_of(const struct vboard_terminal *terminal, const char *directory)
{
    return g_build_filename(terminal->place.root, directory, terminal->place.name, NULL);
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

/* "../" for each part of the path below sys, down to the port's own directory. */
static char *way_up(const struct vboard_terminal *terminal)
{
    GString *way = g_string_new("../../"); /* "tty", and its own name, less "sys" */

    for (const char *c = terminal->place.device; *c; c++)
        if (*c == '/')
            g_string_append(way, "../");
    g_string_append(way, "class/tty");
    return g_string_free(way, FALSE);
}

static char *directory_of(const struct vboard_terminal *terminal)
{
    return g_build_filename(terminal->place.root, terminal->place.device, "tty",
                            terminal->place.name, NULL);
}

static void show(const struct vboard_terminal *terminal)
{
    char *device = directory_of(terminal);
    char *target = g_strdup_printf("../../%s/tty/%s", terminal->place.device + strlen("sys/"),
                                   terminal->place.name);
    char *up = way_up(terminal);
    char *text = g_strdup_printf("%u:%u\n", terminal->place.major, terminal->place.minor);

    g_mkdir_with_parents(device, 0755);
    write_attribute(device, "dev", text);
    g_free(text);
    text = g_strdup_printf("MAJOR=%u\nMINOR=%u\nDEVNAME=%s\n%s", terminal->place.major,
                           terminal->place.minor, terminal->place.name, terminal->place.properties);
    write_attribute(device, "uevent", text);
    make_link(up, g_build_filename(device, "subsystem", NULL));
    g_free(up);
    make_link("../..", g_build_filename(device, "device", NULL));
    make_link(target, path_of(terminal, "sys/class/tty"));
    g_free(text);
    /* umockdev's library looks up the numbers of a node here. */
    text = g_strdup_printf("%u:%u", terminal->place.major, terminal->place.minor);
    make_link(text, path_of(terminal, "dev/.node"));
    g_free(text);
    g_free(target);
    g_free(device);
}

/* The last step, by which clients can open the port. */
static void show_node(const struct vboard_terminal *terminal)
{
    make_link(ptsname(terminal->master), path_of(terminal, "dev"));
}

static void remove_path(char *path)
{
    (void)g_remove(path);
    g_free(path);
}

static void hide(const struct vboard_terminal *terminal)
{
    static const char *const parts[] = {"dev", "uevent", "subsystem", "device"};
    char *device = directory_of(terminal);
    char *parent = g_path_get_dirname(device);

    remove_path(path_of(terminal, "dev/.node"));
    remove_path(path_of(terminal, "sys/class/tty"));
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        remove_path(g_build_filename(device, parts[i], NULL));
    (void)g_rmdir(device);
    (void)g_rmdir(parent);
    g_free(parent);
    g_free(device);
}

/* Sets raw mode, as a program that then only changes the speed would, and marks it as ours. */
static bool prepare(struct vboard_terminal *terminal)
{
    struct termios settings;

    if (tcgetattr(terminal->slave, &settings) < 0)
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
    return tcsetattr(terminal->slave, TCSANOW, &settings) == 0;
}

/* Clients read the end of the file from now on. */
static void close_pair(struct vboard_terminal *terminal)
{
    if (terminal->slave >= 0)
        close(terminal->slave);
    close(terminal->master);
    terminal->master = terminal->slave = -1;
}

/*
 * Attaches only while the port exists: if a client tries to open a port that does not exist,
 * umockdev considers it open in that client until the process ends.
 */
static bool attach(struct vboard_terminal *terminal)
{
    char *path = g_strdup_printf("/dev/%s", terminal->place.name);
    bool done =
        umockdev_testbed_attach_ioctl(terminal->place.testbed, path, terminal->handler, NULL);

    g_free(path);
    return done;
}

static void detach(struct vboard_terminal *terminal)
{
    char *path = g_strdup_printf("/dev/%s", terminal->place.name);

    umockdev_testbed_detach_ioctl(terminal->place.testbed, path, NULL);
    g_free(path);
}

void vboard_terminal_unplug(struct vboard_terminal *terminal)
{
    if (terminal->master < 0)
        return;
    remove_path(path_of(terminal, "dev"));
    detach(terminal);
    hide(terminal);
    stop_listening(terminal);
    close_pair(terminal);
    terminal->plugged++;
    terminal->clients = 0; /* the remaining ones have no port any more */
    terminal->dtr = terminal->rts = false;
}

static bool open_pair(struct vboard_terminal *terminal)
{
    terminal->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (terminal->master < 0)
        return false;
    if (grantpt(terminal->master) == 0 && unlockpt(terminal->master) == 0)
        terminal->slave = open(ptsname(terminal->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal->slave >= 0 && prepare(terminal))
        return true;
    close_pair(terminal);
    return false;
}

bool vboard_terminal_plug(struct vboard_terminal *terminal)
{
    if (terminal->master >= 0)
        return true;
    if (!open_pair(terminal))
        return false;
    show(terminal);
    if (!attach(terminal)) {
        hide(terminal);
        close_pair(terminal);
        return false;
    }
    show_node(terminal);
    vboard_terminal_listen(terminal, true);
    return true;
}

void vboard_terminal_move(struct vboard_terminal *terminal, const char *device,
                          const char *properties)
{
    g_strlcpy(terminal->place.properties, properties, sizeof terminal->place.properties);
    vboard_terminal_unplug(terminal);
    snprintf(terminal->place.device, sizeof terminal->place.device, "%s", device);
}

bool vboard_terminal_plugged(const struct vboard_terminal *terminal)
{
    return terminal->master >= 0;
}

bool vboard_terminal_is_open(const struct vboard_terminal *terminal)
{
    return terminal->clients > 0;
}

unsigned vboard_terminal_clients(const struct vboard_terminal *terminal)
{
    return terminal->users;
}

/* ---- life ---- */

struct vboard_terminal *vboard_terminal_new(const struct vboard_terminal_place *place,
                                            const struct vboard_terminal_ops *ops, void *context)
{
    struct vboard_terminal *terminal = g_new0(struct vboard_terminal, 1);

    terminal->place = *place;
    terminal->ops = ops;
    terminal->context = context;
    terminal->master = terminal->slave = -1;
    terminal->handler = umockdev_ioctl_base_new();
    g_signal_connect(terminal->handler, "handle-ioctl", G_CALLBACK(on_ioctl), terminal);
    g_signal_connect(terminal->handler, "client-connected", G_CALLBACK(on_client), terminal);
    return terminal;
}

void vboard_terminal_free(struct vboard_terminal *terminal)
{
    if (!terminal)
        return;
    g_object_unref(terminal->handler);
    g_free(terminal);
}
