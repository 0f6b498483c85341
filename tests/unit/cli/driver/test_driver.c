/* SPDX-License-Identifier: MIT */
/*
 * boot0 driver with a simulated device manager, made from recorded answers. It does what Windows
 * does: a device whose class changes loses its driver, and a removed device gets back the driver
 * that Windows would choose.
 */
#include "../cli_test.h"
#include <cli/doctor/findings.h>
#include <cli/driver/work.h>
#include <core/array.h>
#include <string.h>
#include <strings.h>

enum {
    NODES_MAX = 8,
};
static const uint32_t install_blocked = 0xe0000248;

struct node {
    struct b0_setup_device now;
    const char *own_service, *own_inf; /* Windows' own choice */
};

struct manager {
    struct node nodes[NODES_MAX];
    size_t count;
    const char *failing; /* the first word of the call that fails */
    uint32_t error;
    bool reboots;
    size_t hidden; /* how many devices are missing: they were restarted */
    bool restarts; /* ... and come back while the command waits */
    bool forgets;  /* ... or do not */
    char calls[2048];
};

/* Copies text into an array. */
#define COPY(to, text) snprintf(to, sizeof(to), "%s", text)

static const char dfu_ids[] = "USB\\VID_0483&PID_DF11&REV_2200 USB\\VID_0483&PID_DF11";
static const char dfu_class[] =
    "USB\\CLASS_FE&SUBCLASS_01&PROT_02 USB\\CLASS_FE&SUBCLASS_01 USB\\CLASS_FE";

static struct node *find_node(struct manager *manager, const char *instance)
{
    for (size_t i = 0; i < manager->count; i++)
        if (strcasecmp(manager->nodes[i].now.instance, instance) == 0)
            return &manager->nodes[i];
    return NULL;
}

/* Records the call; returns an error number if it is the failing one. */
static uint32_t call(struct manager *manager, const char *word, const char *instance,
                     const char *text)
{
    size_t used = strlen(manager->calls);

    snprintf(manager->calls + used, sizeof manager->calls - used, "%s %.8s %s\n", word,
             instance ? strrchr(instance, '\\') + 1 : "", text);
    if (manager->failing && strcmp(manager->failing, word) == 0)
        return manager->error;
    return !instance || find_node(manager, instance) ? 0 : 0xe000020b;
}

static uint32_t device(void *context, size_t index, struct b0_setup_device *found)
{
    struct manager *manager = context;

    if (manager->failing && strcmp(manager->failing, "device") == 0)
        return manager->error;
    if (index >= manager->count - manager->hidden)
        return B0_SETUP_END;
    *found = manager->nodes[index].now;
    return 0;
}

static uint32_t find_model(void *context, const char *inf, const char *model_id)
{
    struct manager *manager = context;

    assert_string_equal(inf, "winusb.inf");
    assert_string_equal(model_id, "USB\\MS_COMP_WINUSB");
    if (manager->failing && strcmp(manager->failing, "model") == 0)
        return manager->error;
    return 0;
}

static uint32_t set(void *context, const char *instance, enum b0_setup_value value,
                    const char *text)
{
    struct manager *manager = context;
    uint32_t error =
        call(manager, value == B0_SETUP_CLASS ? "class" : "interfaces", instance, text);
    struct node *node = find_node(manager, instance);

    if (error)
        return error;
    if (value == B0_SETUP_INTERFACES) {
        snprintf(node->now.interfaces, sizeof node->now.interfaces, "%s", text);
    } else if (strcasecmp(node->now.class_id, text) != 0) {
        snprintf(node->now.class_id, sizeof node->now.class_id, "%s", text);
        node->now.service[0] = node->now.inf[0] = '\0';
        node->now.problem = 1;
    }
    return 0;
}

static uint32_t install(void *context, const char *instance, const char *inf, const char *model_id,
                        bool *reboot)
{
    struct manager *manager = context;
    uint32_t error = call(manager, "install", instance, model_id);
    struct node *node = find_node(manager, instance);

    if (error)
        return error;
    snprintf(node->now.inf, sizeof node->now.inf, "%s", inf);
    COPY(node->now.service, "WINUSB");
    node->now.problem = 0;
    *reboot = *reboot || manager->reboots;
    return 0;
}

static uint32_t restart(void *context, const char *instance, bool *reboot)
{
    struct manager *manager = context;
    uint32_t error = call(manager, "restart", instance, "");

    (void)reboot;
    if (error == 0 && (manager->forgets || manager->restarts))
        manager->hidden = manager->count;
    return error;
}

static uint32_t uninstall(void *context, const char *instance, bool *reboot)
{
    struct manager *manager = context;
    uint32_t error = call(manager, "uninstall", instance, "");
    struct node *node = find_node(manager, instance);

    (void)reboot;
    if (error)
        return error;
    COPY(node->now.service, node->own_service);
    COPY(node->now.inf, node->own_inf);
    node->now.problem = node->own_service[0] ? 0 : 28;
    node->now.interfaces[0] = '\0';
    return 0;
}

static const struct b0_setup_ops ops = {device, find_model, set, install, restart, uninstall};

static struct node *add(struct manager *manager, const char *instance, const char *path,
                        const char *ids, const char *compatible, const char *service,
                        const char *inf)
{
    struct node *node = &manager->nodes[manager->count++];

    memset(node, 0, sizeof *node);
    COPY(node->now.instance, instance);
    COPY(node->now.path, path);
    COPY(node->now.ids, ids);
    COPY(node->now.compatible, compatible);
    COPY(node->now.service, service);
    COPY(node->now.inf, inf);
    node->own_service = service;
    node->own_inf = inf;
    if (!service[0])
        node->now.problem = 28;
    return node;
}

static struct node *add_rom(struct manager *manager, const char *instance, const char *path,
                            const char *service, const char *inf)
{
    return add(manager, instance, path, dfu_ids, dfu_class, service, inf);
}

static void begin(struct manager *manager)
{
    memset(manager, 0, sizeof *manager);
}

static const char rom[] = "USB\\VID_0483&PID_DF11\\3276365D3336";
static const char other[] = "USB\\VID_0483&PID_DF11\\5&2A7F&0&3";

static struct b0_setup setup_of(struct manager *manager)
{
    return (struct b0_setup){&ops, manager};
}

/* ---- kinds of devices ---- */

static void test_devices(void **state)
{
    static const struct {
        const char *ids, *compatible, *service, *inf;
        unsigned problem;
        enum device_kind kind;
        enum driver_source source;
        enum driver_verdict verdict;
    } rows[] = {
        {dfu_ids, dfu_class, "", "", 28, DEVICE_DFU, DRIVER_FROM_NOWHERE, DRIVER_MISSING},
        {dfu_ids, dfu_class, "WINUSB", "winusb.inf", 0, DEVICE_DFU, DRIVER_FROM_HAND, DRIVER_READY},
        {dfu_ids, "USB\\MS_COMP_WINUSB USB\\CLASS_FE&SUBCLASS_01&PROT_02", "WINUSB", "winusb.inf",
         0, DEVICE_DFU, DRIVER_FROM_DEVICE, DRIVER_READY},
        {dfu_ids, dfu_class, "WINUSB", "oem12.inf", 0, DEVICE_DFU, DRIVER_FROM_PACKAGE,
         DRIVER_READY},
        {dfu_ids, dfu_class, "LIBUSBK", "oem3.inf", 0, DEVICE_DFU, DRIVER_FROM_PACKAGE,
         DRIVER_READY},
        {dfu_ids, dfu_class, "LIBUSB0", "OEM3.INF", 0, DEVICE_DFU, DRIVER_FROM_PACKAGE,
         DRIVER_READY},
        {dfu_ids, dfu_class, "STTUB30", "oem7.inf", 0, DEVICE_DFU, DRIVER_FROM_PACKAGE,
         DRIVER_REPLACED},
        {dfu_ids, dfu_class, "HIDUSB", "input.inf", 0, DEVICE_DFU, DRIVER_FROM_WINDOWS,
         DRIVER_REPLACED},
        {dfu_ids, dfu_class, "WINUSB", "oem12.inf", 52, DEVICE_DFU, DRIVER_FROM_PACKAGE,
         DRIVER_REPLACED},
        {dfu_ids, dfu_class, "WINUSB", "winusb.inf", 10, DEVICE_DFU, DRIVER_FROM_HAND,
         DRIVER_REPLACED},
        {dfu_ids, dfu_class, "WINUSB", "winusb.inf", 22, DEVICE_DFU, DRIVER_FROM_HAND,
         DRIVER_NO_CURE},
        {dfu_ids, dfu_class, "USBCCGP", "usb.inf", 0, DEVICE_DFU, DRIVER_FROM_WINDOWS, DRIVER_KEPT},
        {"USB\\VID_0483&PID_5740", "USB\\CLASS_02", "USBSER", "usbser.inf", 0, DEVICE_PROGRAM,
         DRIVER_FROM_WINDOWS, DRIVER_KEPT},
        {"USB\\VID_1D50&PID_6017&MI_04", "USB\\CLASS_FE&SUBCLASS_01&PROT_01", "", "", 28,
         DEVICE_RUNTIME, DRIVER_FROM_NOWHERE, DRIVER_MISSING},
        {"USB\\VID_1D50&PID_6017&MI_04", "USB\\CLASS_FE&SUBCLASS_01&PROT_01", "WINUSB",
         "winusb.inf", 0, DEVICE_RUNTIME, DRIVER_FROM_HAND, DRIVER_MISSING}, /* no interface */
        {"USB\\DEVICE_DESCRIPTOR_FAILURE USB\\VID_0000&PID_0002", "", "", "", 43, DEVICE_UNKNOWN,
         DRIVER_FROM_NOWHERE, DRIVER_NO_CURE},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct b0_setup_device setup = {.problem = rows[i].problem};
        struct driver_device found;

        COPY(setup.ids, rows[i].ids);
        COPY(setup.compatible, rows[i].compatible);
        COPY(setup.service, rows[i].service);
        COPY(setup.inf, rows[i].inf);
        assert_true(driver_device_read(&setup, &found));
        assert_true(driver_device_is_listed(&found));
        assert_int_equal(found.kind, rows[i].kind);
        assert_string_equal(driver_source_name(found.source), driver_source_name(rows[i].source));
        assert_string_equal(driver_verdict_name(found.verdict),
                            driver_verdict_name(rows[i].verdict));
    }
}

static void test_not_listed(void **state)
{
    struct b0_setup_device hub = {.ids = "USB\\ROOT_HUB30&VID8086"},
                           mouse = {.ids = "USB\\VID_046D&PID_C077", .service = "HIDUSB"},
                           probe = {.ids = "USB\\VID_0483&PID_374B&MI_00", .service = "WINUSB"};
    struct driver_device found;

    (void)state;
    assert_false(driver_device_read(&hub, &found));
    assert_true(driver_device_read(&mouse, &found));
    assert_false(driver_device_is_listed(&found));
    assert_true(driver_device_read(&probe, &found));
    assert_false(driver_device_is_listed(&found));
}

/* ---- the steps ---- */

static void test_install(void **state)
{
    struct manager manager;
    struct b0_setup setup = setup_of(&manager);
    struct driver_result result;

    (void)state;
    begin(&manager);
    add_rom(&manager, other, "1-1", "", "");
    add_rom(&manager, rom, "1-2", "", "");
    result = driver_install(&setup, "usb\\vid_0483&pid_df11\\3276365d3336");
    assert_int_equal(result.error, 0);
    assert_false(result.reboot);
    assert_string_equal(manager.calls, "class 3276365D {88bae032-5a81-49f0-bc3d-a4ff138216d6}\n"
                                       "install 3276365D USB\\MS_COMP_WINUSB\n"
                                       "interfaces 3276365D " DRIVER_INTERFACE "\n"
                                       "restart 3276365D \n");
    assert_string_equal(manager.nodes[1].now.service, "WINUSB");
    assert_string_equal(manager.nodes[0].now.service, "");
}

/* WinUSB chosen by hand has no interface class; a class from another program is kept. */
static void test_install_completes(void **state)
{
    struct manager manager;
    struct b0_setup setup = setup_of(&manager);

    (void)state;
    begin(&manager);
    add_rom(&manager, rom, "1-2", "WINUSB", "winusb.inf");
    assert_int_equal(driver_install(&setup, rom).error, 0);
    assert_string_equal(manager.calls, "interfaces 3276365D " DRIVER_INTERFACE "\n"
                                       "restart 3276365D \n");
    manager.calls[0] = '\0';
    COPY(manager.nodes[0].now.interfaces, "{11111111-2222-3333-4444-555555555555}");
    assert_int_equal(driver_install(&setup, rom).error, 0);
    assert_string_equal(manager.calls, "");
}

/* A failure before the device is touched leaves it; a later failure returns it to Windows. */
static void test_install_fails(void **state)
{
    static const struct {
        const char *failing;
        uint32_t error;
        enum driver_step step;
        const char *calls;
    } rows[] = {
        {"model", 2, DRIVER_STEP_MODEL, ""},
        {"class", 5, DRIVER_STEP_CLASS, "class 3276365D {88bae032-5a81-49f0-bc3d-a4ff138216d6}\n"},
        {"install", 0xe0000248, DRIVER_STEP_INSTALL,
         "class 3276365D {88bae032-5a81-49f0-bc3d-a4ff138216d6}\n"
         "install 3276365D USB\\MS_COMP_WINUSB\n"
         "class 3276365D {36fc9e60-c465-11cf-8056-444553540000}\n"
         "uninstall 3276365D \n"},
        {"interfaces", 5, DRIVER_STEP_INTERFACE, NULL},
        {"restart", 5, DRIVER_STEP_RESTART, NULL},
        {"device", 13, DRIVER_STEP_FIND, ""},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct manager manager;
        struct b0_setup setup = setup_of(&manager);
        struct driver_result result;

        begin(&manager);
        COPY(add_rom(&manager, rom, "1-2", "STTUB30", "oem7.inf")->now.class_id,
             "{36fc9e60-c465-11cf-8056-444553540000}");
        manager.failing = rows[i].failing;
        manager.error = rows[i].error;
        result = driver_install(&setup, rom);
        assert_int_equal(result.step, rows[i].step);
        assert_int_equal(result.error, rows[i].error);
        if (rows[i].calls)
            assert_string_equal(manager.calls, rows[i].calls);
        if (result.step <= DRIVER_STEP_INSTALL)
            assert_string_equal(manager.nodes[0].now.service, "STTUB30");
    }
}

static void test_no_model(void **state)
{
    struct manager manager;
    struct b0_setup setup = setup_of(&manager);
    struct driver_result result;

    (void)state;
    begin(&manager);
    manager.failing = "model"; /* Windows 7 */
    manager.error = B0_SETUP_END;
    add_rom(&manager, rom, "1-2", "", "");
    result = driver_install(&setup, rom);
    assert_int_equal(result.step, DRIVER_STEP_MODEL);
    assert_int_equal(result.error, B0_SETUP_END);
    assert_string_equal(manager.calls, "");
}

/* The administrator's process works on boards only, whatever starts it. */
static void test_boards_only(void **state)
{
    static const char *const instances[] = {"USB\\VID_046D&PID_C077\\5&1",
                                            "USB\\VID_0483&PID_5740\\1", "USB\\NONE\\1"};
    struct manager manager;
    struct b0_setup setup = setup_of(&manager);

    (void)state;
    begin(&manager);
    add(&manager, instances[0], "1-1", "USB\\VID_046D&PID_C077", "", "HIDUSB", "input.inf");
    add(&manager, instances[1], "1-2", "USB\\VID_0483&PID_5740", "", "USBSER", "usbser.inf");
    for (size_t i = 0; i < B0_LENGTH(instances); i++) {
        assert_int_equal(driver_install(&setup, instances[i]).step, DRIVER_STEP_FIND);
        assert_int_equal(driver_remove(&setup, instances[i]).step, DRIVER_STEP_FIND);
    }
    assert_string_equal(manager.calls, "");
}

static void test_remove(void **state)
{
    struct manager manager;
    struct b0_setup setup = setup_of(&manager);
    struct node *node;

    (void)state;
    begin(&manager);
    node = add_rom(&manager, rom, "1-2", "STTUB30", "oem7.inf");
    assert_int_equal(driver_install(&setup, rom).error, 0);
    assert_string_equal(node->now.service, "WINUSB");
    manager.calls[0] = '\0';
    assert_int_equal(driver_remove(&setup, rom).error, 0);
    assert_string_equal(manager.calls, "uninstall 3276365D \n");
    assert_string_equal(node->now.service, "STTUB30");
}

static void test_packed(void **state)
{
    static const struct driver_result results[] = {
        {DRIVER_STEP_NONE, 0, false},
        {DRIVER_STEP_NONE, 0, true},
        {DRIVER_STEP_FIND, 259, false},
        {DRIVER_STEP_MODEL, 2, false},
        {DRIVER_STEP_INSTALL, 0xe0000248, true},
        {DRIVER_STEP_RESTART, 5, true},
    };
    const struct driver_result none = {DRIVER_STEP_NONE, 0, false};

    (void)state;
    assert_int_equal(driver_result_pack(&none), 0);
    for (size_t i = 0; i < B0_LENGTH(results); i++) {
        struct driver_result back = driver_result_unpack(driver_result_pack(&results[i]));

        assert_int_equal(back.step, results[i].step);
        assert_int_equal(back.error, results[i].error);
        assert_int_equal(back.reboot, results[i].reboot);
    }
    /* Exit codes of other origin: a crash (0xc0000005), another program. */
    assert_int_equal(driver_result_unpack(0xc0ff0005).step, DRIVER_STEP_NONE);
    assert_int_not_equal(driver_result_unpack(0xc0ff0005).error, 0);
}

static void test_errors(void **state)
{
    static const struct {
        struct driver_result result;
        enum boot0_status status;
        const char *hint;
    } rows[] = {
        {{DRIVER_STEP_NONE, 0, true}, BOOT0_OK, NULL},
        {{DRIVER_STEP_ELEVATE, 1223, false}, BOOT0_E_CANCELLED, "Answer yes"},
        {{DRIVER_STEP_MODEL, B0_SETUP_END, false}, BOOT0_E_UNSUPPORTED, "Windows 8"},
        {{DRIVER_STEP_FIND, B0_SETUP_END, false}, BOOT0_E_GONE, "again"},
        {{DRIVER_STEP_INSTALL, 0xe0000235, false}, BOOT0_E_UNSUPPORTED, "x86_64"},
        {{DRIVER_STEP_INSTALL, 0xe0000248, false}, BOOT0_E_PERMISSION, "policy"},
        {{DRIVER_STEP_CLASS, 5, false}, BOOT0_E_PERMISSION, "administrator"},
        {{DRIVER_STEP_INSTALL, 31, false}, BOOT0_E_IO, "setupapi.dev.log"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct boot0_error error = {.code = BOOT0_OK};

        assert_int_equal(driver_result_error(&rows[i].result, "0483:df11 at 1-2", &error),
                         rows[i].status);
        assert_int_equal(error.code, rows[i].status);
        if (rows[i].hint)
            assert_non_null(strstr(error.hint, rows[i].hint));
    }
}

/* ---- the command ---- */

static bool is_elevated;
static uint32_t refused; /* Windows' error if the user refuses elevation */
static struct manager *elevated_manager;
static char started[512];
static char *printed; /* by the last one; NULL: nothing */

static bool ask_elevated(void)
{
    return is_elevated;
}

/* Stands for the other process. */
static uint32_t run_elevated(const char *const *arguments, uint32_t *exit_code)
{
    struct b0_setup setup = setup_of(elevated_manager);
    char *argv[8];
    int argc = 0;

    started[0] = '\0';
    for (; arguments[argc]; argc++) {
        argv[argc] = (char *)(uintptr_t)arguments[argc];
        snprintf(started + strlen(started), sizeof started - strlen(started), "%s ",
                 arguments[argc]);
    }
    argv[argc] = NULL;
    if (refused)
        return refused;
    *exit_code = driver_run_elevated(&setup, argc, argv);
    return 0;
}

static unsigned waits;

static void wait_us(uint64_t microseconds)
{
    (void)microseconds;
    waits++;
    if (elevated_manager->restarts && waits == 3)
        elevated_manager->hidden = 0;
}

static enum boot0_status run(struct manager *manager, struct arguments *arguments, const char *name,
                             struct boot0_error *error)
{
    struct driver_work *work = calloc(1, sizeof *work);
    struct memory_file out;
    enum boot0_status status;

    assert_non_null(work);
    memory_open(&out);
    work->out = out.file;
    work->arguments = arguments;
    work->setup = setup_of(manager);
    work->elevation = (struct driver_elevation){ask_elevated, run_elevated};
    work->wait_us = wait_us;
    waits = 0;
    elevated_manager = manager;
    arguments->operands[0] = name;
    if (arguments->operand_count == 0)
        arguments->operand_count = 1;
    arguments->quiet = true;
    *error = (struct boot0_error){.code = BOOT0_OK};
    status = driver_run(work, name, error);
    free(work);
    free(printed);
    printed = memory_take(&out);
    return status;
}

static void test_command_asks_once(void **state)
{
    struct arguments arguments = {.select = {.has_device = true, .vendor = 0x0483}};
    struct boot0_error error;
    struct manager manager;

    (void)state;
    is_elevated = false;
    refused = 0;
    begin(&manager);
    add_rom(&manager, rom, "1-2", "", "");
    add_rom(&manager, other, "1-3", "", "");
    assert_int_equal(run(&manager, &arguments, "install", &error), BOOT0_OK);
    assert_string_equal(started, "driver-elevated install USB\\VID_0483&PID_DF11\\3276365D3336 "
                                 "USB\\VID_0483&PID_DF11\\5&2A7F&0&3 ");
    assert_string_equal(manager.nodes[0].now.service, "WINUSB");
    assert_string_equal(manager.nodes[1].now.service, "WINUSB");
    assert_int_equal(run(&manager, &arguments, "remove", &error), BOOT0_OK);
    assert_string_equal(manager.nodes[0].now.service, "");
    assert_string_equal(manager.nodes[1].now.service, "");
}

static void test_command_chooses(void **state)
{
    struct arguments none = {0}, by_path = {.select = {.path = "1-3"}},
                     by_serial = {.select = {.serial = "3276365d3336"}},
                     by_name = {.operands = {NULL, other}, .operand_count = 2},
                     nobody = {.select = {.path = "9-9"}};
    struct boot0_error error;
    struct manager manager;

    (void)state;
    is_elevated = true;
    begin(&manager);
    add_rom(&manager, rom, "1-2", "", "");
    add_rom(&manager, other, "1-3", "", "");
    assert_int_equal(run(&manager, &none, "install", &error), BOOT0_E_SEVERAL);
    assert_non_null(strstr(error.hint, "0483:df11 at 1-3"));
    assert_int_equal(run(&manager, &nobody, "install", &error), BOOT0_E_NO_BOARD);
    assert_string_equal(manager.calls, "");
    assert_int_equal(run(&manager, &by_path, "install", &error), BOOT0_OK);
    assert_string_equal(manager.nodes[0].now.service, "");
    assert_string_equal(manager.nodes[1].now.service, "WINUSB");
    assert_int_equal(run(&manager, &by_serial, "install", &error), BOOT0_OK);
    assert_string_equal(manager.nodes[0].now.service, "WINUSB");
    assert_int_equal(run(&manager, &by_name, "remove", &error), BOOT0_OK);
    assert_string_equal(manager.nodes[0].now.service, "WINUSB");
    assert_string_equal(manager.nodes[1].now.service, "");
    assert_int_equal(run(&manager, &none, "install", &error), BOOT0_OK); /* one remains */
}

/* Another driver is replaced only after confirmation: there is no terminal here to ask. */
static void test_command_confirms(void **state)
{
    struct arguments arguments = {.json = true}, sure = {.yes = true};
    struct boot0_error error;
    struct manager manager;

    (void)state;
    is_elevated = true;
    begin(&manager);
    add_rom(&manager, rom, "1-2", "STTUB30", "oem7.inf");
    assert_int_equal(run(&manager, &arguments, "install", &error), BOOT0_E_USAGE);
    assert_non_null(strstr(error.message, "STTUB30"));
    assert_string_equal(manager.calls, "");
    assert_int_equal(run(&manager, &sure, "install", &error), BOOT0_OK);
    assert_string_equal(manager.nodes[0].now.service, "WINUSB");
}

/* Nothing to do is not a failure; devices that must stay are left, with a reason. */
static void test_command_leaves(void **state)
{
    static const struct {
        const char *ids, *compatible, *service, *inf, *name;
        enum boot0_status status;
        const char *hint;
    } rows[] = {
        {dfu_ids, dfu_class, "WINUSB", "winusb.inf", "install", BOOT0_OK, ""},
        {dfu_ids, dfu_class, "LIBUSBK", "oem3.inf", "install", BOOT0_OK, ""},
        {"USB\\VID_0483&PID_5740", "", "USBSER", "usbser.inf", "install", BOOT0_E_UNSUPPORTED,
         "DFU mode"},
        {dfu_ids, dfu_class, "", "", "remove", BOOT0_E_UNSUPPORTED, "no driver"},
        {dfu_ids, dfu_class, "WINUSB", "oem12.inf", "remove", BOOT0_E_UNSUPPORTED,
         "/delete-driver oem12.inf"},
        {dfu_ids, "USB\\MS_COMP_WINUSB USB\\CLASS_FE&SUBCLASS_01&PROT_02", "WINUSB", "winusb.inf",
         "remove", BOOT0_E_UNSUPPORTED, "descriptors"},
    };

    (void)state;
    is_elevated = true;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct arguments arguments = {0};
        struct boot0_error error;
        struct manager manager;

        begin(&manager);
        add(&manager, rom, "1-2", rows[i].ids, rows[i].compatible, rows[i].service, rows[i].inf);
        assert_int_equal(run(&manager, &arguments, rows[i].name, &error), rows[i].status);
        assert_non_null(strstr(error.hint, rows[i].hint));
        assert_string_equal(manager.calls, "");
    }
}

static void test_command_fails(void **state)
{
    struct arguments arguments = {0};
    struct boot0_error error;
    struct manager manager;

    (void)state;
    is_elevated = false;
    begin(&manager);
    assert_int_equal(run(&manager, &arguments, "list", &error), BOOT0_E_NO_BOARD);
    add_rom(&manager, rom, "1-2", "", "");
    manager.failing = "model"; /* no question before an impossible step */
    manager.error = 0xe0000235;
    started[0] = '\0';
    assert_int_equal(run(&manager, &arguments, "install", &error), BOOT0_E_UNSUPPORTED);
    assert_non_null(strstr(error.hint, "x86_64"));
    assert_string_equal(started, "");
    manager.failing = NULL;
    refused = 1223;
    assert_int_equal(run(&manager, &arguments, "install", &error), BOOT0_E_CANCELLED);
    refused = 0;
    manager.failing = "install";
    manager.error = install_blocked;
    assert_int_equal(run(&manager, &arguments, "install", &error), BOOT0_E_PERMISSION);
    assert_string_equal(manager.nodes[0].now.service, "");
    manager.failing = NULL;
    manager.restarts = true; /* it comes back late */
    assert_int_equal(run(&manager, &arguments, "install", &error), BOOT0_OK);
    assert_int_equal(waits, 3);
    assert_int_equal(run(&manager, &arguments, "remove", &error), BOOT0_OK);
    assert_int_equal(waits, 0);
    manager.restarts = false;
    manager.forgets = true; /* it never comes back */
    assert_int_equal(run(&manager, &arguments, "install", &error), BOOT0_E_IO);
    assert_non_null(strstr(error.message, "still has no driver"));
    manager.hidden = 0;
    manager.failing = "device";
    manager.error = 13;
    assert_int_equal(run(&manager, &arguments, "list", &error), BOOT0_E_IO);
}

/* At 80 columns, and as JSON. */
static void test_command_lists(void **state)
{
    struct arguments table = {0}, json = {.json = true};
    struct boot0_error error;
    struct manager manager;

    (void)state;
    begin(&manager);
    add_rom(&manager, rom, "1-2", "", "");
    add_rom(&manager, other, "1-3.1", "STTUB30", "oem7.inf");
    add(&manager, "USB\\VID_0483&PID_5740\\1", "", "USB\\VID_0483&PID_5740", "", "USBSER",
        "usbser.inf");
    assert_int_equal(run(&manager, &table, "list", &error), BOOT0_OK);
    assert_string_equal(printed,
                        "PORT     ID        MODE     DRIVER         FROM         STATE\n"
                        "1-2      0483:df11 DFU      none (28)      -            needs WinUSB\n"
                        "1-3.1    0483:df11 DFU      STTUB30        oem7.inf     needs WinUSB\n"
                        "-        0483:5740 program  USBSER         usbser.inf   right as it is\n");
    manager.count = 1;
    assert_int_equal(run(&manager, &json, "list", &error), BOOT0_OK);
    assert_string_equal(
        printed, "{\"path\":\"1-2\",\"vendor\":\"0x0483\",\"product\":\"0xdf11\","
                 "\"mode\":\"dfu\",\"instance\":\"USB\\\\VID_0483&PID_DF11\\\\3276365D3336\","
                 "\"driver\":\"\",\"inf\":\"\",\"provider\":\"\",\"source\":\"none\","
                 "\"interfaces\":\"\",\"problem\":28,\"state\":\"missing\"}\n");
    assert_int_equal(run(&manager, &json, "install", &error), BOOT0_OK);
    assert_non_null(strstr(printed, "\"driver\":\"WINUSB\""));
    assert_non_null(strstr(printed, "\"previous\":\"\",\"reboot\":false}"));
    manager.reboots = true;
    manager.nodes[0].now.service[0] = '\0';
    manager.nodes[0].now.problem = 28;
    assert_int_equal(run(&manager, &table, "install", &error), BOOT0_OK);
    assert_string_equal(printed, "0483:df11 at 1-2 now has the driver WINUSB (before: none)\n");
}

/* A composite device: only its interface gets the driver. */
static void test_composite(void **state)
{
    static const char whole[] = "USB\\VID_0483&PID_DF11\\A",
                      part[] = "USB\\VID_0483&PID_DF11&MI_00\\B";
    struct arguments arguments = {0};
    struct facts facts = {.system = SYSTEM_OTHER};
    struct boot0_error error;
    struct manager manager;
    struct b0_setup setup = setup_of(&manager);

    (void)state;
    is_elevated = true;
    begin(&manager);
    add(&manager, whole, "1-2", dfu_ids, "USB\\COMPOSITE", "USBCCGP", "usb.inf");
    add(&manager, part, "1-2", "USB\\VID_0483&PID_DF11&MI_00", dfu_class, "", "");
    assert_int_equal(run(&manager, &arguments, "install", &error), BOOT0_OK);
    assert_string_equal(manager.nodes[0].now.service, "USBCCGP");
    assert_string_equal(manager.nodes[1].now.service, "WINUSB");

    /* doctor sees one device, whose interface holds the most facts. */
    manager.count = 0;
    add(&manager, whole, "1-2", "USB\\VID_0483&PID_5740", "USB\\COMPOSITE", "USBCCGP", "usb.inf");
    add(&manager, part, "1-2", "USB\\VID_0483&PID_5740&MI_02", "CLASS_FE&SUBCLASS_01&PROT_01",
        "WINUSB", "winusb.inf");
    add(&manager, other, "", "USB\\VID_0483&PID_5740&MI_00", "", "USBSER", "usbser.inf");
    facts_from_setup(&facts, &setup);
    assert_int_equal(facts.system, SYSTEM_WINDOWS);
    assert_true(facts.lists_all);
    assert_int_equal(facts.device_count, 2);
    assert_int_equal(facts.devices[0].kind, DEVICE_RUNTIME);
    assert_string_equal(facts.devices[0].windows.service, "WINUSB");
    assert_string_equal(facts.devices[0].path, "1-2");
    assert_string_equal(facts.devices[1].path, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_not_listed),
        cmocka_unit_test(test_install),
        cmocka_unit_test(test_install_completes),
        cmocka_unit_test(test_install_fails),
        cmocka_unit_test(test_no_model),
        cmocka_unit_test(test_boards_only),
        cmocka_unit_test(test_remove),
        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_command_asks_once),
        cmocka_unit_test(test_command_chooses),
        cmocka_unit_test(test_command_confirms),
        cmocka_unit_test(test_command_leaves),
        cmocka_unit_test(test_command_fails),
        cmocka_unit_test(test_command_lists),
        cmocka_unit_test(test_composite),
    };

    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    free(printed);
    return failed;
}
