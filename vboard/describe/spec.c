/* SPDX-License-Identifier: MIT */
/* Parses the spec of a virtual board, "MODEL[:key=value,…]", by a table of keys. */
#include "spec.h"

#include "spec_private.h"

#include "../board/faults.h"
#include "../rom/models.h"

#include <core/array.h>
#include <stdlib.h>
#include <string.h>

enum {
    VBOARD_PATH_MAX = 4096,
};

/* ---- values ---- */

static enum boot0_status set_file(char **file, const char *value, struct boot0_error *error)
{
    size_t size = strlen(value) + 1;

    if (size == 1)
        return vboard_spec_bad(error, value, "a file name");
    free(*file);
    *file = malloc(size);
    if (!*file)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    memcpy(*file, value, size);
    return BOOT0_OK;
}

static enum boot0_status set_flash(struct vboard_settings *settings, const char *value,
                                   struct boot0_error *error)
{
    return set_file(&settings->flash_file, value, error);
}

static enum boot0_status set_fill(struct vboard_settings *settings, const char *value,
                                  struct boot0_error *error)
{
    unsigned long byte = 0;

    settings->fill = strcmp(value, "random") == 0  ? VBOARD_FILL_RANDOM
                     : strcmp(value, "blank") == 0 ? VBOARD_FILL_BLANK
                                                   : VBOARD_FILL_BYTE;
    if (settings->fill == VBOARD_FILL_BYTE && !vboard_spec_number(value, 0xff, &byte))
        return vboard_spec_bad(error, value, "\"blank\", \"random\" or a byte such as 0x00");
    settings->fill_byte = (uint8_t)byte;
    return BOOT0_OK;
}

static enum boot0_status set_boot0(struct vboard_settings *settings, const char *value,
                                   struct boot0_error *error)
{
    unsigned long level;

    settings->boot0_button = strcmp(value, "button") == 0;
    if (settings->boot0_button)
        level = 1;
    else if (!vboard_spec_number(value, 1, &level))
        return vboard_spec_bad(error, value, "0, 1 or \"button\"");
    settings->boot0 = level;
    return BOOT0_OK;
}

static enum boot0_status set_serial(struct vboard_settings *settings, const char *value,
                                    struct boot0_error *error)
{
    size_t length = strlen(value);

    if (length > VBOARD_SERIAL_MAX)
        return boot0_fail(error, BOOT0_E_USAGE, "a serial number has at most %d characters",
                          VBOARD_SERIAL_MAX);
    for (size_t i = 0; i < length; i++)
        if (value[i] < 0x20 || value[i] > 0x7e)
            return vboard_spec_bad(error, value, "a serial number of printable ASCII characters");
    memcpy(settings->serial, value, length + 1);
    return BOOT0_OK;
}

static enum boot0_status set_feature_erase(struct vboard_settings *settings, const char *value,
                                           struct boot0_error *error)
{
    unsigned long on;

    if (!vboard_spec_number(value, 1, &on))
        return vboard_spec_bad(error, value, "0 or 1");
    settings->feature_erase = on;
    return BOOT0_OK;
}

static enum boot0_status set_plug(struct vboard_settings *settings, const char *value,
                                  struct boot0_error *error)
{
    unsigned long ms;

    if (strcmp(value, "never") == 0) {
        settings->plug_ms = VBOARD_PLUG_NEVER;
        return BOOT0_OK;
    }
    if (!vboard_spec_number(value, 86400000, &ms))
        return vboard_spec_bad(error, value, "a time in milliseconds, at most a day, or never");
    settings->plug_ms = (uint32_t)ms;
    return BOOT0_OK;
}

static enum boot0_status set_rdp(struct vboard_settings *settings, const char *value,
                                 struct boot0_error *error)
{
    unsigned long level;

    if (!vboard_spec_number(value, 1, &level))
        return vboard_spec_bad(error, value, "a read protection level of 0 or 1");
    settings->read_protection = (unsigned)level;
    return BOOT0_OK;
}

static enum boot0_status set_poll(struct vboard_settings *settings, enum vboard_command command,
                                  const char *value, struct boot0_error *error)
{
    unsigned long ms;

    if (!vboard_spec_number(value, UINT16_MAX, &ms))
        return vboard_spec_bad(error, value, "a time in milliseconds, at most 65535");
    settings->poll_ms[command] = (uint16_t)ms;
    return BOOT0_OK;
}

static enum boot0_status set_poll_address(struct vboard_settings *settings, const char *value,
                                          struct boot0_error *error)
{
    return set_poll(settings, VBOARD_COMMAND_ADDRESS, value, error);
}

static enum boot0_status set_poll_erase(struct vboard_settings *settings, const char *value,
                                        struct boot0_error *error)
{
    return set_poll(settings, VBOARD_COMMAND_ERASE, value, error);
}

static enum boot0_status set_poll_data(struct vboard_settings *settings, const char *value,
                                       struct boot0_error *error)
{
    return set_poll(settings, VBOARD_COMMAND_DATA, value, error);
}

static enum boot0_status set_baud(uint32_t *to, const char *value, struct boot0_error *error)
{
    unsigned long baud;

    if (!vboard_spec_number(value, 4000000, &baud) || baud < 1200)
        return vboard_spec_bad(error, value, "a speed from 1200 to 4000000");
    *to = (uint32_t)baud;
    return BOOT0_OK;
}

static enum boot0_status set_baud_max(struct vboard_settings *settings, const char *value,
                                      struct boot0_error *error)
{
    return set_baud(&settings->baud_max, value, error);
}

static enum boot0_status set_adapter_max(struct vboard_settings *settings, const char *value,
                                         struct boot0_error *error)
{
    return set_baud(&settings->adapter_max, value, error);
}

static enum boot0_status set_adapter_garbles(struct vboard_settings *settings, const char *value,
                                             struct boot0_error *error)
{
    return set_baud(&settings->adapter_garbles, value, error);
}

/* "dtr-reset", "!rts-boot0": the line, what it is wired to, active while it is off. */
static bool take_wire(const char **text, struct vboard_wire wires[2])
{
    static const char *const ends[] = {
        [VBOARD_ROLE_RESET] = "-reset", [VBOARD_ROLE_BOOT0] = "-boot0"};
    bool inverted = **text == '!';
    int line;

    *text += inverted;
    if (strncmp(*text, "dtr", 3) == 0)
        line = 0;
    else if (strncmp(*text, "rts", 3) == 0)
        line = 1;
    else
        return false;
    *text += 3;
    for (int role = VBOARD_ROLE_RESET; role <= VBOARD_ROLE_BOOT0; role++) {
        if (strncmp(*text, ends[role], strlen(ends[role])) != 0)
            continue;
        *text += strlen(ends[role]);
        wires[line] = (struct vboard_wire){(uint8_t)role, inverted};
        return true;
    }
    return false;
}

static enum boot0_status set_wiring(struct vboard_settings *settings, const char *value,
                                    struct boot0_error *error)
{
    const char *rest = value;

    do {
        if (!take_wire(&rest, settings->wires))
            break;
        if (*rest == '\0')
            return BOOT0_OK;
    } while (*rest++ == '+');
    return vboard_spec_bad(error, value,
                           "a wiring such as \"dtr-reset+rts-boot0\" or \"!dtr-reset\"");
}

static enum boot0_status set_elf(struct vboard_settings *settings, const char *value,
                                 struct boot0_error *error)
{
    return set_file(&settings->elf_file, value, error);
}

static enum boot0_status set_fault(struct vboard_settings *settings, const char *value,
                                   struct boot0_error *error)
{
    return vboard_faults_parse(value, settings, error);
}

/* load_description() has read the file before all other keys. */
static enum boot0_status set_describe(struct vboard_settings *settings, const char *value,
                                      struct boot0_error *error)
{
    if (settings->described)
        return BOOT0_OK;
    return boot0_fail(error, BOOT0_E_USAGE,
                      "only the board \"custom\" takes a description file (%s)", value);
}

static enum boot0_status set_mode(struct vboard_settings *settings, const char *value,
                                  struct boot0_error *error)
{
    settings->serial_mode = strcmp(value, "serial") == 0;
    if (settings->serial_mode || strcmp(value, "dfu") == 0)
        return BOOT0_OK;
    return vboard_spec_bad(error, value, "\"dfu\" or \"serial\"");
}

/* ---- keys ---- */

static const struct {
    struct vboard_key key; /* "NAME=WHAT" and its meaning */
    vboard_spec_set *set;  /* NULL: only a line of help for the key above */
} keys[] = {
    {{"describe=FILE", "custom: the file that describes the board"}, set_describe},
    {{"flash=FILE", "file with the main flash; it is read at first and written back at the end"},
     set_flash},
    {{"fill=blank|random|0xNN", "initial content of the flash (default blank)"}, set_fill},
    {{"boot0=0|1|button",
      "the BOOT0 pin: 1 starts the ROM's bootloader (default); button: only now"},
     set_boot0},
    {{"crystal=MHZ", "the crystal, 0 for none (default 8): programs on f407 only"},
     vboard_spec_crystal},
    {{"hsi=PERCENT", "deviation of the internal oscillator in percent, -10 to 10 (default 0)"},
     vboard_spec_hsi},
    {{"lsi=KHZ", "frequency of the watchdog's oscillator in kHz, 17 to 47 (default 32)"},
     vboard_spec_lsi},
    {{"watchdog=0|1", "1: the option bytes start the watchdog at each reset (default 0)"},
     vboard_spec_watchdog},
    {{"pullup=0|1", "1: the board pulls D+ up by itself (default 0)"}, vboard_spec_pull_up},
    {{"erase_factor=N", "factor on the typical erase time, 1 to 4 (default 1)"},
     vboard_spec_erase_factor},
    {{"brownout=V@MS[:MS]", "the supply drops to V at a time, for a time or until the end"},
     vboard_spec_brownout},
    {{"crystal_stop=MS[:MS]", "the crystal stops at a time, for a time or until the end"},
     vboard_spec_crystal_stop},
    {{"standby=0|1", "1: the chip wakes from Standby mode, as its flags report (default 0)"},
     vboard_spec_standby},
    {{"elf=FILE", "ELF file with function names for reports about a program"}, set_elf},
    {{"button=PIN:LEVEL", "a pin held high or low, e.g. PA0:1"}, vboard_spec_button},
    {{"vbus=0|1", "whether PA9 sees the VBUS of the USB port (default 1)"}, vboard_spec_vbus},
    {{"vbat=0|1", "1: the backup registers survive a loss of power (default 0)"}, vboard_spec_vbat},
    {{"serial=TEXT", "USB serial number"}, set_serial},
    {{"plug=MS", "plugged in this time after the start (default 0); never: by a button"}, set_plug},
    {{"mode=dfu|serial", "Maple boards: what runs first: dfu (default) or serial, the program"},
     set_mode},
    {{"supply=V", "supply voltage, 1.65 to 3.6 (default 3.3)"}, vboard_spec_supply},
    {{"feature_erase=0|1", "1: the supply range of the ROM speeds up erasing too (unproven)"},
     set_feature_erase},
    {{"rdp=0|1", "read protection level (default 0)"}, set_rdp},
    {{"poll_address=MS", "poll timeout that the ROM reports for set-address"}, set_poll_address},
    {{"poll_erase=MS", "the same for erase"}, set_poll_erase},
    {{"poll_data=MS", "the same for a block of data"}, set_poll_data},
    {{"baud_max=N", "highest baud rate that the UART bootloader can measure (default 230400)"},
     set_baud_max},
    {{"adapter_max=N", "highest baud rate that the serial adapter accepts (default 3000000)"},
     set_adapter_max},
    {{"adapter_garbles=N", "accepts higher baud rates, but garbles them (default: none)"},
     set_adapter_garbles},
    {{"wiring=[!]LINE-PIN[+...]", "wires the serial adapter's dtr and rts to reset and boot0"},
     set_wiring},
    {{"fault=FAULT[+FAULT]", "a fault, always at the same place:"}, set_fault},
    {{"  unplug@N[:MS]", "unplugged at class transfer N, plugged in again MS later"}, NULL},
    {{"  powercut@N[:MS]", "power lost in the middle of flash operation N, back MS later"}, NULL},
    {{"  stall@N", "class transfer N is stalled"}, NULL},
    {{"  timeout@N", "class transfer N gets no answer"}, NULL},
    {{"  status@N", "GETSTATUS number N answers garbage"}, NULL},
    {{"  address@N=BIT", "this bit (hex) of Set Address Pointer number N is inverted"}, NULL},
    {{"  descriptor@OFFSET=XX", "this byte of the configuration descriptor is XX"}, NULL},
    {{"  lost@N", "character N on the UART, counted in both directions, is lost"}, NULL},
    {{"  noise@N", "an extra character arrives before it"}, NULL},
    {{"  parity@N", "one of its bits is inverted"}, NULL},
    {{"  hangup@N[:MS]", "the serial adapter is unplugged at it, and is back MS later"}, NULL},
};

const struct vboard_key *vboard_key_at(size_t index)
{
    static const struct vboard_key end = {NULL, NULL};

    return index < B0_LENGTH(keys) ? &keys[index].key : &end;
}

static vboard_spec_set *find_key(const char *name, size_t length)
{
    for (size_t i = 0; i < B0_LENGTH(keys); i++)
        if (keys[i].set && strcspn(keys[i].key.key, "=") == length &&
            strncmp(keys[i].key.key, name, length) == 0)
            return keys[i].set;
    return NULL;
}

/* Applies one "key=value", cut out of the spec, which it may overwrite. */
static enum boot0_status parse_pair(char *pair, struct vboard_settings *settings,
                                    struct boot0_error *error)
{
    char *value = strchr(pair, '=');
    struct boot0_error inner = {.code = BOOT0_OK};
    vboard_spec_set *set = value ? find_key(pair, (size_t)(value - pair)) : NULL;
    enum boot0_status status;

    if (!set) {
        boot0_fail(error, BOOT0_E_USAGE, "a virtual board has no setting \"%s\"", pair);
        if (error)
            boot0_hint(
                error,
                "Use key=value with one of these keys: describe, flash, fill, boot0, crystal, "
                "hsi, lsi, watchdog, pullup, erase_factor, brownout, crystal_stop, standby, elf, "
                "button, vbus, vbat, plug, mode, serial, supply, rdp, poll_address, poll_erase, "
                "poll_data, feature_erase, baud_max, adapter_max, adapter_garbles, wiring and "
                "fault.");
        return BOOT0_E_USAGE;
    }
    *value++ = '\0';
    status = set(settings, value, &inner);
    if (status == BOOT0_OK)
        return BOOT0_OK;
    boot0_fail(error, status, "%s: %s", pair, inner.message);
    (void)boot0_hint(error, "%s", inner.hint);
    (void)boot0_advise(error, inner.advice, &inner.facts);
    return status;
}

static void set_defaults(struct vboard_spec *spec)
{
    const struct vboard_rom *rom = spec->rom;
    struct vboard_settings *settings = &spec->settings;

    settings->described = spec->description;
    settings->boot0 = true;
    settings->supply_mv = 3300;
    settings->crystal_hz = 8000000;
    settings->hsi_hz = VBOARD_HSI_HZ;
    settings->lsi_hz = VBOARD_LSI_HZ;
    settings->erase_percent = 100;
    settings->vbus_wired = true;
    settings->baud_max = 230400;
    settings->adapter_max = 3000000;
    if (rom->usb.serial)
        memcpy(settings->serial, rom->usb.serial, strlen(rom->usb.serial) + 1);
    memcpy(settings->poll_ms, rom->poll_ms, sizeof settings->poll_ms);
}

/* Loads the board from the file of describe=, which is somewhere in the pairs. */
static enum boot0_status load_description(const char *pairs, struct vboard_spec *spec,
                                          struct boot0_error *error)
{
    static const char key[] = "describe=";
    char file[VBOARD_PATH_MAX];
    size_t length;

    while (pairs && strncmp(pairs, key, sizeof key - 1) != 0) {
        pairs = strchr(pairs, ',');
        pairs += pairs ? 1 : 0;
    }
    if (!pairs) {
        boot0_fail(error, BOOT0_E_USAGE, "the board \"custom\" needs a description");
        if (error)
            boot0_hint(error, "Use custom:describe=FILE. Run `vboard describe f407` to write a "
                              "first one.");
        return BOOT0_E_USAGE;
    }
    pairs += sizeof key - 1;
    length = strcspn(pairs, ",");
    if (length == 0 || length >= sizeof file)
        return boot0_fail(error, BOOT0_E_USAGE, "describe: expected a file name");
    memcpy(file, pairs, length);
    file[length] = '\0';
    spec->description = vboard_description_load(file, error);
    if (!spec->description)
        return error ? error->code : BOOT0_E_DATA;
    spec->rom = vboard_description_rom(spec->description);
    return BOOT0_OK;
}

/* Finds the model of a spec, or the board that its file describes. */
static enum boot0_status find_board(const char *text, size_t name, struct vboard_spec *spec,
                                    struct boot0_error *error)
{
    if (name == strlen("custom") && strncmp(text, "custom", name) == 0)
        return load_description(text[name] ? text + name + 1 : NULL, spec, error);
    spec->rom = vboard_rom_find(text, name);
    if (spec->rom)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "unknown virtual board \"%.*s\"", (int)name, text);
    if (error)
        boot0_hint(error, "Run `vboard list` to see them; f407 is one.");
    return BOOT0_E_USAGE;
}

enum boot0_status vboard_spec_parse(const char *text, struct vboard_spec *spec,
                                    struct boot0_error *error)
{
    size_t name = strcspn(text, ":");
    enum boot0_status status = BOOT0_OK;
    char *copy, *pair;

    memset(spec, 0, sizeof *spec);
    status = find_board(text, name, spec, error);
    if (status != BOOT0_OK)
        return status;
    set_defaults(spec);
    if (text[name] == '\0')
        return BOOT0_OK;
    copy = malloc(strlen(text + name + 1) + 1);
    if (!copy)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    memcpy(copy, text + name + 1, strlen(text + name + 1) + 1);
    for (pair = copy; pair && status == BOOT0_OK;) {
        char *next = strchr(pair, ',');

        if (next)
            *next++ = '\0';
        status = parse_pair(pair, &spec->settings, error);
        pair = next;
    }
    free(copy);
    return status;
}
