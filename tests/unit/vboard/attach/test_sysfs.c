/* SPDX-License-Identifier: MIT */
/* A virtual board in sysfs, and its events: vboard/attach/sysfs.h, uevent.h. */
#include "../vboard_test.h"

#include <core/array.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <vboard/attach/sysfs.h>

struct fixture {
    char root[32];
    struct vboard_tree tree;
    struct vboard_usb_device device;
    struct vboard_sysfs shown;
};

static size_t string_of(const void *context, uint8_t index, char *text, size_t size)
{
    return vboard_string(context, index, text, size);
}

static void show(struct fixture *at, struct vboard *board)
{
    memset(at, 0, sizeof *at);
    strcpy(at->root, "/tmp/boot0-sysfs-XXXXXX");
    assert_non_null(mkdtemp(at->root));
    at->tree.root = at->root;
    at->device.bus = 1;
    at->device.address = 5;
    at->device.port = 2;
    at->device.speed = "12";
    at->device.descriptors_size =
        vboard_descriptors(board, at->device.descriptors, sizeof at->device.descriptors);
    at->device.string = string_of;
    at->device.string_context = board;
    vboard_sysfs_show(&at->tree, &at->device, &at->shown);
    assert_int_equal(at->tree.failed, 0);
}

/* Removes everything; fails if a leftover remains. */
static void clean_up(struct fixture *at)
{
    static const char *const directories[] = {
        "sys/devices/platform/vboard.0/usb1",
        "sys/devices/platform/vboard.0",
        "sys/devices/platform",
        "sys/devices",
        "sys/bus/usb/devices",
        "sys/bus/usb",
        "sys/bus",
        "sys/dev/char",
        "sys/dev",
        "sys",
        "dev/bus/usb/001",
        "dev/bus/usb",
        "dev/bus",
        "dev/.node",
        "dev",
        "",
    };
    char path[128];

    for (size_t n = 0; n < B0_LENGTH(directories); n++) {
        snprintf(path, sizeof path, "%s/%s", at->root, directories[n]);
        if (rmdir(path) < 0)
            fail_msg("%s is not empty", path);
    }
}

static size_t read_file(const struct fixture *at, const char *name, char *text, size_t size)
{
    char path[160];
    FILE *file;
    size_t length;

    snprintf(path, sizeof path, "%s/%s", at->root, name);
    file = fopen(path, "rb");
    if (!file)
        fail_msg("there is no %s", name);
    length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    fclose(file);
    return length;
}

static void assert_attribute(const struct fixture *at, const char *name, const char *wanted)
{
    char text[1024];
    char path[96];

    snprintf(path, sizeof path, "sys/bus/usb/devices/%s", name);
    read_file(at, path, text, sizeof text);
    assert_string_equal(text, wanted);
}

static void test_attributes(void **state)
{
    static const struct {
        const char *name;
        const char *value;
    } rows[] = {
        {"1-2/busnum", "1\n"},
        {"1-2/devnum", "5\n"},
        {"1-2/devpath", "2\n"},
        {"1-2/idVendor", "0483\n"},
        {"1-2/version", " 1.00\n"},
        {"1-2/bMaxPower", "100mA\n"},
        {"1-2/bNumInterfaces", " 1\n"},
        {"1-2/configuration", ""},
        {"1-2/product", "STM32  BOOTLOADER\n"},
        {"1-2/serial", "A B\n"},
        {"1-2/dev", "189:4\n"},
        {"1-2:1.0/bInterfaceClass", "fe\n"},
        {"1-2:1.0/interface", "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg\n"},
        {"1-2:1.0/modalias", "usb:v0483pDF11d2200dc00dsc00dp00icFEisc01ip02in00\n"},
    };
    struct vboard *board = new_board("f407:serial=A B");
    char text[1024];
    struct fixture at;

    (void)state;
    show(&at, board);
    assert_int_equal(at.shown.count, 2);
    for (size_t n = 0; n < B0_LENGTH(rows); n++)
        assert_attribute(&at, rows[n].name, rows[n].value);
    read_file(&at, "sys/bus/usb/devices/1-2/uevent", text, sizeof text);
    assert_non_null(strstr(text, "DEVNAME=bus/usb/001/005\n"));
    assert_non_null(strstr(text, "ID_SERIAL_SHORT=A_B\n"));
    assert_int_equal(read_file(&at, "dev/bus/usb/001/005", text, sizeof text),
                     at.device.descriptors_size);
    assert_memory_equal(text, at.device.descriptors, at.device.descriptors_size);

    vboard_sysfs_hide(&at.tree, &at.shown);
    vboard_sysfs_remove(&at.tree, &at.shown);
    assert_int_equal(at.tree.failed, 0);
    assert_int_equal(at.shown.count, 0);
    clean_up(&at);
    free_board(board);
}

/* Each byte of the descriptors in turn is wrong: nothing is written that cannot be removed. */
static void test_broken_descriptors(void **state)
{
    struct vboard *board = new_board("f407");
    struct fixture at;

    (void)state;
    show(&at, board);
    for (size_t n = 0; n < at.device.descriptors_size; n++) {
        uint8_t kept = at.device.descriptors[n];

        vboard_sysfs_hide(&at.tree, &at.shown);
        vboard_sysfs_remove(&at.tree, &at.shown);
        at.device.descriptors[n] = (uint8_t)(n % 2 ? 0xff : 0);
        vboard_sysfs_show(&at.tree, &at.device, &at.shown);
        assert_int_equal(at.tree.failed, 0);
        at.device.descriptors[n] = kept;
    }
    vboard_sysfs_hide(&at.tree, &at.shown);
    vboard_sysfs_remove(&at.tree, &at.shown);
    at.device.descriptors_size = 26;
    vboard_sysfs_show(&at.tree, &at.device, &at.shown);
    assert_int_equal(at.shown.count, 0);
    clean_up(&at);
    free_board(board);
}

/* A client that listens, like those of umockdev's library. */
static int listen_at(const char *root, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%.40s/%s", root, name);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void test_events(void **state)
{
    struct vboard *board = new_board("f407");
    struct fixture at;
    struct vboard_uevents events = {.root = at.root};
    char message[2048];
    char path[64];
    int fd;

    (void)state;
    show(&at, board);
    fd = listen_at(at.root, "event7");
    close(listen_at(at.root, "listener9-3")); /* one that has ended */
    vboard_sysfs_announce(&events, &at.shown, true);

    assert_true(recv(fd, message, sizeof message, 0) > 40);
    assert_string_equal(message, "libudev");
    assert_memory_equal(message + 8, "\xfe\xed\xca\xfe", 4);
    assert_string_equal(message + 40, "ACTION=add");
    assert_string_equal(message + 51, "DEVPATH=/devices/platform/vboard.0/usb1/1-2");
    assert_true(recv(fd, message, sizeof message, 0) > 40);
    assert_string_equal(message + 51, "DEVPATH=/devices/platform/vboard.0/usb1/1-2/1-2:1.0");
    assert_int_equal(recv(fd, message, sizeof message, 0), -1);
    snprintf(path, sizeof path, "%s/listener9-3", at.root);
    assert_int_equal(access(path, F_OK), -1);

    for (int n = 0; n < 12; n++) /* a client that does not read blocks nothing */
        vboard_sysfs_announce(&events, &at.shown, n % 2);
    close(fd);
    snprintf(path, sizeof path, "%s/event7", at.root);
    unlink(path);
    vboard_sysfs_hide(&at.tree, &at.shown);
    vboard_sysfs_remove(&at.tree, &at.shown);
    clean_up(&at);
    free_board(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_broken_descriptors),
        cmocka_unit_test(test_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
