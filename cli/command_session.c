/* SPDX-License-Identifier: MIT */
/* A command's work with one board: opening it, loading files, and closing everything. */
#include "command_session.h"

#include "arduino/target.h"
#include "chip.h"
#include "files.h"
#include "find.h"
#include "loader.h"
#include "text.h"

#include <base/platform/file.h>
#include <base/print/json.h>
#include <boot0/virtual.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_MAX_LENGTH = 4096,
    RETURN_WAIT_MS = 30000, /* as long as the session waits for a detached program */
    START_MS = 2000,        /* for a program's USB device, if it has one */
    STEP_MS = 50,
    GRACE_MS = 1000, /* for a board that is coming back from the previous command's reset */
};

/* The UART of the virtual board, or a recorded port; ops NULL: the machine's port. */
static enum boot0_status open_stream(struct command_session *command,
                                     const struct arguments *arguments, struct boot0_stream *stream,
                                     struct boot0_error *error)
{
    enum boot0_status status;

    *stream = (struct boot0_stream){NULL, NULL};
    if (arguments->select.virtual_count > 0)
        return boot0_virtual_uart_open(stream, arguments->select.virtual_boards[0], error);
    if (!arguments->select.replay)
        return BOOT0_OK;
    status = boot0_replay_stream(stream, arguments->select.replay, error);
    command->replay = *stream;
    return status;
}

/* Opens a serial port of the machine, or the UART of the virtual board. */
static enum boot0_status open_port(struct command_session *command,
                                   const struct arguments *arguments, struct boot0_error *error)
{
    const struct boot0_uart_options options = {.port = arguments->select.port,
                                               .baud = arguments->select.baud,
                                               .boot = arguments->select.boot,
                                               .trace = command->trace};
    struct boot0_stream stream;
    enum boot0_status status;

    if (arguments->select.virtual_count + (arguments->select.replay != NULL) > 1) {
        boot0_fail(error, BOOT0_E_USAGE, "--port selects one board only");
        return boot0_hint(error, "Use --virtual once, or --replay, or neither.");
    }
    if (ide_is_usb_path(arguments->select.port)) {
        boot0_fail(error, BOOT0_E_USAGE, "%s is a USB port, not a serial port",
                   arguments->select.port);
        return boot0_hint(error,
                          "Use --path instead of --port to flash over USB. In the Arduino IDE "
                          "choose an upload method over USB, or a serial port.");
    }
    status = open_stream(command, arguments, &stream, error);
    if (status != BOOT0_OK)
        return status;
    if (!stream.ops)
        return boot0_serial_open(&command->bus, &options, error);
    status = boot0_uart_open(&command->bus, &stream, &options, error);
    if (status != BOOT0_OK)
        command->replay.ops = NULL; /* closed */
    return status;
}

static enum boot0_status open_bus(struct command_session *command,
                                  const struct arguments *arguments, struct boot0_error *error)
{
    if (arguments->select.port)
        return open_port(command, arguments, error);
    if (arguments->select.baud || arguments->select.boot) {
        boot0_fail(error, BOOT0_E_USAGE, "--baud and --boot need a serial port");
        return boot0_hint(error, "Use --port to select one; `boot0 list --ports` shows them.");
    }
    if (arguments->select.replay)
        return boot0_replay_open(&command->bus, arguments->select.replay, error);
    if (arguments->select.virtual_count > 0)
        return boot0_virtual_open(&command->bus, arguments->select.virtual_boards,
                                  arguments->select.virtual_count, error);
    return boot0_usb_open(&command->bus, error);
}

static enum boot0_status open_trace(struct command_session *command, const char *file,
                                    struct boot0_error *error)
{
    command->trace = b0_file_open(file, "w");
    if (command->trace) {
        setvbuf(command->trace, NULL, _IOLBF, BUFSIZ); /* a hanging program will be killed */
        return BOOT0_OK;
    }
    boot0_fail(error, BOOT0_E_NO_OUTPUT, "%s: cannot be created: %s", file, strerror(errno));
    return boot0_hint(error, "Choose another file for --trace. Nothing was done.");
}

enum boot0_status command_open_bus(struct command_session *command,
                                   const struct arguments *arguments, struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    memset(command, 0, sizeof *command);
    command->arguments = arguments;
    command->progress = progress_start(arguments->quiet || arguments->json, arguments->quiet);
    command->progress.objects = arguments->json && arguments->progress;
    command->observer = (struct boot0_observer){.progress = progress_update,
                                                .note = progress_note,
                                                .context = &command->progress,
                                                .advise = progress_advise};
    if (arguments->select.trace)
        status = open_trace(command, arguments->select.trace, error);
    if (status == BOOT0_OK)
        status = open_bus(command, arguments, error);
    command->bus.database = arguments->database;
    if (status != BOOT0_OK || !command->trace || arguments->select.port) /* a port records itself */
        return status;
    return boot0_trace_bus(&command->bus, command->trace, error);
}

struct boot0_selection command_selection(const struct arguments *arguments)
{
    return (struct boot0_selection){
        .has_vendor = arguments->select.has_device,
        .vendor = arguments->select.vendor,
        .has_product = arguments->select.has_product,
        .product = arguments->select.product,
        .serial = arguments->select.serial,
        .path = arguments->select.path,
        .touch = arguments->select.touch,
        .wait_ms = arguments->select.has_wait ? arguments->select.wait_ms : GRACE_MS,
        .has_interface = arguments->select.has_interface,
        .interface = (uint8_t)arguments->select.interface,
    };
}

struct boot0_session_options command_session_options(const struct arguments *arguments)
{
    return (struct boot0_session_options){
        .supply_mv = arguments->flash.supply_mv,
        .patient = arguments->flash.patient,
        .alternate = arguments->select.alternate,
        .chip = arguments->flash.chip,
        .board = arguments->flash.board,
    };
}

/* With --verbose also the protocol details. */
static void show_board(struct command_session *command)
{
    const struct boot0_board *board = boot0_session_board(command->session);
    char name[TEXT_BOARD], text[512];

    snprintf(text, sizeof text, "%s, port %s%s%s", text_board(name, board), board->usb.path,
             board->serial[0] ? ", serial " : "", board->serial);
    progress_line(&command->progress, "Board", text);
    if (board->contradiction[0]) {
        snprintf(text, sizeof text, "the board: %s", board->contradiction);
        progress_note(&command->progress, text);
    }
    if (!command->arguments->verbose)
        return;
    if (board->usb.kind == BOOT0_KIND_SERIAL)
        return; /* everything is shown */
    snprintf(text, sizeof text, "%s %x.%02x, %u bytes per transfer, attributes 0x%02x, quirks: %s",
             board->has_addresses ? "DfuSe" : "DFU", board->dfu_version >> 8,
             board->dfu_version & 0xff, board->transfer_size, board->attributes,
             board->quirk ? board->quirk : "none");
    progress_line(&command->progress, "", text);
    for (size_t i = 0; i < board->alternate_count; i++) {
        snprintf(text, sizeof text, "alternate %u: %s", board->alternates[i].alternate,
                 board->alternates[i].name);
        progress_line(&command->progress, "", text);
    }
}

/* Shows where the time went, also after a failure. */
static void show_totals(struct command_session *command)
{
    struct boot0_report report;
    char text[256], total[TEXT_SHORT], read[TEXT_SHORT], erase[TEXT_SHORT], write[TEXT_SHORT],
        verify[TEXT_SHORT];

    boot0_session_report(command->session, &report);
    snprintf(text, sizeof text,
             "%" PRIu64 " %s in %s: %s reading, %s erasing, %s writing, "
             "%s verifying; %" PRIu64 " bytes read, %" PRIu64 " written",
             report.transfers,
             boot0_session_board(command->session)->usb.kind == BOOT0_KIND_SERIAL
                 ? "commands"
                 : "control transfers",
             text_time(total, report.total_us), text_time(read, report.read_us),
             text_time(erase, report.erase_us), text_time(write, report.write_us),
             text_time(verify, report.verify_us), report.bytes_read, report.bytes_written);
    progress_line(&command->progress, "Totals", text);
}

enum boot0_status command_open_session(struct command_session *command, struct boot0_error *error)
{
    const struct boot0_selection selection = command_selection(command->arguments);
    const struct boot0_session_options options = command_session_options(command->arguments);
    enum boot0_status status = boot0_session_open(&command->session, &command->bus, &selection,
                                                  &options, &command->observer, error);

    progress_clear(&command->progress);
    return status;
}

enum boot0_status command_open_again(struct command_session *command, struct boot0_error *error)
{
    char path[BOOT0_PATH_MAX];
    const struct boot0_selection selection = {
        .path = path,
        .wait_ms = RETURN_WAIT_MS,
        .has_interface = command->arguments->select.has_interface,
        .interface = (uint8_t)command->arguments->select.interface,
    };
    const struct boot0_session_options options = {
        .supply_mv = command->arguments->flash.supply_mv,
        .chip = command->arguments->flash.chip,
        .board = command->arguments->flash.board,
    };

    memcpy(path, boot0_session_board(command->session)->usb.path, sizeof path);
    boot0_session_close(command->session);
    command->session = NULL;
    return boot0_session_open(&command->session, &command->bus, &selection, &options,
                              &command->observer, error);
}

uint32_t command_program_address(const struct command_session *command)
{
    const struct boot0_board *board = boot0_session_board(command->session);

    const struct boot0_layout *layout;
    uint32_t address;

    if (board->flash_alternate < 0)
        return 0;
    layout = &board->alternates[board->flash_alternate].layout;
    /* Read-only sectors are the bootloader's own. */
    return boot0_layout_extent(layout, BOOT0_SECTOR_WRITABLE, &address, NULL)
               ? address
               : layout->regions[0].address;
}

/* Plain DFU has no command that starts a program: a USB reset may start it, or may not. */
static enum boot0_status wait_for_program(struct command_session *command, const char *path,
                                          struct boot0_error *error)
{
    const struct boot0_bus *bus = &command->bus;
    uint64_t start_us = bus->ops->now_us(bus->context);

    while (bus->ops->now_us(bus->context) - start_us < (uint64_t)START_MS * 1000) {
        if (find_plugged(bus, path).programs > 0)
            return BOOT0_OK;
        bus->ops->wait_change(bus->context, STEP_MS);
    }
    boot0_fail(error, BOOT0_E_PROTOCOL, "the board stays in its bootloader");
    return boot0_hint(error, "Press the reset button to start the program: this bootloader starts "
                             "a program only after a download.");
}

enum boot0_status command_start_program(struct command_session *command, struct boot0_error *error)
{
    const struct boot0_board *board = boot0_session_board(command->session);

    if (board->bootloader.present)
        return boot0_session_reset_to(command->session, BOOT0_TARGET_PROGRAM, error);
    if (board->has_addresses)
        return boot0_session_run(command->session, command_program_address(command), error);
    if (boot0_session_reset(command->session, error) != BOOT0_OK)
        return error->code;
    return wait_for_program(command, board->usb.path, error);
}

void command_resume(struct command_session *command)
{
    struct boot0_error error;

    if (!command->session || !boot0_session_board(command->session)->from_program)
        return;
    if (command_start_program(command, &error) == BOOT0_OK)
        progress_note(&command->progress, "the program continues");
    else
        progress_note(
            &command->progress,
            boot0_session_board(command->session)->has_addresses
                ? "the board stays in DFU mode; `boot0 run` starts its program"
                : "the board stays in its bootloader; its reset button starts the program");
}

enum boot0_status command_open(struct command_session *command, const struct arguments *arguments,
                               struct boot0_error *error)
{
    enum boot0_status status = command_open_bus(command, arguments, error);

    if (status == BOOT0_OK)
        status = command_open_session(command, error);
    if (status != BOOT0_OK)
        return status;
    show_board(command);
    return arguments->flash.fast && !arguments->flash.dry_run
               ? loader_start(command->session, &command->observer, error)
               : BOOT0_OK;
}

/* A write that failed in an earlier flush shows only in the file's error mark. */
static void close_trace(struct command_session *command)
{
    bool failed;

    if (!command->trace)
        return;
    failed = ferror(command->trace) != 0;
    if (fclose(command->trace) != 0 || failed)
        print_wrapped(stderr, "Trace: ", "the end of the file could not be written");
}

static void show_divergence(const struct command_session *command)
{
    const char *text = NULL;

    if (command->replay.ops)
        text = boot0_replay_stream_divergence(&command->replay);
    else if (command->arguments->select.replay && !command->trace &&
             !command->arguments->select.port && command->bus.ops)
        text = boot0_replay_divergence(&command->bus);
    if (text)
        print_wrapped(stderr, "Replay: ", text);
}

void command_close(struct command_session *command)
{
    progress_break_off(&command->progress);
    if (command->session && command->arguments->verbose)
        show_totals(command);
    boot0_session_close(command->session);
    show_divergence(command);
    boot0_bus_close(&command->bus);
    close_trace(command);
}

struct boot0_flash_options command_flash_options(const struct arguments *arguments)
{
    return (struct boot0_flash_options){
        .full = arguments->flash.full,
        .no_preserve = arguments->flash.no_preserve,
        .no_verify = arguments->flash.no_verify,
        .no_run = arguments->flash.no_run,
        .ignore_suffix = arguments->flash.ignore_suffix,
        .force = arguments->flash.force,
        .allow_option_bytes = arguments->flash.allow_option_bytes,
        .skip_ram = arguments->flash.skip_ram,
        .has_address = arguments->flash.has_address,
        .address = arguments->flash.address,
    };
}

/* Splits "FILE@ADDRESS". A name stays whole if no number follows its '@', or if a file has it. */
static bool split_address(const char *operand, char *name, size_t size, uint32_t *address)
{
    const char *at = strrchr(operand, '@');
    size_t length = at ? (size_t)(at - operand) : 0;
    struct b0_file_status status;

    if (!at || length == 0 || length >= size || !parse_number(at + 1, false, address) ||
        b0_file_status(operand, &status) == 0)
        return false;
    memcpy(name, operand, length);
    name[length] = '\0';
    return true;
}

static void show_notes(const struct arguments *arguments, const char *name,
                       const struct boot0_image *image)
{
    char text[NAME_MAX_LENGTH];

    for (size_t i = 0; boot0_image_note(image, i) && !arguments->quiet; i++) {
        snprintf(text, sizeof text, "%.3800s: %s", name, boot0_image_note(image, i));
        print_wrapped(stderr, "Note: ", text);
    }
}

/* Loads one file, at its own address if given; `placed` counts raw binaries placed at --address. */
static enum boot0_status load_one(struct boot0_image **image, const char *operand,
                                  struct arguments *arguments, bool alone, size_t *placed,
                                  struct boot0_error *error)
{
    char name[NAME_MAX_LENGTH];
    uint32_t address;
    bool has_own = split_address(operand, name, sizeof name, &address);
    enum boot0_status status = file_load(image, has_own ? name : operand, error);

    if (status != BOOT0_OK)
        return status;
    show_notes(arguments, has_own ? name : operand, *image);
    if (has_own && alone && !arguments->flash.has_address) {
        /* The session then checks that the program is linked for this address. */
        arguments->flash.has_address = true;
        arguments->flash.address = address;
        return BOOT0_OK;
    }
    if (has_own)
        return boot0_image_place(*image, address, error);
    if (alone || (*image)->has_addresses)
        return BOOT0_OK;
    if (!arguments->flash.has_address) {
        boot0_fail(error, BOOT0_E_USAGE, "%s is a raw binary: it contains no address", operand);
        return boot0_hint(
            error, "Use %s@0x08000000 to give its address: several files need one each.", operand);
    }
    if (++*placed > 1) {
        boot0_fail(error, BOOT0_E_USAGE, "--address is for one raw binary, and %s is another one",
                   operand);
        return boot0_hint(error, "Give each its own address: %s@0x08000000.", operand);
    }
    return boot0_image_place(*image, arguments->flash.address, error);
}

static void show_file(const struct arguments *arguments, const char *name,
                      const struct boot0_image *image)
{
    char size[TEXT_SHORT], segments[TEXT_SHORT], text[NAME_MAX_LENGTH];

    if (!arguments->verbose || arguments->quiet || arguments->json)
        return;
    snprintf(text, sizeof text, "%.3900s: %s, %s in %s", name, boot0_format_name(image->format),
             text_size(size, boot0_image_size(image)),
             text_count(segments, image->segment_count, "segment", "segments"));
    print_wrapped(stderr, "File      ", text);
}

struct boot0_image *command_load(struct arguments *arguments, size_t from, size_t to,
                                 struct boot0_error *error)
{
    struct boot0_image *image = NULL, *next = NULL;
    enum boot0_status status = BOOT0_OK;
    size_t placed = 0;

    for (size_t i = from; i < to && status == BOOT0_OK; i++) {
        status = load_one(&next, arguments->operands[i], arguments, to - from == 1, &placed, error);
        if (status == BOOT0_OK)
            show_file(arguments, arguments->operands[i], next);
        if (status == BOOT0_OK && image)
            status = boot0_image_merge(image, next, error);
        if (status == BOOT0_OK && !image)
            image = next;
        else
            boot0_image_free(next);
        next = NULL;
    }
    if (placed > 0)
        arguments->flash.has_address = false;
    if (status == BOOT0_OK)
        return image;
    boot0_image_free(image);
    return NULL;
}

enum boot0_status command_format(const char *name, enum boot0_format *format,
                                 struct boot0_error *error)
{
    *format = name ? boot0_format_by_name(name) : BOOT0_FORMAT_UNKNOWN;
    if (!name || *format != BOOT0_FORMAT_UNKNOWN)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "unknown format \"%s\"", name);
    return boot0_hint(error, "Use binary, ihex, srec, elf, uf2, dfu or dfuse.");
}

void command_json_board(struct json *json, const struct boot0_board *board)
{
    json_text(json, "path", board->usb.path);
    if (board->usb.kind == BOOT0_KIND_SERIAL) {
        json_text(json, "mode", "uart");
    } else {
        json_hex(json, "vendor", board->usb.vendor, 4);
        json_hex(json, "product", board->usb.product, 4);
        json_text(json, "mode", board->mode == BOOT0_MODE_DFU ? "dfu" : "runtime");
        if (board->usb.dfu_protocol != 0)
            json_number(json, "interface", board->usb.dfu_interface);
    }
    json_text(json, "serial", board->serial);
    json_chip_list(json, "chips", board->chips, board->chip_count);
    json_chip(json, board->chips, board->chip_count);
}

struct json command_json_begin(const struct command_session *command)
{
    struct json json = json_begin(stdout);

    json_open(&json, "board");
    command_json_board(&json, boot0_session_board(command->session));
    json_close(&json);
    return json;
}
