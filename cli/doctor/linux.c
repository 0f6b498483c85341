/* SPDX-License-Identifier: MIT */
/*
 * Linux: USB devices in sysfs, who may open them, which programs hold them open. All files are
 * below a root, so that tests supply their own machine.
 */
#include "linux.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    USB_MAJOR = 189, /* Linux, Documentation/admin-guide/devices.txt */
    DEVICES_A_BUS = 128,
    CLASS_HUB = 0x09,
    CLASS_CDC =
        0x02, /* with subclass 2, abstract control model; protocols 1 to 6 take AT commands */
    CDC_ACM = 0x02,
    CDC_AT_LAST = 0x06,
};

bool linux_read(char *text, size_t size, const char *root, const char *path)
{
    char full[LINUX_PATH_MAX];
    FILE *file;
    size_t got;

    text[0] = '\0';
    snprintf(full, sizeof full, "%s/%s", root, path);
    file = fopen(full, "r");
    if (!file)
        return false;
    got = fread(text, 1, size - 1, file);
    fclose(file);
    text[got] = '\0';
    while (got > 0 && isspace((unsigned char)text[got - 1]))
        text[--got] = '\0';
    return true;
}

/* Reads an attribute of a device or interface in sysfs; "" if it has none. */
static void read_attribute(char *text, size_t size, const char *root, const char *device,
                           const char *name)
{
    char path[LINUX_PATH_MAX];

    snprintf(path, sizeof path, "sys/bus/usb/devices/%s/%s", device, name);
    linux_read(text, size, root, path);
}

static unsigned read_number(const char *root, const char *device, const char *name, int base)
{
    char text[32];

    read_attribute(text, sizeof text, root, device, name);
    return (unsigned)strtoul(text, NULL, base);
}

/* ---- interfaces ---- */

struct interfaces {
    uint8_t dfu_protocol; /* 0: no DFU interface */
    bool claimed;
    bool speaks_at;
    char tty[DOCTOR_NAME_MAX];
};

/* Finds the serial port that the kernel made of an interface: its directory holds tty/ttyACM0. */
static void find_tty(struct interfaces *found, const char *root, const char *name)
{
    char path[LINUX_PATH_MAX];
    struct dirent *entry;
    DIR *directory;

    snprintf(path, sizeof path, "%s/sys/bus/usb/devices/%s/tty", root, name);
    directory = opendir(path);
    if (!directory)
        return;
    while ((entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.')
            snprintf(found->tty, sizeof found->tty, "%.60s", entry->d_name);
    closedir(directory);
}

static bool is_claimed(const char *root, const char *name)
{
    char path[LINUX_PATH_MAX], target[LINUX_PATH_MAX];
    const char *driver;
    ssize_t length;

    snprintf(path, sizeof path, "%s/sys/bus/usb/devices/%s/driver", root, name);
    length = readlink(path, target, sizeof target - 1);
    if (length <= 0)
        return false;
    target[length] = '\0';
    driver = strrchr(target, '/');
    return strcmp(driver ? driver + 1 : target, "usbfs") == 0;
}

static void look_at_interface(struct interfaces *found, const char *root, const char *name)
{
    unsigned class = read_number(root, name, "bInterfaceClass", 16);
    unsigned subclass = read_number(root, name, "bInterfaceSubClass", 16);
    unsigned protocol = read_number(root, name, "bInterfaceProtocol", 16);

    if (class == BOOT0_DFU_CLASS && subclass == BOOT0_DFU_SUBCLASS) {
        found->dfu_protocol = (uint8_t)protocol;
        found->claimed = found->claimed || is_claimed(root, name);
    }
    if (class == CLASS_CDC && subclass == CDC_ACM)
        found->speaks_at = protocol >= 1 && protocol <= CDC_AT_LAST;
    find_tty(found, root, name);
}

/* The interfaces of device "1-2" are "1-2:1.0", "1-2:1.1", … in the same directory. */
static struct interfaces look_at_interfaces(const char *root, const char *device)
{
    struct interfaces found = {0};
    char path[LINUX_PATH_MAX];
    size_t length = strlen(device);
    struct dirent *entry;
    DIR *directory;

    snprintf(path, sizeof path, "%s/sys/bus/usb/devices", root);
    directory = opendir(path);
    if (!directory)
        return found;
    while ((entry = readdir(directory)) != NULL)
        if (strncmp(entry->d_name, device, length) == 0 && entry->d_name[length] == ':')
            look_at_interface(&found, root, entry->d_name);
    closedir(directory);
    return found;
}

/* ---- one device ---- */

/* Whether a line of udev's database about this device node begins with one of these texts. */
static enum answer in_database(const char *root, const char *node, const char *const *beginnings)
{
    char path[LINUX_PATH_MAX], text[8192];

    snprintf(path, sizeof path, "run/udev/data/%s", node);
    if (!linux_read(text, sizeof text, root, path))
        return ANSWER_UNKNOWN;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        for (size_t i = 0; beginnings[i]; i++)
            if (strncmp(line, beginnings[i], strlen(beginnings[i])) == 0)
                return ANSWER_YES;
    return ANSWER_NO;
}

static enum answer answer(bool yes)
{
    return yes ? ANSWER_YES : ANSWER_NO;
}

static void look_at_node(struct doctor_device *device, const char *root,
                         const struct doctor_user *user)
{
    static const char *const tags[] = {"G:uaccess", "Q:uaccess", NULL};
    struct device_linux *on_linux = &device->linux_os;
    char node[64], path[LINUX_PATH_MAX], database[64];

    snprintf(node, sizeof node, "dev/bus/usb/%03u/%03u", device->bus, device->address);
    snprintf(path, sizeof path, "%s/%s", root, node);
    on_linux->has_node = answer(access(path, F_OK) == 0);
    if (on_linux->has_node == ANSWER_YES)
        on_linux->opens = linux_may_open(path, user);
    snprintf(database, sizeof database, "c%d:%u", USB_MAJOR,
             (device->bus - 1) * DEVICES_A_BUS + device->address - 1);
    on_linux->tagged = in_database(root, database, tags);
    linux_find_holder(on_linux->holder, sizeof on_linux->holder, root, node);
}

static void look_at_tty(struct doctor_device *device, const char *root)
{
    static const char *const ignored[] = {"E:ID_MM_DEVICE_IGNORE=1", NULL};
    struct device_linux *on_linux = &device->linux_os;
    char path[LINUX_PATH_MAX], number[32], database[64];

    if (!on_linux->tty[0])
        return;
    snprintf(path, sizeof path, "sys/class/tty/%s/dev", on_linux->tty);
    linux_read(number, sizeof number, root, path);
    snprintf(database, sizeof database, "c%s", number);
    on_linux->modem_ignored = in_database(root, database, ignored) == ANSWER_YES;
    snprintf(database, sizeof database, "c%d:%u", USB_MAJOR,
             (device->bus - 1) * DEVICES_A_BUS + device->address - 1);
    if (in_database(root, database, ignored) == ANSWER_YES)
        on_linux->modem_ignored = true;
    snprintf(path, sizeof path, "dev/%s", on_linux->tty);
    linux_find_holder(on_linux->tty_holder, sizeof on_linux->tty_holder, root, path);
}

static void look_at_device(struct facts *facts, const char *root, const char *name,
                           const struct doctor_user *user)
{
    struct interfaces interfaces;
    struct doctor_device *device;
    const char *known;

    if (read_number(root, name, "bDeviceClass", 16) == CLASS_HUB)
        return;
    device = facts_add(facts);
    if (!device)
        return;
    interfaces = look_at_interfaces(root, name);
    snprintf(device->path, sizeof device->path, "%.40s", name);
    device->bus = read_number(root, name, "busnum", 10);
    device->address = read_number(root, name, "devnum", 10);
    device->vendor = (uint16_t)read_number(root, name, "idVendor", 16);
    device->product = (uint16_t)read_number(root, name, "idProduct", 16);
    device->kind = facts_kind(device->vendor, device->product, interfaces.dfu_protocol, &known);
    if (known)
        snprintf(device->name, sizeof device->name, "%s", known);
    else
        read_attribute(device->name, sizeof device->name, root, name, "product");
    if (device->kind == DEVICE_OTHER || device->kind == DEVICE_PROBE)
        return;
    device->linux_os.claimed = interfaces.claimed;
    device->linux_os.speaks_at = interfaces.speaks_at;
    memcpy(device->linux_os.tty, interfaces.tty, sizeof interfaces.tty);
    look_at_node(device, root, user);
    look_at_tty(device, root);
    linux_find_rule(device, root, user);
}

/* ---- the machine ---- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct doctor_device *)a)->path, ((const struct doctor_device *)b)->path);
}

/* Looks in systemd-logind's files for a session of the user with a seat, in the foreground. */
static enum answer find_seat(const char *root, unsigned user)
{
    char path[LINUX_PATH_MAX], text[4096], wanted[32];
    enum answer found = ANSWER_NO;
    struct dirent *entry;
    DIR *directory;

    snprintf(path, sizeof path, "%s/run/systemd/sessions", root);
    directory = opendir(path);
    if (!directory)
        return ANSWER_UNKNOWN;
    snprintf(wanted, sizeof wanted, "\nUID=%u\n", user);
    while ((entry = readdir(directory)) != NULL) {
        size_t length;

        text[0] = '\n';
        snprintf(path, sizeof path, "run/systemd/sessions/%.200s", entry->d_name);
        if (entry->d_name[0] == '.' || !linux_read(text + 1, sizeof text - 2, root, path))
            continue;
        length = strlen(text);
        memcpy(text + length, "\n", 2);
        if (strstr(text, wanted) && strstr(text, "\nACTIVE=1\n") && strstr(text, "\nSEAT="))
            found = ANSWER_YES;
    }
    closedir(directory);
    return found;
}

static bool is_running(const char *root, const char *program)
{
    char path[LINUX_PATH_MAX], name[64];
    struct dirent *entry;
    bool found = false;
    DIR *directory;

    snprintf(path, sizeof path, "%s/proc", root);
    directory = opendir(path);
    if (!directory)
        return false;
    while (!found && (entry = readdir(directory)) != NULL) {
        snprintf(path, sizeof path, "proc/%.32s/comm", entry->d_name);
        found = isdigit((unsigned char)entry->d_name[0]) &&
                linux_read(name, sizeof name, root, path) && strcmp(name, program) == 0;
    }
    closedir(directory);
    return found;
}

void facts_from_linux(struct facts *facts, const char *root, const struct doctor_user *user)
{
    char path[LINUX_PATH_MAX];
    struct dirent *entry;
    DIR *directory;

    facts->system = SYSTEM_LINUX;
    snprintf(path, sizeof path, "%s/run/udev", root);
    facts->has_udev = answer(access(path, F_OK) == 0);
    facts->at_seat = find_seat(root, user->id);
    facts->has_modem_manager = is_running(root, "ModemManager");
    snprintf(path, sizeof path, "%s/sys/bus/usb/devices", root);
    directory = opendir(path);
    if (!directory)
        return;
    facts->lists_all = true;
    while ((entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.' && !strchr(entry->d_name, ':')) {
            facts->has_bus = true; /* root hubs are named usb1, usb2, … */
            look_at_device(facts, root, entry->d_name, user);
        }
    closedir(directory);
    qsort(facts->devices, facts->device_count, sizeof facts->devices[0], by_path);
}
