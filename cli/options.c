/* SPDX-License-Identifier: MIT */
/* The command line: parser and help texts come from one table of all options. */
#include "command.h"
#include "nearest.h"
#include "print.h"
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    DAY_S = 86400,
};

enum kind {
    FLAG,      /* bool */
    TEXT,      /* const char * */
    PLACE,     /* the same, a file that cannot be standard input or output */
    NUMBER,    /* uint32_t, and the bool before it */
    SIZE,      /* the same with k and M */
    DEVICE,    /* VID[:PID] */
    WAIT,      /* optional seconds */
    VOLTS,     /* uint32_t millivolts */
    BAUD,      /* uint32_t */
    COUNT,     /* uint32_t, not 0 */
    SECONDS,   /* the same, at most a day */
    INTERFACE, /* one byte, and the bool before it */
    BOARD,     /* appended to virtual_boards */
    PATCH,     /* appended to patches */
};

static const struct row {
    const char *name;
    char letter; /* 0: none */
    const char *argument;
    enum kind kind;
    size_t offset; /* in struct arguments */
    const char *help;
} rows[OPTION_COUNT] = {
#define AT(member) offsetof(struct arguments, member)
    [OPTION_DEVICE] = {"device", 'd', "VID[:PID]", DEVICE, 0, "the board with this USB id, in hex"},
    [OPTION_SERIAL] = {"serial", 's', "TEXT", TEXT, AT(select.serial),
                       "the board with this serial number"},
    [OPTION_PATH] = {"path", 'p', "PATH", TEXT, AT(select.path),
                     "the board at this USB port, as `list` shows it"},
    [OPTION_INTERFACE] = {"interface", 'i', "N", INTERFACE, AT(select.has_interface),
                          "the DFU interface with this number, if there are several"},
    [OPTION_ALTERNATE] = {"alt", 'a', "NAME|N", TEXT, AT(select.alternate),
                          "the memory to use: name or number of an alternate setting"},
    [OPTION_WAIT] = {"wait", 'w', "[=SECONDS]", WAIT, 0, "wait for a board (default: no limit)"},
    [OPTION_TOUCH] = {"touch", 0, NULL, FLAG, AT(select.touch),
                      "reboot a program that has only a serial port into DFU mode"},
    [OPTION_RESTART] = {"restart", 0, NULL, FLAG, AT(select.restart),
                        "restart a running program into its bootloader to show more"},
    [OPTION_PORT] = {"port", 0, "PORT", TEXT, AT(select.port),
                     "the board at this serial port: /dev/ttyUSB0"},
    [OPTION_BAUD] = {"baud", 0, "N", BAUD, 0, "speed of the serial port (default: 115200)"},
    [OPTION_BOOT] = {"boot", 0, "HOW", TEXT, AT(select.boot),
                     "how DTR and RTS are wired: rts-boot0,dtr-reset or a pattern"},
    [OPTION_TRACE] = {"trace", 0, "FILE", PLACE, AT(select.trace), "record every transfer in FILE"},
    [OPTION_REPLAY] = {"replay", 0, "FILE", PLACE, AT(select.replay),
                       "replay a recorded trace instead of using a board"},
    [OPTION_VIRTUAL] = {"virtual", 0, "BOARD", BOARD, 0,
                        "a virtual board: f407, f072, ... (repeatable)"},
    [OPTION_IDE_PORT] = {"ide-port", 0, "PORT", TEXT, AT(select.ide_port),
                         "the board at the IDE's port: 1-2.3, /dev/ttyACM0"},
    [OPTION_ADDRESS] = {"address", 'A', "ADDRESS", NUMBER, AT(flash.has_address),
                        "start address, e.g. 0x08000000"},
    [OPTION_SIZE] = {"size", 'n', "BYTES", SIZE, AT(flash.has_size),
                     "number of bytes, e.g. 0x4000, 16k or 1M"},
    [OPTION_HEX] = {"hex", 0, NULL, FLAG, AT(flash.hex),
                    "show memory as hex; takes ADDRESS and SIZE instead of FILE"},
    [OPTION_DRY_RUN] = {"dry-run", 0, NULL, FLAG, AT(flash.dry_run),
                        "show what would be erased and written"},
    [OPTION_FULL] = {"full", 0, NULL, FLAG, AT(flash.full),
                     "write everything, not only what differs"},
    [OPTION_NO_PRESERVE] = {"no-preserve", 0, NULL, FLAG, AT(flash.no_preserve),
                            "do not preserve other data in written sectors"},
    [OPTION_NO_VERIFY] = {"no-verify", 0, NULL, FLAG, AT(flash.no_verify),
                          "do not read back what was written"},
    [OPTION_NO_RUN] = {"no-run", 0, NULL, FLAG, AT(flash.no_run), "stay in DFU mode at the end"},
    [OPTION_MONITOR] = {"monitor", 0, NULL, FLAG, AT(flash.monitor),
                        "then show the program's output, like `boot0 monitor`"},
    [OPTION_ARDUINO] = {"arduino", 0, NULL, FLAG, AT(flash.arduino),
                        "speak the monitor protocol of Arduino IDE 2 and arduino-cli"},
    [OPTION_IGNORE_SUFFIX] = {"ignore-suffix", 0, NULL, FLAG, AT(flash.ignore_suffix),
                              "accept a DFU suffix that names another device"},
    [OPTION_ALLOW_OPTION_BYTES] = {"allow-option-bytes", 0, NULL, FLAG,
                                   AT(flash.allow_option_bytes),
                                   "allow writing option bytes and OTP"},
    [OPTION_SKIP_RAM] = {"skip-ram", 0, NULL, FLAG, AT(flash.skip_ram), "skip data for RAM"},
    [OPTION_FORCE] = {"force", 'f', NULL, FLAG, AT(flash.force), "skip safety checks"},
    [OPTION_VDD] = {"vdd", 0, "VOLTS", VOLTS, AT(flash.supply_mv),
                    "supply voltage, e.g. 3.3 (F2, F4 and F7 write faster)"},
    [OPTION_PATIENT] = {"patient", 0, NULL, FLAG, AT(flash.patient),
                        "honour the board's full poll timeouts (slower)"},
    [OPTION_FAST] = {"fast", 0, NULL, FLAG, AT(flash.fast),
                     "use a loader in the chip's RAM (faster; not yet tried on hardware)"},
    [OPTION_CHIP] = {"chip", 0, "NAME", TEXT, AT(flash.chip),
                     "the board's chip: f407, STM32F103C8, ..."},
    [OPTION_BOARD_PROFILE] = {"board", 'b', "NAME", TEXT, AT(flash.board),
                              "the board's model: black-f407ve, ..."},
    [OPTION_ALL] = {"all", 0, NULL, FLAG, AT(all), "erase the whole main flash"},
    [OPTION_UNPROTECT] = {"unprotect", 0, NULL, FLAG, AT(unprotect),
                          "remove read protection; ERASES EVERYTHING"},
    [OPTION_PORTS] = {"ports", 0, NULL, FLAG, AT(ports), "list the machine's serial ports instead"},
    [OPTION_SECTORS] = {"sectors", 0, "LIST", TEXT, AT(protect.sectors),
                        "write-protect these sectors and no others: 0,1,4-7"},
    [OPTION_NONE] = {"none", 0, NULL, FLAG, AT(protect.none),
                     "remove write protection from all sectors"},
    [OPTION_READOUT] = {"readout", 0, NULL, FLAG, AT(protect.readout),
                        "turn read protection on; only erasing the whole flash removes it"},
    [OPTION_BOOTLOADER] = {"bootloader", 0, NULL, FLAG, AT(protect.bootloader),
                           "make boot0's own bootloader write-protect itself, over USB"},
    [OPTION_BROWNOUT] = {"brownout", 0, "LEVEL", TEXT, AT(protect.brownout),
                         "hold the chip in reset below LEVEL: 3=2.8 V, 2=2.5 V, 1=2.2 V, 0=off"},
    [OPTION_LOCK_FOR_EVER] = {"lock-this-chip-for-ever", 0, NULL, FLAG, AT(protect.lock_for_ever),
                              "allow RDP=2, which can never be undone"},
    [OPTION_YES] = {"yes", 'y', NULL, FLAG, AT(yes), "answer yes to every question"},
    [OPTION_LIST] = {"list", 0, NULL, FLAG, AT(list),
                     "list the bootloaders that are built into boot0"},
    [OPTION_TO] = {"to", 0, "WHERE", TEXT, AT(target), "program, bootloader or rom"},
    [OPTION_FORMAT] = {"format", 'F', "NAME", TEXT, AT(convert.format),
                       "binary, ihex, srec, elf, uf2, dfu or dfuse"},
    [OPTION_SUFFIX] = {"suffix", 0, "VID:PID[:...]", TEXT, AT(convert.suffix),
                       "the device a .dfu is for, in hex; optionally its version and that of DFU"},
    [OPTION_PREFIX] = {"prefix", 0, "NAME", TEXT, AT(convert.prefix),
                       "add a prefix: lmdfu[:ADDRESS] (TI) or lpc (NXP); none removes it"},
    [OPTION_FAMILY] = {"family", 0, "CHIP|ID", TEXT, AT(convert.family),
                       "the chip that a .uf2 is for"},
    [OPTION_FOLLOW] = {"follow", 0, NULL, FLAG, AT(gang.follow),
                       "keep running: flash boards as they are plugged in"},
    [OPTION_COUNT_BOARDS] = {"count", 0, "N", COUNT, AT(gang.count),
                             "require N boards; with --follow: stop after N boards"},
    [OPTION_DETACH] = {"detach", 0, NULL, FLAG, AT(gang.detach),
                       "include boards whose program has a DFU interface"},
    [OPTION_RECORD] = {"record", 0, "FILE", PLACE, AT(gang.record),
                       "append what was flashed to FILE, as JSON"},
    [OPTION_PATCH] = {"patch", 0, "ADDRESS=WHAT", PATCH, 0,
                      "data for each board: serial, text:..., hex:..., u32:..., csv:COLUMN; "
                      "{NAME} stands for a value (repeatable)"},
    [OPTION_CSV] = {"csv", 0, "FILE", PLACE, AT(gang.csv), "a table with a row for each board"},
    [OPTION_EACH] = {"each", 0, "COMMAND", TEXT, AT(gang.each),
                     "run this for each board, before it is changed; it prints values as JSON"},
    [OPTION_DONE] = {"done", 0, "COMMAND", TEXT, AT(gang.done),
                     "run this after each board, with its result in BOOT0_RESULT"},
    [OPTION_COMMAND_TIMEOUT] = {"command-timeout", 0, "N", SECONDS, AT(gang.timeout_s),
                                "end such a command after so many seconds (default: 60)"},
    [OPTION_LABEL] = {"label", 0, "TEXT", TEXT, AT(gang.label),
                      "a line for each good board, with values as {NAME}"},
    [OPTION_LABEL_TO] = {"label-to", 0, "FILE", PLACE, AT(gang.label_to),
                         "append labels to this file or printer; '|COMMAND' runs a command"},
    [OPTION_MAP] = {"map", 0, NULL, FLAG, AT(map),
                    "read the flash and draw which sectors hold data"},
    [OPTION_DESCRIBE] =
        {"describe", 0, NULL, FLAG, AT(describe),
         "write the board's description for vboard (docs/reference/board-files.md)"},
    [OPTION_JSON] = {"json", 0, NULL, FLAG, AT(json), "print results as JSON, one object per line"},
    [OPTION_PROGRESS] = {"progress", 0, NULL, FLAG, AT(progress),
                         "with --json: print progress and notes as objects, too"},
    [OPTION_QUIET] = {"quiet", 'q', NULL, FLAG, AT(quiet), "print no progress and no notes"},
    [OPTION_VERBOSE] = {"verbose", 'v', NULL, FLAG, AT(verbose),
                        "print details, and where the time goes"},
    [OPTION_HELP] = {"help", 'h', NULL, FLAG, AT(help), "show this help"},
#undef AT
};

/* ---- groups, for the help ---- */

enum group { GROUP_BOARD, GROUP_MEMORY, GROUP_WORK, GROUP_SAFETY, GROUP_OUTPUT, GROUP_COUNT };

static const char *const headings[GROUP_COUNT] = {
    [GROUP_BOARD] = "Board selection", [GROUP_MEMORY] = "File and memory",
    [GROUP_WORK] = "Operation",        [GROUP_SAFETY] = "Safety",
    [GROUP_OUTPUT] = "Output",
};

/* Options that are not in this table belong to GROUP_WORK. */
static const struct {
    enum option first, last;
    enum group group;
} ranges[] = {
    {OPTION_DEVICE, OPTION_REPLAY, GROUP_BOARD},
    {OPTION_CHIP, OPTION_BOARD_PROFILE, GROUP_BOARD},
    {OPTION_VDD, OPTION_VDD, GROUP_BOARD},
    {OPTION_ADDRESS, OPTION_HEX, GROUP_MEMORY},
    {OPTION_SKIP_RAM, OPTION_SKIP_RAM, GROUP_MEMORY},
    {OPTION_FORMAT, OPTION_FAMILY, GROUP_MEMORY},
    {OPTION_DRY_RUN, OPTION_DRY_RUN, GROUP_SAFETY},
    {OPTION_NO_PRESERVE, OPTION_NO_VERIFY, GROUP_SAFETY},
    {OPTION_IGNORE_SUFFIX, OPTION_ALLOW_OPTION_BYTES, GROUP_SAFETY},
    {OPTION_FORCE, OPTION_FORCE, GROUP_SAFETY},
    {OPTION_LOCK_FOR_EVER, OPTION_YES, GROUP_SAFETY},
    {OPTION_JSON, OPTION_HELP, GROUP_OUTPUT},
};

static enum group group_of(enum option option)
{
    for (size_t i = 0; i < B0_LENGTH(ranges); i++)
        if (option >= ranges[i].first && option <= ranges[i].last)
            return ranges[i].group;
    return GROUP_WORK;
}

/* ---- values ---- */

bool parse_number(const char *text, bool with_suffix, uint32_t *number)
{
    unsigned long long value;
    char *end;
    unsigned shift = 0;

    bool is_hex = strncmp(text, "0x", 2) == 0 || strncmp(text, "0X", 2) == 0;

    /* "08000000" could be hex, octal or decimal. */
    if (!isdigit((unsigned char)text[0]) ||
        (text[0] == '0' && isdigit((unsigned char)text[1]) && !is_hex))
        return false;
    errno = 0;
    value = strtoull(text, &end, is_hex ? 16 : 10);
    if (with_suffix && (*end == 'k' || *end == 'K'))
        shift = 10;
    else if (with_suffix && *end == 'M')
        shift = 20;
    if (shift > 0)
        end++;
    if (errno != 0 || *end != '\0' || value > UINT32_MAX >> shift)
        return false;
    *number = (uint32_t)(value << shift);
    return true;
}

static bool parse_hex16(const char *text, char end_mark, uint16_t *value, const char **rest)
{
    unsigned long number;
    char *end;

    if (!isxdigit((unsigned char)*text))
        return false;
    number = strtoul(text, &end, 16);
    if (number > UINT16_MAX || end - text > 6 || (*end != '\0' && *end != end_mark))
        return false;
    *value = (uint16_t)number;
    *rest = *end ? end + 1 : end;
    return true;
}

static bool take_device(struct arguments *arguments, const char *text)
{
    const char *rest = text;

    arguments->select.has_device = parse_hex16(text, ':', &arguments->select.vendor, &rest);
    if (!arguments->select.has_device || !strchr(text, ':'))
        return arguments->select.has_device;
    arguments->select.has_product = parse_hex16(rest, '\0', &arguments->select.product, &rest);
    return arguments->select.has_product && *rest == '\0';
}

/* Parses volts with up to three decimals. strtod() depends on the locale. */
static bool take_volts(uint32_t *supply_mv, const char *text)
{
    uint32_t mv = 0, unit = 1000;

    if (!isdigit((unsigned char)*text) || (text[1] != '\0' && text[1] != '.'))
        return false;
    mv = (uint32_t)(*text - '0') * 1000;
    text += text[1] == '.' ? 2 : 1;
    for (; isdigit((unsigned char)*text) && unit > 1; text++) {
        unit /= 10;
        mv += (uint32_t)(*text - '0') * unit;
    }
    *supply_mv = mv;
    return (*text == '\0' || strcmp(text, "V") == 0) && mv > 0;
}

static bool take_wait(struct arguments *arguments, const char *text)
{
    uint32_t seconds;

    arguments->select.has_wait = true;
    arguments->select.wait_ms = UINT32_MAX;
    if (!text)
        return true;
    if (!parse_number(text, false, &seconds) || seconds > UINT32_MAX / 1000 - 1)
        return false;
    arguments->select.wait_ms = seconds * 1000;
    return true;
}

static bool take_number(struct arguments *arguments, const struct row *row, const char *text)
{
    /* The number follows its "has" flag. */
    bool *has = (bool *)((char *)arguments + row->offset);
    uint32_t *number = row->kind == SIZE ? &arguments->flash.size : &arguments->flash.address;

    /* Nobody means zero bytes. */
    *has = parse_number(text, row->kind == SIZE, number) && (row->kind != SIZE || *number > 0);
    return *has;
}

static bool take_interface(struct arguments *arguments, const char *text)
{
    arguments->select.has_interface = parse_number(text, false, &arguments->select.interface) &&
                                      arguments->select.interface <= UINT8_MAX;
    return arguments->select.has_interface;
}

static bool take_board(struct arguments *arguments, const char *text)
{
    if (arguments->select.virtual_count == VIRTUAL_MAX)
        return false;
    arguments->select.virtual_boards[arguments->select.virtual_count++] = text;
    return true;
}

static bool take_value(struct arguments *arguments, const struct row *row, const char *text)
{
    char *member = (char *)arguments + row->offset;

    switch (row->kind) {
    case FLAG:
        *(bool *)member = true;
        return true;
    case PLACE:
        if (strcmp(text, "-") == 0)
            return false;
        *(const char **)member = text;
        return true;
    case TEXT:
        *(const char **)member = text;
        return true;
    case NUMBER:
    case SIZE:
        return take_number(arguments, row, text);
    case DEVICE:
        return take_device(arguments, text);
    case INTERFACE:
        return take_interface(arguments, text);
    case WAIT:
        return take_wait(arguments, text);
    case VOLTS:
        return take_volts(&arguments->flash.supply_mv, text);
    case BAUD:
        return parse_number(text, false, &arguments->select.baud) &&
               arguments->select.baud >= 300 && arguments->select.baud <= 4000000;
    case COUNT:
        return parse_number(text, false, (uint32_t *)(void *)member) &&
               *(uint32_t *)(void *)member > 0;
    case SECONDS:
        return parse_number(text, false, (uint32_t *)(void *)member) &&
               *(uint32_t *)(void *)member > 0 && *(uint32_t *)(void *)member <= DAY_S;
    case BOARD:
        return take_board(arguments, text);
    case PATCH:
        if (arguments->gang.patch_count == PATCHES_MAX)
            return false;
        arguments->gang.patches[arguments->gang.patch_count++] = text;
        return true;
    }
    return false;
}

/* ---- finding an option ---- */

static const struct row *find_name(const struct command *command, const char *name, size_t length)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct row *row = &rows[command->options[i]];

        if (strlen(row->name) == length && strncmp(row->name, name, length) == 0)
            return row;
    }
    return NULL;
}

static const struct row *find_letter(const struct command *command, char letter)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (rows[command->options[i]].letter == letter)
            return &rows[command->options[i]];
    return NULL;
}

static enum boot0_status fail_unknown(const struct command *command, const char *option,
                                      struct boot0_error *error)
{
    char name[TEXT_SHORT];
    struct nearest nearest;

    snprintf(name, sizeof name, "%.*s", (int)strcspn(option, "="), option);
    nearest = nearest_start(strncmp(name, "--", 2) == 0 ? name + 2 : "");
    for (size_t i = 0; i < command->option_count; i++)
        nearest_offer(&nearest, rows[command->options[i]].name);
    boot0_fail(error, BOOT0_E_USAGE, "`boot0 %s` has no option %s", command->name, option);
    if (nearest.name)
        return boot0_hint(error, "Did you mean --%s? Run `boot0 %s --help` to see all options.",
                          nearest.name, command->name);
    return boot0_hint(error, "Run `boot0 %s --help` to see its options.", command->name);
}

static enum boot0_status fail_value(const struct command *command, const struct row *row,
                                    const char *value, struct boot0_error *error)
{
    static const char *const wanted[] = {
        [PLACE] = "the name of a file (standard input and output cannot be used here)",
        [NUMBER] = "a number, e.g. 0x08000000 (hex, with 0x) or 134217728",
        [SIZE] = "a number of bytes, e.g. 0x4000, 16384, 16k or 1M",
        [DEVICE] = "one or two hex numbers, e.g. 0483 or 0483:df11",
        [WAIT] = "a number of seconds, e.g. --wait=10, or no value to wait without limit",
        [VOLTS] = "volts with at most three decimals, e.g. 3.3",
        [BAUD] = "a speed from 300 to 4000000, e.g. 115200",
        [COUNT] = "a number of boards, e.g. 16",
        [SECONDS] = "a number of seconds from 1 to 86400, e.g. 10",
        [INTERFACE] = "the number of an interface, e.g. 0",
        [PATCH] = "ADDRESS=WHAT, e.g. 0x0800FFF0=serial, at most 32 times",
        [BOARD] = "a board that `vboard list` shows, at most 64 times",
    };

    boot0_fail(error, BOOT0_E_USAGE, "invalid --%s \"%s\": expected %s", row->name, value,
               wanted[row->kind]);
    return boot0_hint(error, "Run `boot0 %s --help` to see its options.", command->name);
}

/* ---- parsing ---- */

struct reader {
    const struct command *command;
    int argc;
    char *const *argv;
    int at;
    struct arguments *arguments;
    struct boot0_error *error;
};

/* Takes the option's value: the attached text, or else the next word. */
static enum boot0_status take_option(struct reader *r, const struct row *row, const char *attached)
{
    const char *value = attached;

    if (row->kind == FLAG && attached) {
        boot0_fail(r->error, BOOT0_E_USAGE, "--%s takes no value", row->name);
        return boot0_hint(r->error, "Remove \"=%s\".", attached);
    }
    if (row->kind != FLAG && row->kind != WAIT && !value) {
        if (r->at + 1 >= r->argc) {
            boot0_fail(r->error, BOOT0_E_USAGE, "--%s needs a value: %s", row->name, row->argument);
            return boot0_hint(r->error, "Run `boot0 %s --help` to see its options.",
                              r->command->name);
        }
        value = r->argv[++r->at];
    }
    if (!take_value(r->arguments, row, value))
        return fail_value(r->command, row, value, r->error);
    r->arguments->given[row - rows] = true;
    return BOOT0_OK;
}

static enum boot0_status take_long(struct reader *r, const char *word)
{
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) - 2 : strlen(word) - 2;
    const struct row *row = find_name(r->command, word + 2, length);

    if (!row)
        return fail_unknown(r->command, word, r->error);
    return take_option(r, row, equals ? equals + 1 : NULL);
}

/* "-qv" is two flags, "-d0483:df11" an option and its value. */
static enum boot0_status take_letters(struct reader *r, const char *word)
{
    for (const char *letter = word + 1; *letter; letter++) {
        const struct row *row = find_letter(r->command, *letter);
        enum boot0_status status;

        if (!row)
            return fail_unknown(r->command, word, r->error);
        if (row->kind == FLAG)
            status = take_option(r, row, NULL);
        else
            return take_option(r, row, letter[1] ? letter + 1 : NULL);
        if (status != BOOT0_OK)
            return status;
    }
    return BOOT0_OK;
}

/* "--wait 5": the number does not belong to the option, and is hardly a file. */
static bool is_stray_number(const struct reader *r, const char *word)
{
    const char *before = r->at > 0 ? r->argv[r->at - 1] : "";
    uint32_t number;

    return (strcmp(before, "--wait") == 0 || strcmp(before, "-w") == 0) &&
           parse_number(word, false, &number);
}

static enum boot0_status take_operand(struct reader *r, const char *word)
{
    struct arguments *arguments = r->arguments;

    if (is_stray_number(r, word)) {
        boot0_fail(r->error, BOOT0_E_USAGE, "unexpected number \"%s\" after --wait", word);
        return boot0_hint(r->error, "Use --wait=%s for a time limit, or ./%s for a file.", word,
                          word);
    }
    if (arguments->operand_count == OPERANDS_MAX) {
        boot0_fail(r->error, BOOT0_E_USAGE, "too many files");
        return boot0_hint(r->error, "Pass at most %d files.", OPERANDS_MAX);
    }
    arguments->operands[arguments->operand_count++] = word;
    return BOOT0_OK;
}

static enum boot0_status check_operands(const struct reader *r)
{
    const struct command *command = r->command;
    size_t count = r->arguments->operand_count;
    const char *gap = command->operands[0] ? " " : "";

    if (r->arguments->help || (count >= command->operands_min && count <= command->operands_max))
        return BOOT0_OK;
    if (count < command->operands_min)
        boot0_fail(r->error, BOOT0_E_USAGE, "missing %s", command->wants);
    else if (command->operands_max == 0)
        boot0_fail(r->error, BOOT0_E_USAGE, "`boot0 %s` takes no arguments: \"%s\"", command->name,
                   r->arguments->operands[0]);
    else
        boot0_fail(r->error, BOOT0_E_USAGE, "`boot0 %s` takes no further arguments: \"%s\"",
                   command->name, r->arguments->operands[command->operands_max]);
    return boot0_hint(r->error, "Usage: boot0 %s [options]%s%s", command->name, gap,
                      command->operands);
}

enum boot0_status options_parse(const struct command *command, int argc, char *const *argv,
                                struct arguments *arguments, struct boot0_error *error)
{
    struct reader r = {command, argc, argv, 0, arguments, error};
    enum boot0_status status = BOOT0_OK;
    bool only_operands = false;

    for (; r.at < argc && status == BOOT0_OK; r.at++) {
        const char *word = argv[r.at];

        if (only_operands || word[0] != '-' || word[1] == '\0')
            status = take_operand(&r, word);
        else if (strcmp(word, "--") == 0)
            only_operands = true;
        else if (word[1] == '-')
            status = take_long(&r, word);
        else
            status = take_letters(&r, word);
    }
    return status == BOOT0_OK ? check_operands(&r) : status;
}

bool options_has(const struct command *command, enum option option)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (command->options[i] == option)
            return true;
    return false;
}

bool options_set(const struct command *command, enum option option, const char *value,
                 struct arguments *arguments)
{
    const struct row *row = &rows[option];

    if (!options_has(command, option))
        return true;
    if (row->kind != FLAG)
        return take_value(arguments, row, value);
    if (strcmp(value, "yes") == 0 || strcmp(value, "1") == 0)
        return take_value(arguments, row, NULL);
    return strcmp(value, "no") == 0 || strcmp(value, "0") == 0;
}

/* Finds the row of a long option, or of the last of some letters, in any command; NULL: none. */
static const struct row *find_any(const char *word)
{
    size_t length = strcspn(word, "=");

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        bool is_long = word[1] == '-' && strlen(rows[i].name) == length - 2 &&
                       strncmp(rows[i].name, word + 2, length - 2) == 0;

        if (is_long || (word[1] != '-' && rows[i].letter && rows[i].letter == word[length - 1]))
            return &rows[i];
    }
    return NULL;
}

int options_skip(int argc, char *const *argv)
{
    for (int i = 0; i < argc; i++) {
        const struct row *row;

        if (argv[i][0] != '-' || argv[i][1] == '\0')
            return i;
        row = find_any(argv[i]);
        if (row && row->kind != FLAG && row->kind != WAIT && !strchr(argv[i], '='))
            i++;
    }
    return argc;
}

static void print_row(const struct row *row, FILE *file)
{
    const char *gap = row->argument && row->kind != WAIT ? " " : "";
    char name[40], label[48];

    snprintf(name, sizeof name, "--%s%s%s", row->name, gap, row->argument ? row->argument : "");
    if (row->letter)
        snprintf(label, sizeof label, "  -%c, %-23s ", row->letter, name);
    else
        snprintf(label, sizeof label, "      %-23s ", name);
    if (terminal_is_narrow(file)) {
        print_to(file, "%s\n", label);
        print_wrapped(file, "          ", row->help);
    } else {
        print_wrapped(file, label, row->help);
    }
}

void options_print(const struct command *command, FILE *file)
{
    for (enum group group = 0; group < GROUP_COUNT; group++) {
        bool begun = false;

        for (size_t i = 0; i < command->option_count; i++) {
            if (group_of(command->options[i]) != group)
                continue;
            if (!begun)
                print_to(file, "\n%s:\n", headings[group]);
            begun = true;
            print_row(&rows[command->options[i]], file);
        }
    }
}
