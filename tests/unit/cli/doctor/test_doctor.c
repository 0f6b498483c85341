/* SPDX-License-Identifier: MIT */
/* boot0 doctor: findings from recorded facts, for every system. */
#include <base/platform/setup.h>
#include <cli/doctor/findings.h>
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A Linux machine without problems, with a board in DFU mode. */
static struct doctor_device *board_on_linux(struct facts *facts)
{
    struct doctor_device *device;

    memset(facts, 0, sizeof *facts);
    facts->system = SYSTEM_LINUX;
    facts->has_bus = true;
    facts->lists_all = true;
    facts->has_udev = ANSWER_YES;
    facts->at_seat = ANSWER_YES;
    device = facts_add(facts);
    strcpy(device->path, "1-1");
    device->kind = DEVICE_DFU;
    device->vendor = BOOT0_VENDOR_ST;
    device->product = BOOT0_PRODUCT_ST_DFU;
    device->linux_os.has_node = ANSWER_YES;
    device->linux_os.opens = ANSWER_YES;
    device->linux_os.rule = RULE_GOOD;
    device->linux_os.tagged = ANSWER_YES;
    return device;
}

static bool has(const struct findings *findings, enum finding_code code)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].code == code)
            return true;
    return false;
}

/* Expects exactly this finding, and a ready board unless the finding prevents that. */
static void expect(const struct facts *facts, enum finding_code code)
{
    struct findings findings;
    bool blocks = finding_row(code)->severity == SEVERITY_PROBLEM;

    findings_from(facts, &findings);
    if (!has(&findings, code))
        print_message("%s is missing\n", finding_row(code)->name);
    assert_true(has(&findings, code));
    assert_int_equal(findings_count(&findings, SEVERITY_PROBLEM), blocks ? 1 : 0);
    assert_int_equal(has(&findings, FINDING_READY), !blocks);
}

static void test_every_code_has_a_row(void **state)
{
    (void)state;
    for (int code = 0; code < FINDING_COUNT; code++) {
        const struct finding_row *row = finding_row(code);

        assert_non_null(row->name);
        assert_true(row->line[0] != '\0');
        assert_int_equal(row->remedy[0] == '\0', row->severity == SEVERITY_OK);
        assert_int_equal(strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
                         strlen(row->name));
        for (int other = 0; other < code; other++)
            assert_string_not_equal(row->name, finding_row(other)->name);
    }
    assert_string_equal(severity_name(SEVERITY_PROBLEM), "problem");
}

static void test_every_board_has_a_way_in(void **state)
{
    const struct boot0_board_profile *entry;

    (void)state;
    for (size_t i = 0; (entry = boot0_board_profile_at(i)) != NULL; i++)
        assert_non_null(enter_text(entry->key));
    assert_null(enter_text("no such board"));
}

static void test_all_is_well(void **state)
{
    struct findings findings;
    struct facts facts;

    (void)state;
    board_on_linux(&facts);
    findings_from(&facts, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.list[0].code, FINDING_READY);
    assert_string_equal(findings.list[0].line, "0483:df11 at port 1-1 can be flashed");
}

static void test_no_board(void **state)
{
    struct findings findings;
    struct facts facts;

    (void)state;
    board_on_linux(&facts);
    facts.device_count = 0;
    expect(&facts, FINDING_NOTHING_ENUMERATES);

    facts_add(&facts)->kind = DEVICE_OTHER; /* a mouse */
    expect(&facts, FINDING_NO_DEVICE);

    facts.devices[0].kind = DEVICE_PROBE;
    findings_from(&facts, &findings);
    assert_true(has(&findings, FINDING_NO_DEVICE));
    assert_true(has(&findings, FINDING_PROBE));

    facts.devices[0].kind = DEVICE_UNKNOWN;
    expect(&facts, FINDING_UNKNOWN_DEVICE);

    facts.device_count = 0;
    facts.system = SYSTEM_MACOS;
    facts.lists_all = false;
    findings_from(&facts, &findings);
    assert_true(has(&findings, FINDING_NO_DEVICE));
    assert_true(has(&findings, FINDING_MACOS_ACCESSORY));
}

static void test_no_usb(void **state)
{
    struct facts facts;

    (void)state;
    board_on_linux(&facts);
    facts.device_count = 0;
    facts.has_bus = false;
    expect(&facts, FINDING_NO_USB);
    facts.lists_all = false;
    expect(&facts, FINDING_NO_USB);
    boot0_fail(&facts.usb, BOOT0_E_NO_BOARD, "libusb says no");
    expect(&facts, FINDING_NO_USB);
}

static void test_programs(void **state)
{
    struct findings findings;
    struct facts facts;
    struct doctor_device *device = board_on_linux(&facts);

    (void)state;
    device->kind = DEVICE_PROGRAM;
    findings_from(&facts, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.list[0].code, FINDING_PROGRAM);

    device->kind = DEVICE_RUNTIME;
    findings_from(&facts, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.list[0].code, FINDING_RUNTIME);

    device->kind = DEVICE_DFU;
    facts_add(&facts)->kind = DEVICE_PROGRAM;
    expect(&facts, FINDING_PROGRAM_BESIDE);
}

static void test_permissions(void **state)
{
    static const struct {
        enum answer udev, seat;
        enum rule_state rule;
        enum answer group, tagged;
        enum finding_code code;
    } cases[] = {
        {ANSWER_NO, ANSWER_UNKNOWN, RULE_NONE, 0, 0, FINDING_NO_UDEV},
        {ANSWER_YES, ANSWER_YES, RULE_NONE, 0, ANSWER_NO, FINDING_RULE_MISSING},
        {ANSWER_YES, ANSWER_YES, RULE_LATE, 0, ANSWER_YES, FINDING_RULE_LATE},
        {ANSWER_YES, ANSWER_NO, RULE_GROUP, ANSWER_NO, ANSWER_NO, FINDING_NOT_IN_GROUP},
        {ANSWER_YES, ANSWER_NO, RULE_GROUP, ANSWER_YES, ANSWER_NO, FINDING_RULE_NOT_APPLIED},
        {ANSWER_YES, ANSWER_YES, RULE_GOOD, 0, ANSWER_NO, FINDING_RULE_NOT_APPLIED},
        {ANSWER_YES, ANSWER_YES, RULE_GOOD, 0, ANSWER_UNKNOWN, FINDING_RULE_NOT_APPLIED},
        {ANSWER_YES, ANSWER_NO, RULE_GOOD, 0, ANSWER_NO, FINDING_RULE_NOT_APPLIED},
        {ANSWER_YES, ANSWER_NO, RULE_GOOD, 0, ANSWER_YES, FINDING_NO_SEAT},
        {ANSWER_YES, ANSWER_YES, RULE_GOOD, 0, ANSWER_YES, FINDING_PERMISSION},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        struct facts facts;
        struct doctor_device *device = board_on_linux(&facts);

        device->linux_os.opens = ANSWER_NO;
        boot0_fail(&device->access, BOOT0_E_PERMISSION, "no permission");
        facts.has_udev = cases[i].udev;
        facts.at_seat = cases[i].seat;
        device->linux_os.rule = cases[i].rule;
        device->linux_os.in_group = cases[i].group;
        device->linux_os.tagged = cases[i].tagged;
        strcpy(device->linux_os.rule_group, "plugdev");
        expect(&facts, cases[i].code);
    }
}

static void test_no_node(void **state)
{
    struct facts facts;
    struct doctor_device *device = board_on_linux(&facts);

    (void)state;
    device->linux_os.has_node = ANSWER_NO;
    device->linux_os.opens = ANSWER_UNKNOWN;
    expect(&facts, FINDING_NO_NODE);
}

static void test_details_are_told(void **state)
{
    struct facts facts;
    struct findings findings;
    struct doctor_device *device = board_on_linux(&facts);

    (void)state;
    device->linux_os.opens = ANSWER_NO;
    device->linux_os.rule = RULE_GROUP;
    device->linux_os.in_group = ANSWER_NO;
    strcpy(device->linux_os.rule_group, "plugdev");
    findings_from(&facts, &findings);
    assert_non_null(strstr(findings.list[0].line, "only the group plugdev has it"));
    assert_non_null(strstr(findings.list[0].remedy, "usermod -aG plugdev $USER"));
    assert_null(strchr(findings.list[0].remedy, '{'));
}

static void test_held(void **state)
{
    struct findings findings;
    struct facts facts;
    struct doctor_device *device = board_on_linux(&facts);

    (void)state;
    device->linux_os.claimed = true;
    expect(&facts, FINDING_BUSY);
    device->linux_os.claimed = false;
    boot0_fail(&device->access, BOOT0_E_BUSY, "busy");
    strcpy(device->linux_os.holder, "dfu-util (process 4711)");
    findings_from(&facts, &findings);
    assert_int_equal(findings.count, 1);
    assert_non_null(strstr(findings.list[0].line, "dfu-util (process 4711)"));

    /* Open, but not blocking. */
    device->access.code = BOOT0_OK;
    findings_from(&facts, &findings);
    assert_int_equal(findings.list[0].code, FINDING_READY);
}

static void test_answers(void **state)
{
    struct facts facts;
    struct doctor_device *device = board_on_linux(&facts);

    (void)state;
    device->has_state = ANSWER_YES;
    device->state = BOOT0_DFU_STATE_ERROR;
    expect(&facts, FINDING_ERROR_STATE);
    device->state = BOOT0_DFU_STATE_DNLOAD_IDLE;
    expect(&facts, FINDING_UNFINISHED);
    device->state = BOOT0_DFU_STATE_IDLE;
    strcpy(device->contradiction, "less flash than the chip has");
    expect(&facts, FINDING_CONTRADICTION);
    device->is_protected = ANSWER_YES;
    expect(&facts, FINDING_PROTECTED);
    device->is_protected = ANSWER_NO;
    boot0_fail(&device->trouble, BOOT0_E_IO, "no answer");
    expect(&facts, FINDING_NO_ANSWER);
}

static void test_serial_ports(void **state)
{
    struct findings findings;
    struct facts facts;
    struct device_linux *on_linux = &board_on_linux(&facts)->linux_os;

    (void)state;
    strcpy(on_linux->tty, "ttyACM0");
    on_linux->speaks_at = true;
    findings_from(&facts, &findings);
    assert_int_equal(findings.count, 1);
    facts.has_modem_manager = true;
    expect(&facts, FINDING_MODEM_MANAGER);
    on_linux->modem_ignored = true;
    findings_from(&facts, &findings);
    assert_int_equal(findings.count, 1);
    strcpy(on_linux->tty_holder, "minicom (process 12)");
    expect(&facts, FINDING_PORT_BUSY);
}

static void test_dfu_util_versions(void **state)
{
    static const struct {
        const char *line;
        const char *lacks; /* NULL: nothing */
    } cases[] = {
        {"dfu-util 0.11\n", NULL},     {"dfu-util 1.0\n", NULL},
        {"dfu-util 0.12-dev\n", NULL}, {"dfu-util 0.10\n", "one alternate setting"},
        {"dfu-util 0.9\n", "--wait"},  {"dfu-util 0.8\n", "mass erase"},
        {"dfu-util 0.7\n", "-S"},      {"dfu-util 0.4\n", "DfuSe at all"},
    };
    struct doctor_tool tool = {.found = false};
    struct findings findings;
    struct facts facts;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        board_on_linux(&facts);
        facts.dfu_util.found = facts_parse_version(cases[i].line, &facts.dfu_util);
        strcpy(facts.dfu_util.file, "/usr/bin/dfu-util");
        assert_true(facts.dfu_util.found);
        findings_from(&facts, &findings);
        assert_int_equal(has(&findings, FINDING_OLD_DFU_UTIL), cases[i].lacks != NULL);
        if (cases[i].lacks)
            assert_non_null(strstr(findings.list[findings.count - 1].line, cases[i].lacks));
    }
    assert_false(facts_parse_version("sh: dfu-util: not found\n", &tool));
    assert_false(facts_parse_version("dfu-util\n", &tool));
    assert_false(facts_parse_version("", &tool));
}

/* As recorded from device managers: service and problem code. */
static void test_windows_drivers(void **state)
{
    static const struct {
        enum device_kind kind;
        const char *service;
        unsigned problem;
        enum finding_code code;
    } cases[] = {
        {DEVICE_DFU, "WINUSB", 0, FINDING_READY},
        {DEVICE_DFU, "WinUSB", 0, FINDING_READY},
        {DEVICE_DFU, "libusbK", 0, FINDING_READY},
        {DEVICE_DFU, "libusb0", 0, FINDING_WINDOWS_LIBUSB0},
        {DEVICE_DFU, "STTub30", 0, FINDING_WINDOWS_ST_DRIVER},
        {DEVICE_DFU, "usbccgp", 0, FINDING_WINDOWS_COMPOSITE},
        {DEVICE_DFU, "usbser", 0, FINDING_WINDOWS_SERIAL},
        {DEVICE_DFU, "HidUsb", 0, FINDING_WINDOWS_WRONG_DRIVER},
        {DEVICE_DFU, "", 0, FINDING_WINDOWS_NO_DRIVER},
        {DEVICE_DFU, "", 28, FINDING_WINDOWS_NO_DRIVER},
        {DEVICE_DFU, "WinUSB", 10, FINDING_WINDOWS_START},
        {DEVICE_DFU, "WinUSB", 22, FINDING_WINDOWS_DISABLED},
        {DEVICE_DFU, "WinUSB", 52, FINDING_WINDOWS_UNSIGNED},
        {DEVICE_DFU, "WinUSB", 45, FINDING_WINDOWS_PROBLEM},
        {DEVICE_UNKNOWN, "", 43, FINDING_WINDOWS_ENUMERATION},
        {DEVICE_PROGRAM, "usbser", 0, FINDING_READY},
        {DEVICE_PROGRAM, "usbccgp", 0, FINDING_READY},
        {DEVICE_PROGRAM, "", 28, FINDING_WINDOWS_NO_PORT},
        {DEVICE_RUNTIME, "", 28, FINDING_WINDOWS_NO_DRIVER},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++)
        assert_int_equal(finding_of_driver(cases[i].kind, cases[i].service, cases[i].problem),
                         cases[i].code);
}

static const struct {
    struct b0_setup_device answers;
    int devices;
    enum device_kind kind;
    uint16_t vendor, product;
    enum finding_code code;
} windows_cases[] = {
    {{.ids = "USB\\VID_0483&PID_DF11&REV_2200 USB\\VID_0483&PID_DF11",
      .compatible = "USB\\CLASS_FE&SUBCLASS_01&PROT_02 USB\\CLASS_FE&SUBCLASS_01 USB\\CLASS_FE",
      .service = "WINUSB",
      .problem = 0},
     1,
     DEVICE_DFU,
     0x0483,
     0xdf11,
     FINDING_READY},
    {{.ids = "USB\\VID_0483&PID_DF11&REV_2200 USB\\VID_0483&PID_DF11",
      .compatible = "USB\\CLASS_FE&SUBCLASS_01&PROT_02 USB\\CLASS_FE&SUBCLASS_01 USB\\CLASS_FE",
      .service = "",
      .problem = 28},
     1,
     DEVICE_DFU,
     0x0483,
     0xdf11,
     FINDING_WINDOWS_NO_DRIVER},
    {{.ids = "USB\\VID_0483&PID_DF11&REV_2200 USB\\VID_0483&PID_DF11",
      .compatible = "USB\\CLASS_FE&SUBCLASS_01&PROT_02 USB\\CLASS_FE&SUBCLASS_01 USB\\CLASS_FE",
      .service = "STTUB30",
      .problem = 0},
     1,
     DEVICE_DFU,
     0x0483,
     0xdf11,
     FINDING_WINDOWS_ST_DRIVER},
    /* an interface of a composite device */
    {{.ids = "USB\\VID_1D50&PID_6017&REV_0100&MI_04 USB\\VID_1D50&PID_6017&MI_04",
      .compatible = "USB\\CLASS_FE&SUBCLASS_01&PROT_01 USB\\CLASS_FE&SUBCLASS_01 USB\\CLASS_FE",
      .service = "",
      .problem = 28},
     1,
     DEVICE_RUNTIME,
     0x1d50,
     0x6017,
     FINDING_WINDOWS_NO_DRIVER},
    /* did not answer: Windows 7, Windows 10 */
    {{.ids = "USB\\UNKNOWN", .compatible = "USB\\UNKNOWN", .service = "", .problem = 43},
     1,
     DEVICE_UNKNOWN,
     0,
     0,
     FINDING_WINDOWS_ENUMERATION},
    {{.ids = "USB\\DEVICE_DESCRIPTOR_FAILURE USB\\VID_0000&PID_0002",
      .compatible = "",
      .service = "",
      .problem = 43},
     1,
     DEVICE_UNKNOWN,
     0,
     2,
     FINDING_WINDOWS_ENUMERATION},
    /* hubs */
    {{.ids = "USB\\ROOT_HUB30&VID8086&PID1E31&REV0004",
      .compatible = "",
      .service = "USBHUB3",
      .problem = 0},
     0,
     DEVICE_OTHER,
     0,
     0,
     0},
    {{.ids = "USB\\VID_05E3&PID_0610&REV_9304 USB\\VID_05E3&PID_0610",
      .compatible = "USB\\CLASS_09&SUBCLASS_00&PROT_02 USB\\CLASS_09",
      .service = "USBHUB3",
      .problem = 0},
     0,
     DEVICE_OTHER,
     0,
     0,
     0},
};

static void test_windows_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < B0_LENGTH(windows_cases); i++) {
        struct facts facts = {.system = SYSTEM_WINDOWS};
        const struct doctor_device *device = &facts.devices[0];

        facts_from_setup_device(&facts, &windows_cases[i].answers);
        assert_int_equal(facts.device_count, windows_cases[i].devices);
        if (facts.device_count == 0)
            continue;
        assert_int_equal(device->kind, windows_cases[i].kind);
        assert_int_equal(device->vendor, windows_cases[i].vendor);
        assert_int_equal(device->product, windows_cases[i].product);
        assert_int_equal(
            finding_of_driver(device->kind, device->windows.service, device->windows.problem),
            windows_cases[i].code);
    }
}

static void test_windows_findings(void **state)
{
    struct findings findings;
    struct facts facts;
    struct doctor_device *device = board_on_linux(&facts);

    (void)state;
    facts.system = SYSTEM_WINDOWS;
    device->windows.asked = true;
    strcpy(device->windows.service, "WINUSB");
    findings_from(&facts, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.list[0].code, FINDING_READY);

    strcpy(device->windows.service, "STTUB30");
    boot0_fail(&device->access, BOOT0_E_PERMISSION, "no usable driver");
    expect(&facts, FINDING_WINDOWS_ST_DRIVER);

    strcpy(device->windows.service, "HIDUSB");
    findings_from(&facts, &findings);
    assert_non_null(strstr(findings.list[0].line, ": HIDUSB"));

    device->windows.problem = 45;
    findings_from(&facts, &findings);
    assert_non_null(strstr(findings.list[0].line, "(code 45)"));

    /* "Unknown USB device": no ids, code 43. */
    device->kind = DEVICE_UNKNOWN;
    device->vendor = device->product = 0;
    device->windows.problem = 43;
    findings_from(&facts, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.list[0].code, FINDING_WINDOWS_ENUMERATION);
}

static void test_macos(void **state)
{
    struct facts facts;
    struct doctor_device *device = board_on_linux(&facts);

    (void)state;
    facts.system = SYSTEM_MACOS;
    facts.lists_all = false;
    boot0_fail(&device->access, BOOT0_E_PERMISSION, "access denied");
    expect(&facts, FINDING_MACOS_HELD);
    facts.system = SYSTEM_OTHER;
    expect(&facts, FINDING_PERMISSION);
}

static void test_kinds(void **state)
{
    const char *name;

    (void)state;
    assert_int_equal(facts_kind(0x0483, 0xdf11, BOOT0_DFU_PROTOCOL_DFU, &name), DEVICE_DFU);
    assert_non_null(name);
    assert_int_equal(facts_kind(0x0483, 0x5740, 0, &name), DEVICE_PROGRAM);
    assert_int_equal(facts_kind(0x0483, 0x5740, BOOT0_DFU_PROTOCOL_RUNTIME, &name), DEVICE_RUNTIME);
    assert_int_equal(facts_kind(0x1eaf, 0x0004, 0, &name), DEVICE_PROGRAM);
    assert_int_equal(facts_kind(0x0483, 0x374b, 0, &name), DEVICE_PROBE);
    assert_int_equal(facts_kind(0x046d, 0xc077, 0, &name), DEVICE_OTHER);
    assert_null(name);
}

static void test_limits(void **state)
{
    struct findings findings = {.count = 0};
    struct facts facts;
    char longest[2000];

    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    findings_add(&findings, FINDING_NO_ANSWER, NULL, longest);
    assert_int_equal(strlen(findings.list[0].line), sizeof findings.list[0].line - 1);
    for (size_t i = 0; i < FINDINGS_MAX + 10; i++)
        findings_add(&findings, FINDING_READY, NULL, "");
    assert_int_equal(findings.count, FINDINGS_MAX);

    memset(&facts, 0, sizeof facts);
    for (size_t i = 0; i < DOCTOR_DEVICES_MAX; i++)
        assert_non_null(facts_add(&facts));
    assert_null(facts_add(&facts));
    assert_null(facts_device(&facts, "9-9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_has_a_row),
        cmocka_unit_test(test_every_board_has_a_way_in),
        cmocka_unit_test(test_all_is_well),
        cmocka_unit_test(test_no_board),
        cmocka_unit_test(test_no_usb),
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_permissions),
        cmocka_unit_test(test_no_node),
        cmocka_unit_test(test_details_are_told),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_serial_ports),
        cmocka_unit_test(test_dfu_util_versions),
        cmocka_unit_test(test_windows_drivers),
        cmocka_unit_test(test_windows_answers),
        cmocka_unit_test(test_windows_findings),
        cmocka_unit_test(test_macos),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
