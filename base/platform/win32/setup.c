/* SPDX-License-Identifier: MIT */
/*
 * base/platform/setup.h with SetupAPI and the configuration manager: the actions of the device
 * manager for "Update driver", "Let me pick from a list" and "Uninstall device" (Microsoft, "WinUSB
 * (Winusb.sys) installation for developers"; "Device Installation Functions").
 */
#include "native.h"

#include <base/platform/setup.h>
#include <base/platform/usb_path.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* The order of these headers matters. */
#include <setupapi.h>

#include <cfgmgr32.h>

enum {
    DETAIL_BYTES = 4096,
    DIIDFLAG_NO_FINISH_UI = 2,
};

/* newdev.h; missing in the import library of mingw-w64 10. */
typedef BOOL(WINAPI *install_function)(HWND parent, HDEVINFO set, SP_DEVINFO_DATA *info,
                                       SP_DRVINFO_DATA_W *model, DWORD flags, BOOL *reboot);

struct state {
    HDEVINFO list; /* of the devices plugged in */
};

/* A device set that contains the one device to change. */
struct subject {
    HDEVINFO set;
    SP_DEVINFO_DATA info;
};

/* GetLastError() of a failed call: never 0. */
static uint32_t failure(void)
{
    DWORD error = GetLastError();

    return error ? error : ERROR_GEN_FAILURE;
}

/* ---- texts ---- */

/* Converts `count` units, including NULs. Returns the number of bytes, at most size - 1. */
static size_t to_utf8(const wchar_t *wide, size_t count, char *text, size_t size)
{
    int written = count > 0 ? WideCharToMultiByte(CP_UTF8, 0, wide, (int)count, text, (int)size - 1,
                                                  NULL, NULL)
                            : 0;

    text[written > 0 ? written : 0] = '\0';
    return written > 0 ? (size_t)written : 0;
}

static void to_utf16(const char *text, wchar_t *wide, size_t count)
{
    if (!MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, (int)count))
        wide[0] = L'\0';
}

/* ---- properties ---- */

static size_t read_property(HDEVINFO set, SP_DEVINFO_DATA *info, DWORD property, char *text,
                            size_t size)
{
    wchar_t wide[B0_SETUP_LIST];
    DWORD used = 0;

    if (!SetupDiGetDeviceRegistryPropertyW(set, info, property, NULL, (BYTE *)wide, sizeof wide,
                                           &used) ||
        used > sizeof wide)
        used = 0;
    return to_utf8(wide, used / sizeof *wide, text, size);
}

static void read_capitals(HDEVINFO set, SP_DEVINFO_DATA *info, DWORD property, char *text,
                          size_t size)
{
    b0_setup_flatten(text, read_property(set, info, property, text, size), size);
}

/* Reads a value of the device's own key (DIREG_DEV) or its driver's (DIREG_DRV). */
static size_t read_value(HDEVINFO set, SP_DEVINFO_DATA *info, DWORD which, const wchar_t *name,
                         char *text, size_t size)
{
    HKEY key = SetupDiOpenDevRegKey(set, info, DICS_FLAG_GLOBAL, 0, which, KEY_READ);
    wchar_t wide[B0_SETUP_LIST];
    DWORD used = sizeof wide;
    LSTATUS status;

    text[0] = '\0';
    if (key == INVALID_HANDLE_VALUE)
        return 0;
    status = RegQueryValueExW(key, name, NULL, NULL, (BYTE *)wide, &used);
    RegCloseKey(key);
    return status == ERROR_SUCCESS ? to_utf8(wide, used / sizeof *wide, text, size) : 0;
}

static unsigned read_problem(DEVINST node)
{
    ULONG status = 0, problem = 0;

    if (CM_Get_DevNode_Status(&status, &problem, node, 0) != CR_SUCCESS ||
        !(status & DN_HAS_PROBLEM))
        return 0;
    return (unsigned)problem;
}

static void describe(HDEVINFO set, SP_DEVINFO_DATA *info, struct b0_setup_device *device)
{
    wchar_t instance[B0_SETUP_NAME] = L"";

    memset(device, 0, sizeof *device);
    SetupDiGetDeviceInstanceIdW(set, info, instance, B0_SETUP_NAME, NULL);
    to_utf8(instance, wcslen(instance), device->instance, sizeof device->instance);
    read_capitals(set, info, SPDRP_HARDWAREID, device->ids, sizeof device->ids);
    read_capitals(set, info, SPDRP_COMPATIBLEIDS, device->compatible, sizeof device->compatible);
    read_capitals(set, info, SPDRP_SERVICE, device->service, sizeof device->service);
    read_property(set, info, SPDRP_CLASSGUID, device->class_id, sizeof device->class_id);
    read_value(set, info, DIREG_DRV, L"InfPath", device->inf, sizeof device->inf);
    read_value(set, info, DIREG_DRV, L"ProviderName", device->provider, sizeof device->provider);
    b0_setup_flatten(device->interfaces,
                     read_value(set, info, DIREG_DEV, L"DeviceInterfaceGUIDs", device->interfaces,
                                sizeof device->interfaces),
                     sizeof device->interfaces);
    b0_usb_path(info->DevInst, device->path, sizeof device->path);
    device->problem = read_problem(info->DevInst);
}

static void close_list(struct state *state)
{
    if (state->list != INVALID_HANDLE_VALUE)
        SetupDiDestroyDeviceInfoList(state->list);
    state->list = INVALID_HANDLE_VALUE;
}

static uint32_t device(void *context, size_t index, struct b0_setup_device *found)
{
    struct state *state = context;
    SP_DEVINFO_DATA info = {.cbSize = sizeof info};

    if (index == 0) {
        close_list(state);
        state->list = SetupDiGetClassDevsW(NULL, L"USB", NULL, DIGCF_PRESENT | DIGCF_ALLCLASSES);
    }
    if (state->list == INVALID_HANDLE_VALUE ||
        !SetupDiEnumDeviceInfo(state->list, (DWORD)index, &info))
        return failure();
    describe(state->list, &info, found);
    return 0;
}

/* ---- models of an INF ---- */

/* Returns the INF's path in Windows' folder. False: the name is too long. */
static bool path_of_inf(const char *inf, wchar_t path[MAX_PATH])
{
    UINT length = GetSystemWindowsDirectoryW(path, MAX_PATH);
    wchar_t name[B0_SETUP_NAME];

    to_utf16(inf, name, B0_SETUP_NAME);
    return length > 0 && length < MAX_PATH &&
           _snwprintf(path + length, MAX_PATH - length, L"\\INF\\%ls", name) > 0 &&
           wcslen(path) < MAX_PATH - 1;
}

/* A models line of an INF: description = section, hardware id, compatible id... */
static bool section_has(HINF inf, const wchar_t *section, const wchar_t *id)
{
    wchar_t field[B0_SETUP_NAME];
    INFCONTEXT line;

    for (BOOL more = SetupFindFirstLineW(inf, section, NULL, &line); more;
         more = SetupFindNextLine(&line, &line))
        for (DWORD i = 2; SetupGetStringFieldW(&line, i, field, B0_SETUP_NAME, NULL); i++)
            if (_wcsicmp(field, id) == 0)
                return true;
    return false;
}

/*
 * A line of [Manufacturer]: name = section, then suffixes for that section per system: "NTamd64".
 */
static bool maker_has(INFCONTEXT *maker, HINF inf, const wchar_t *id)
{
    wchar_t section[B0_SETUP_NAME], whole[2 * B0_SETUP_NAME], system[B0_SETUP_NAME];

    if (!SetupGetStringFieldW(maker, 1, section, B0_SETUP_NAME, NULL))
        return false;
    if (section_has(inf, section, id))
        return true;
    for (DWORD i = 2; SetupGetStringFieldW(maker, i, system, B0_SETUP_NAME, NULL); i++) {
        _snwprintf(whole, 2 * B0_SETUP_NAME, L"%ls.%ls", section, system);
        whole[2 * B0_SETUP_NAME - 1] = L'\0';
        if (section_has(inf, whole, id))
            return true;
    }
    return false;
}

/*
 * DiInstallDevice() fails in a 32-bit program on 64-bit Windows (ERROR_IN_WOW64), so such a program
 * does not start an installation.
 */
static bool is_32_on_64(void)
{
    BOOL is_so = FALSE;

    return IsWow64Process(GetCurrentProcess(), &is_so) && is_so;
}

static uint32_t find_model(void *context, const char *inf, const char *model_id)
{
    wchar_t path[MAX_PATH], id[B0_SETUP_NAME];
    uint32_t error = B0_SETUP_END;
    INFCONTEXT maker;
    HINF file;

    (void)context;
    if (is_32_on_64())
        return ERROR_IN_WOW64;
    if (!path_of_inf(inf, path))
        return ERROR_BUFFER_OVERFLOW;
    file = SetupOpenInfFileW(path, NULL, INF_STYLE_WIN4, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return failure();
    to_utf16(model_id, id, B0_SETUP_NAME);
    for (BOOL more = SetupFindFirstLineW(file, L"Manufacturer", NULL, &maker); more && error != 0;
         more = SetupFindNextLine(&maker, &maker))
        if (maker_has(&maker, file, id))
            error = 0;
    SetupCloseInfFile(file);
    return error;
}

/* Restricts the driver list that is built next to this one INF. */
static uint32_t choose_inf(HDEVINFO set, SP_DEVINFO_DATA *info, const char *inf)
{
    SP_DEVINSTALL_PARAMS_W params = {.cbSize = sizeof params};

    if (!SetupDiGetDeviceInstallParamsW(set, info, &params))
        return failure();
    if (!path_of_inf(inf, params.DriverPath))
        return ERROR_BUFFER_OVERFLOW;
    params.Flags |= DI_ENUMSINGLEINF | DI_QUIETINSTALL;
    params.FlagsEx |= DI_FLAGSEX_ALLOWEXCLUDEDDRVS;
    if (!SetupDiSetDeviceInstallParamsW(set, info, &params) ||
        !SetupDiBuildDriverInfoList(set, info, SPDIT_CLASSDRIVER))
        return failure();
    return 0;
}

/* False: it has another id, or the system does not report the id. */
static bool model_is(HDEVINFO set, SP_DEVINFO_DATA *info, SP_DRVINFO_DATA_W *model,
                     const wchar_t *id)
{
    BYTE room[DETAIL_BYTES] = {0};
    SP_DRVINFO_DETAIL_DATA_W *detail = (SP_DRVINFO_DETAIL_DATA_W *)(void *)room;
    const wchar_t *at = detail->HardwareID;

    detail->cbSize = sizeof *detail;
    if (!SetupDiGetDriverInfoDetailW(set, info, model, detail, sizeof room, NULL))
        return false;
    for (; *at; at += wcslen(at) + 1)
        if (_wcsicmp(at, id) == 0)
            return true;
    return false;
}

/* ---- changing a device ---- */

static uint32_t open_subject(struct subject *subject, const char *instance)
{
    wchar_t wide[B0_SETUP_NAME];
    uint32_t error = 0;

    if (is_32_on_64())
        return ERROR_IN_WOW64;
    *subject = (struct subject){.set = SetupDiCreateDeviceInfoList(NULL, NULL),
                                .info = {.cbSize = sizeof subject->info}};
    if (subject->set == INVALID_HANDLE_VALUE)
        return failure();
    to_utf16(instance, wide, B0_SETUP_NAME);
    if (!SetupDiOpenDeviceInfoW(subject->set, wide, NULL, 0, &subject->info)) {
        error = failure();
        SetupDiDestroyDeviceInfoList(subject->set);
    }
    return error;
}

static void close_subject(struct subject *subject)
{
    SetupDiDestroyDeviceInfoList(subject->set);
}

/* Writes one string and the empty one that ends a list. */
static uint32_t set_interfaces(struct subject *subject, const wchar_t *text)
{
    HKEY key = SetupDiCreateDevRegKeyW(subject->set, &subject->info, DICS_FLAG_GLOBAL, 0, DIREG_DEV,
                                       NULL, NULL);
    wchar_t list[B0_SETUP_NAME + 1] = L"";
    LSTATUS status;

    if (key == INVALID_HANDLE_VALUE)
        return failure();
    wcscpy(list, text);
    status = RegSetValueExW(key, L"DeviceInterfaceGUIDs", 0, REG_MULTI_SZ, (const BYTE *)list,
                            (DWORD)((wcslen(text) + 2) * sizeof *list));
    RegCloseKey(key);
    return (uint32_t)status;
}

static uint32_t set(void *context, const char *instance, enum b0_setup_value value,
                    const char *text)
{
    wchar_t wide[B0_SETUP_NAME];
    struct subject subject;
    uint32_t error = open_subject(&subject, instance);

    (void)context;
    if (error)
        return error;
    to_utf16(text, wide, B0_SETUP_NAME);
    if (value == B0_SETUP_INTERFACES)
        error = set_interfaces(&subject, wide);
    else if (!SetupDiSetDeviceRegistryPropertyW(
                 subject.set, &subject.info, SPDRP_CLASSGUID, text[0] ? (const BYTE *)wide : NULL,
                 text[0] ? (DWORD)((wcslen(wide) + 1) * sizeof *wide) : 0))
        error = failure();
    close_subject(&subject);
    return error;
}

/*
 * Loads from Windows' own folder: this runs as administrator and must not load a DLL that lies
 * beside the program.
 */
static install_function find_install(HMODULE *library)
{
    wchar_t path[MAX_PATH + 16];
    UINT length = GetSystemDirectoryW(path, MAX_PATH);

    *library = NULL;
    if (length == 0 || length >= MAX_PATH)
        return NULL;
    wcscat(path, L"\\newdev.dll");
    *library = LoadLibraryW(path);
    return *library ? (install_function)(void (*)(void))GetProcAddress(*library, "DiInstallDevice")
                    : NULL;
}

static uint32_t select_model(struct subject *subject, const char *model_id,
                             SP_DRVINFO_DATA_W *model)
{
    wchar_t id[B0_SETUP_NAME];

    to_utf16(model_id, id, B0_SETUP_NAME);
    for (DWORD i = 0;; i++) {
        memset(model, 0, sizeof *model);
        model->cbSize = sizeof *model;
        if (!SetupDiEnumDriverInfoW(subject->set, &subject->info, SPDIT_CLASSDRIVER, i, model))
            return failure();
        if (model_is(subject->set, &subject->info, model, id))
            return SetupDiSetSelectedDriverW(subject->set, &subject->info, model) ? 0 : failure();
    }
}

static uint32_t install_model(struct subject *subject, SP_DRVINFO_DATA_W *native, bool *reboot)
{
    HMODULE library;
    install_function install = find_install(&library);
    BOOL restart = FALSE;
    uint32_t error = 0;

    if (!install)
        error = failure();
    else if (!install(NULL, subject->set, &subject->info, native, DIIDFLAG_NO_FINISH_UI, &restart))
        error = failure();
    *reboot = *reboot || restart;
    if (library)
        FreeLibrary(library);
    return error;
}

static uint32_t install(void *context, const char *instance, const char *inf, const char *model_id,
                        bool *reboot)
{
    SP_DRVINFO_DATA_W native;
    struct subject subject;
    uint32_t error = open_subject(&subject, instance);

    (void)context;
    if (error)
        return error;
    error = choose_inf(subject.set, &subject.info, inf);
    if (error == 0)
        error = select_model(&subject, model_id, &native);
    if (error == 0)
        error = install_model(&subject, &native, reboot);
    close_subject(&subject);
    return error;
}

/* Calls the class installer. The parameters tell whether a restart is needed. */
static uint32_t call_installer(struct subject *subject, SP_CLASSINSTALL_HEADER *header, DWORD size,
                               bool *reboot)
{
    SP_DEVINSTALL_PARAMS_W params = {.cbSize = sizeof params};

    if (!SetupDiSetClassInstallParamsW(subject->set, &subject->info, header, size) ||
        !SetupDiCallClassInstaller(header->InstallFunction, subject->set, &subject->info))
        return failure();
    if (SetupDiGetDeviceInstallParamsW(subject->set, &subject->info, &params) &&
        (params.Flags & (DI_NEEDREBOOT | DI_NEEDRESTART)))
        *reboot = true;
    return 0;
}

static uint32_t restart(void *context, const char *instance, bool *reboot)
{
    SP_PROPCHANGE_PARAMS change = {
        {sizeof(SP_CLASSINSTALL_HEADER), DIF_PROPERTYCHANGE}, DICS_PROPCHANGE, DICS_FLAG_GLOBAL, 0};
    struct subject subject;
    uint32_t error = open_subject(&subject, instance);

    (void)context;
    if (error)
        return error;
    error = call_installer(&subject, &change.ClassInstallHeader, sizeof change, reboot);
    close_subject(&subject);
    return error;
}

static uint32_t uninstall(void *context, const char *instance, bool *reboot)
{
    SP_REMOVEDEVICE_PARAMS removal = {
        {sizeof(SP_CLASSINSTALL_HEADER), DIF_REMOVE}, DI_REMOVEDEVICE_GLOBAL, 0};
    struct subject subject;
    uint32_t error = open_subject(&subject, instance);
    DEVINST parent = 0;

    (void)context;
    if (error)
        return error;
    if (CM_Get_Parent(&parent, subject.info.DevInst, 0) != CR_SUCCESS)
        parent = 0; /* the root: rescans every bus */
    error = call_installer(&subject, &removal.ClassInstallHeader, sizeof removal, reboot);
    close_subject(&subject);
    if (error == 0 && parent == 0 &&
        CM_Locate_DevNodeW(&parent, NULL, CM_LOCATE_DEVNODE_NORMAL) != CR_SUCCESS)
        return 0; /* it is found when it is plugged in again */
    if (error == 0)
        CM_Reenumerate_DevNode(parent, CM_REENUMERATE_SYNCHRONOUS);
    return error;
}

static const struct b0_setup_ops ops = {
    .device = device,
    .find_model = find_model,
    .set = set,
    .install = install,
    .restart = restart,
    .uninstall = uninstall,
};

struct b0_setup b0_setup_open(void)
{
    static struct state state = {INVALID_HANDLE_VALUE};

    return (struct b0_setup){&ops, &state};
}

void b0_setup_close(struct b0_setup *setup)
{
    close_list(setup->context);
}
