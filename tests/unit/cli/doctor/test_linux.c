/* SPDX-License-Identifier: MIT */
/* boot0 doctor on Linux: facts from a directory that looks like a machine's root. */
#include <cli/doctor/findings.h>
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define BOARD "sys/bus/usb/devices/1-2"

enum {
    USER = 4242, /* nobody: not the user of the test */
    GROUP_PLUGDEV = 46,
};

static const struct doctor_user user = {.id = USER, .groups = {USER}, .group_count = 1};
static const struct doctor_user member = {
    .id = USER, .groups = {USER, GROUP_PLUGDEV}, .group_count = 2};

static char root[64];

/* ---- making a machine ---- */

static void make_path(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", root, name);
    for (char *slash = strchr(path + strlen(root) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

static void put(const char *name, const char *text)
{
    char path[512];
    FILE *file;

    make_path(path, sizeof path, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void put_link(const char *name, const char *target)
{
    char path[512];

    make_path(path, sizeof path, name);
    assert_int_equal(symlink(target, path), 0);
}

static void set_mode(const char *name, unsigned mode)
{
    char path[512];

    make_path(path, sizeof path, name);
    assert_int_equal(chmod(path, mode), 0);
}

static void put_device(const char *vendor, const char *product)
{
    put(BOARD "/idVendor", vendor);
    put(BOARD "/idProduct", product);
    put(BOARD "/busnum", "1\n");
    put(BOARD "/devnum", "7\n");
    put(BOARD "/bDeviceClass", "00\n");
    put("dev/bus/usb/001/007", "");
    set_mode("dev/bus/usb/001/007", 0600);
}

static void put_interface(const char *number, const char *class, const char *subclass,
                          const char *protocol)
{
    char name[128];

    snprintf(name, sizeof name, "%s:1.%s/bInterfaceClass", BOARD, number);
    put(name, class);
    snprintf(name, sizeof name, "%s:1.%s/bInterfaceSubClass", BOARD, number);
    put(name, subclass);
    snprintf(name, sizeof name, "%s:1.%s/bInterfaceProtocol", BOARD, number);
    put(name, protocol);
}

static int make_machine(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/boot0-doctor-XXXXXX");
    if (!mkdtemp(root))
        return -1;
    put("sys/bus/usb/devices/usb1/bDeviceClass", "09\n");
    put("run/udev/control", "");
    put("etc/group", "root:x:0:\nplugdev:x:46:somebody\n");
    put("run/systemd/sessions/3", "UID=4242\nACTIVE=1\nSEAT=seat0\n");
    put("proc/1/comm", "systemd\n");
    return 0;
}

static int make_board(void **state)
{
    if (make_machine(state) != 0)
        return -1;
    put_device("0483\n", "df11\n");
    put_interface("0", "fe\n", "01\n", "02\n");
    return 0;
}

static int remove_machine(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -r '%s'", root);
    return system(command); /* NOLINT(cert-env33-c): the name is our own */
}

static struct doctor_device *look(struct facts *facts, const struct doctor_user *who)
{
    memset(facts, 0, sizeof *facts);
    facts_from_linux(facts, root, who);
    return facts->device_count > 0 ? &facts->devices[0] : NULL;
}

static enum finding_code first(const struct facts *facts)
{
    struct findings findings;

    findings_from(facts, &findings);
    return findings.count > 0 ? findings.list[0].code : FINDING_COUNT;
}

static void expect(enum finding_code code)
{
    struct facts facts;

    look(&facts, &user);
    assert_string_equal(finding_row(first(&facts))->name, finding_row(code)->name);
}

#define RULE(end)                                                                                  \
    "SUBSYSTEM==\"usb\", ATTRS{idVendor}==\"0483\", ATTRS{idProduct}==\"df11\", " end "\n"
#define TAG "TAG+=\"uaccess\""

/* ---- tests ---- */

static void nothing(void **state)
{
    struct facts facts;

    (void)state;
    assert_null(look(&facts, &user));
    assert_int_equal(facts.system, SYSTEM_LINUX);
    assert_true(facts.lists_all && facts.has_bus);
    assert_int_equal(facts.at_seat, ANSWER_YES);
    assert_int_equal(first(&facts), FINDING_NOTHING_ENUMERATES);
}

static void no_sysfs(void **state)
{
    struct facts facts;
    char saved[sizeof root];

    (void)state;
    memcpy(saved, root, sizeof root);
    snprintf(root, sizeof root, "%.40s/proc", saved);
    assert_null(look(&facts, &user));
    memcpy(root, saved, sizeof root);
    assert_int_equal(first(&facts), FINDING_NO_USB);
}

static void a_board(void **state)
{
    struct facts facts;
    struct doctor_device *device = look(&facts, &user);

    (void)state;
    assert_int_equal(facts.device_count, 1);
    assert_string_equal(device->path, "1-2");
    assert_int_equal(device->vendor, 0x0483);
    assert_int_equal(device->product, 0xdf11);
    assert_int_equal(device->bus, 1);
    assert_int_equal(device->address, 7);
    assert_int_equal(device->kind, DEVICE_DFU);
    assert_int_equal(device->linux_os.opens, ANSWER_NO);
}

static void rule_missing(void **state)
{
    (void)state;
    expect(FINDING_RULE_MISSING);
    put("etc/udev/rules.d/60-other.rules",
        "# " RULE(TAG) "ATTRS{idVendor}==\"0483\", ATTRS{idProduct}==\"374b\", " TAG "\n");
    expect(FINDING_RULE_MISSING);
}

static void rule_late(void **state)
{
    struct facts facts;

    (void)state;
    put("etc/udev/rules.d/99-stm32.rules", RULE(TAG));
    put("run/udev/data/c189:6", "G:uaccess\n");
    expect(FINDING_RULE_LATE);
    assert_string_equal(look(&facts, &user)->linux_os.rule_file, "99-stm32.rules");
    /* It may give the device to a group of the user: then that is not the problem. */
    put("etc/udev/rules.d/99-stm32.rules", RULE(TAG ", MODE=\"0660\", GROUP=\"plugdev\""));
    assert_int_equal(look(&facts, &user)->linux_os.rule, RULE_LATE);
    assert_int_equal(look(&facts, &member)->linux_os.rule, RULE_GROUP);
}

static void rule_in_time(void **state)
{
    struct facts facts;

    (void)state;
    put("usr/lib/udev/rules.d/60-dfu-util.rules", RULE(TAG));
    put("run/udev/data/c189:6", "I:123\n");
    expect(FINDING_RULE_NOT_APPLIED);
    put("run/udev/data/c189:6", "Q:uaccess\n");
    put("run/systemd/sessions/3", "UID=4243\nACTIVE=1\nSEAT=seat0\n");
    put("run/systemd/sessions/4", "UID=4242\nACTIVE=1\n");
    expect(FINDING_NO_SEAT);
    assert_int_equal(look(&facts, &user)->linux_os.tagged, ANSWER_YES);
    /* A file of the same name in /etc replaces it. */
    put("etc/udev/rules.d/60-dfu-util.rules", "# nothing\n");
    expect(FINDING_RULE_MISSING);
    assert_int_equal(look(&facts, &user)->linux_os.rule, RULE_NONE);
}

static void rule_forms(void **state)
{
    static const struct {
        const char *rules;
        enum rule_state state;
    } cases[] = {
        {RULE("MODE=\"0666\""), RULE_GOOD},
        {RULE("MODE:=\"666\""), RULE_GOOD},
        {RULE("GROUP=\"plugdev\""), RULE_GROUP},
        {RULE("MODE=\"0640\", GROUP=\"plugdev\""), RULE_NONE},
        {"ATTR{idVendor}==\"0483\", \\\n  ATTR{idProduct}==\"DF11\", \\\n  " TAG "\n", RULE_GOOD},
        {"ENV{ID_VENDOR_ID}==\"0483\", ENV{ID_MODEL_ID}==\"df11\", " TAG "\n", RULE_GOOD},
        {"ATTRS{idVendor}==\"0483\", " TAG "\n", RULE_GOOD},
        {"ATTRS{idVendor}==\"1eaf\", " TAG "\n", RULE_NONE},
        {"ATTRS{idVendor}!=\"0483\", " TAG "\n", RULE_NONE},
        {"ATTRS{idVendor}==\"0483", RULE_NONE},
        {"\\", RULE_NONE},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        struct facts facts;

        put("etc/udev/rules.d/60-a.rules", cases[i].rules);
        assert_int_equal(look(&facts, &user)->linux_os.rule, cases[i].state);
    }
}

static void group(void **state)
{
    struct facts facts;

    (void)state;
    put("etc/udev/rules.d/60-a.rules", RULE("MODE=\"0660\", GROUP=\"plugdev\""));
    expect(FINDING_NOT_IN_GROUP);
    look(&facts, &member);
    assert_int_equal(first(&facts), FINDING_RULE_NOT_APPLIED);
    set_mode("dev/bus/usb/001/007", 0666);
    look(&facts, &user);
    assert_int_equal(first(&facts), FINDING_READY);
}

/* The file belongs to a group of the test's user. */
static void opened_by_group(void **state)
{
    const struct doctor_user owner = {.id = USER, .groups = {(unsigned)getgid()}, .group_count = 1};
    struct facts facts;

    (void)state;
    set_mode("dev/bus/usb/001/007", 0660);
    assert_int_equal(look(&facts, &owner)->linux_os.opens, ANSWER_YES);
    assert_int_equal(look(&facts, &user)->linux_os.opens, ANSWER_NO);
    set_mode("dev/bus/usb/001/007", 0606);
    assert_int_equal(look(&facts, &owner)->linux_os.opens, ANSWER_NO);
}

static void container(void **state)
{
    char path[512];

    (void)state;
    make_path(path, sizeof path, "run/udev/control");
    unlink(path);
    make_path(path, sizeof path, "run/udev");
    assert_int_equal(rmdir(path), 0);
    expect(FINDING_NO_UDEV);
    make_path(path, sizeof path, "dev/bus/usb/001/007");
    assert_int_equal(unlink(path), 0);
    expect(FINDING_NO_NODE);
}

static void held(void **state)
{
    struct facts facts;
    struct doctor_device *device;
    char node[512];

    (void)state;
    set_mode("dev/bus/usb/001/007", 0666);
    make_path(node, sizeof node, "dev/bus/usb/001/007");
    put("proc/13/comm", "other\n");
    put_link("proc/13/fd/3", root); /* another file */
    assert_string_equal(look(&facts, &user)->linux_os.holder, "");
    put("proc/4711/comm", "dfu-util\n");
    put_link("proc/4711/fd/5", node);
    put_link("proc/4711/fd/6", "/nowhere");
    device = look(&facts, &user);
    assert_string_equal(device->linux_os.holder, "dfu-util (process 4711)");
    assert_int_equal(first(&facts), FINDING_READY); /* it has it open, and has not claimed it */
    put_link(BOARD ":1.0/driver", "../../../../bus/usb/drivers/usbfs");
    expect(FINDING_BUSY);
}

static void another_driver(void **state)
{
    struct facts facts;

    (void)state;
    set_mode("dev/bus/usb/001/007", 0666);
    put_link(BOARD ":1.0/driver", "../../../../bus/usb/drivers/usb");
    look(&facts, &user);
    assert_int_equal(first(&facts), FINDING_READY);
}

static void program_with_port(void **state)
{
    struct facts facts;
    struct device_linux *on_linux;
    char node[512];

    (void)state;
    put_device("0483\n", "5740\n");
    put_interface("0", "02\n", "02\n", "01\n");
    put_interface("1", "0a\n", "00\n", "00\n");
    put(BOARD ":1.0/tty/ttyACM0/dev", "166:0\n");
    put("sys/class/tty/ttyACM0/dev", "166:0\n");
    put("dev/ttyACM0", "");
    put("proc/900/comm", "ModemManager\n");
    make_path(node, sizeof node, "dev/ttyACM0");
    put_link("proc/900/fd/9", node);
    expect(FINDING_PROGRAM);
    on_linux = &look(&facts, &user)->linux_os;
    assert_string_equal(on_linux->tty, "ttyACM0");
    assert_string_equal(on_linux->tty_holder, "ModemManager (process 900)");
    assert_true(facts.has_modem_manager);
    assert_true(on_linux->speaks_at);
    assert_false(on_linux->modem_ignored);
    put("run/udev/data/c166:0", "E:ID_MM_DEVICE_IGNORE=1\n");
    assert_true(look(&facts, &user)->linux_os.modem_ignored);
}

/* ModemManager ignores ports that are marked as not taking AT commands. */
static void port_without_at(void **state)
{
    struct facts facts;

    (void)state;
    put_device("0483\n", "5740\n");
    put_interface("0", "02\n", "02\n", "00\n");
    put(BOARD ":1.0/tty/ttyACM0/dev", "166:0\n");
    assert_false(look(&facts, &user)->linux_os.speaks_at);
}

static void run_time_mode(void **state)
{
    (void)state;
    put_device("0483\n", "5740\n");
    put_interface("2", "fe\n", "01\n", "01\n");
    set_mode("dev/bus/usb/001/007", 0666);
    expect(FINDING_RUNTIME);
}

static void broken_sysfs(void **state)
{
    struct facts facts;

    (void)state;
    put(BOARD "/busnum", "\n"); /* the device disappears while it is read */
    put("sys/bus/usb/devices/2-1/product", "no other file\n");
    look(&facts, &user);
    assert_int_equal(facts.device_count, 2);
}

static void find_dfu_util(void **state)
{
    struct facts facts = {.device_count = 0};
    char path[512];

    (void)state;
    put("old/dfu-util", "#!/bin/sh\necho dfu-util 0.7\necho more\n");
    put("new/dfu-util", "#!/bin/sh\necho dfu-util 0.11\n");
    set_mode("new/dfu-util", 0700);
    snprintf(path, sizeof path, "/nowhere::%s/old:%s/new", root, root);
    facts_from_path(&facts, path);
    assert_int_equal(facts.dfu_util.minor, 11); /* the old one cannot run */
    set_mode("old/dfu-util", 0700);
    facts_from_path(&facts, path);
    assert_true(facts.dfu_util.found);
    assert_int_equal(facts.dfu_util.minor, 7);

    memset(&facts, 0, sizeof facts);
    put("old/dfu-util", "#!/bin/sh\nexit 1\n");
    facts_from_path(&facts, path);
    assert_false(facts.dfu_util.found);
    facts_from_path(&facts, NULL);
    assert_false(facts.dfu_util.found);
}

#define ON_BOARD(test)   cmocka_unit_test_setup_teardown(test, make_board, remove_machine)
#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, make_machine, remove_machine)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MACHINE(nothing),
        ON_MACHINE(no_sysfs),
        ON_BOARD(a_board),
        ON_BOARD(rule_missing),
        ON_BOARD(rule_late),
        ON_BOARD(rule_in_time),
        ON_BOARD(rule_forms),
        ON_BOARD(group),
        ON_BOARD(opened_by_group),
        ON_BOARD(container),
        ON_BOARD(held),
        ON_BOARD(another_driver),
        ON_MACHINE(program_with_port),
        ON_MACHINE(port_without_at),
        ON_MACHINE(run_time_mode),
        ON_BOARD(broken_sysfs),
        ON_MACHINE(find_dfu_util),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
