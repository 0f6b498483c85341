/* SPDX-License-Identifier: MIT */
/* A command's work with one board: opening it, loading files, and closing all again. */
#include "job.h"

#include "arduino/target.h"
#include "chip.h"
#include "files.h"
#include "json.h"
#include "text.h"

#include <boot0/virtual.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    NAME_MAX_LENGTH = 4096,
    RETURN_WAIT_MS = 30000, /* as the session waits for a program that was detached */
    START_MS = 2000,        /* until a program has its USB device, if it has one */
    STEP_MS = 50,
    CANDIDATES_MAX = 64,
    GRACE_MS = 1000, /* for a board that is just coming back: the command before has reset it */
};

/* The UART of the virtual board, or what was recorded of a port; ops NULL: the machine's port. */
static enum boot0_status open_stream(struct job *job, const struct arguments *arguments,
                                     struct boot0_stream *stream, struct boot0_error *error)
{
    enum boot0_status status;

    *stream = (struct boot0_stream){NULL, NULL};
    if (arguments->virtual_count > 0)
        return boot0_virtual_uart_open(stream, arguments->virtual_boards[0], error);
    if (!arguments->replay)
        return BOOT0_OK;
    status = boot0_replay_stream(stream, arguments->replay, error);
    job->replay = *stream;
    return status;
}

/* A serial port of the machine, or the UART of the virtual board. */
static enum boot0_status open_port(struct job *job, const struct arguments *arguments,
                                   struct boot0_error *error)
{
    const struct boot0_uart_options options = {.port = arguments->port,
                                               .baud = arguments->baud,
                                               .boot = arguments->boot,
                                               .trace = job->trace};
    struct boot0_stream stream;
    enum boot0_status status;

    if (arguments->virtual_count + (arguments->replay != NULL) > 1) {
        boot0_fail(error, BOOT0_E_USAGE, "--port goes with one board only");
        return boot0_hint(error, "Say --virtual once, or --replay, or neither.");
    }
    if (ide_is_usb_path(arguments->port)) {
        boot0_fail(error, BOOT0_E_USAGE, "%s is a USB port, not a serial port", arguments->port);
        return boot0_hint(error,
                          "To flash by USB use --path in place of --port; in the Arduino IDE "
                          "choose an upload method by USB, or a serial port.");
    }
    status = open_stream(job, arguments, &stream, error);
    if (status != BOOT0_OK)
        return status;
    if (!stream.ops)
        return boot0_serial_open(&job->bus, &options, error);
    status = boot0_uart_open(&job->bus, &stream, &options, error);
    if (status != BOOT0_OK)
        job->replay.ops = NULL; /* closed */
    return status;
}

static enum boot0_status open_bus(struct job *job, const struct arguments *arguments,
                                  struct boot0_error *error)
{
    if (arguments->port)
        return open_port(job, arguments, error);
    if (arguments->baud || arguments->boot) {
        boot0_fail(error, BOOT0_E_USAGE, "--baud and --boot are for a serial port");
        return boot0_hint(error, "Say which one with --port; `boot0 list --ports` shows them.");
    }
    if (arguments->replay)
        return boot0_replay_open(&job->bus, arguments->replay, error);
    if (arguments->virtual_count > 0)
        return boot0_virtual_open(&job->bus, arguments->virtual_boards, arguments->virtual_count,
                                  error);
    return boot0_usb_open(&job->bus, error);
}

static enum boot0_status open_trace(struct job *job, const char *file, struct boot0_error *error)
{
    job->trace = fopen(file, "w");
    if (job->trace) {
        setvbuf(job->trace, NULL, _IOLBF, BUFSIZ); /* what hangs will be killed */
        return BOOT0_OK;
    }
    boot0_fail(error, BOOT0_E_NO_OUTPUT, "%s: cannot be created: %s", file, strerror(errno));
    return boot0_hint(error, "The record of --trace goes there. Nothing was done.");
}

enum boot0_status job_open_bus(struct job *job, const struct arguments *arguments,
                               struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    memset(job, 0, sizeof *job);
    job->arguments = arguments;
    job->progress = progress_start(arguments->quiet || arguments->json, arguments->quiet);
    job->observer = (struct boot0_observer){progress_update, progress_note, &job->progress};
    if (arguments->trace)
        status = open_trace(job, arguments->trace, error);
    if (status == BOOT0_OK)
        status = open_bus(job, arguments, error);
    if (status != BOOT0_OK || !job->trace || arguments->port) /* a port records itself */
        return status;
    return boot0_trace_bus(&job->bus, job->trace, error);
}

struct boot0_selection job_selection(const struct arguments *arguments)
{
    return (struct boot0_selection){
        .has_vendor = arguments->has_device,
        .vendor = arguments->vendor,
        .has_product = arguments->has_product,
        .product = arguments->product,
        .serial = arguments->serial,
        .path = arguments->path,
        .touch = arguments->touch,
        .wait_ms = arguments->has_wait ? arguments->wait_ms : GRACE_MS,
        .has_interface = arguments->has_interface,
        .interface = (uint8_t)arguments->interface,
    };
}

struct boot0_session_options job_session_options(const struct arguments *arguments)
{
    return (struct boot0_session_options){
        .supply_mv = arguments->supply_mv,
        .patient = arguments->patient,
        .alternate = arguments->alternate,
        .chip = arguments->chip,
        .board = arguments->board,
    };
}

/* With --verbose also how it is spoken to. */
static void show_board(struct job *job)
{
    const struct boot0_board *board = boot0_session_board(job->session);
    char name[TEXT_BOARD], text[512];

    snprintf(text, sizeof text, "%s, port %s%s%s", text_board(name, board), board->usb.path,
             board->serial[0] ? ", serial " : "", board->serial);
    progress_line(&job->progress, "Board", text);
    if (board->contradiction[0]) {
        snprintf(text, sizeof text, "the board: %s", board->contradiction);
        progress_note(&job->progress, text);
    }
    if (!job->arguments->verbose)
        return;
    if (board->usb.kind == BOOT0_KIND_SERIAL)
        return; /* all of it has been said */
    snprintf(text, sizeof text, "%s %x.%02x, %u bytes a transfer, attributes 0x%02x, quirks: %s",
             board->has_addresses ? "DfuSe" : "DFU", board->dfu_version >> 8,
             board->dfu_version & 0xff, board->transfer_size, board->attributes,
             board->quirk ? board->quirk : "none");
    progress_line(&job->progress, "", text);
    for (size_t i = 0; i < board->alternate_count; i++) {
        snprintf(text, sizeof text, "alternate %u: %s", board->alternates[i].alternate,
                 board->alternates[i].name);
        progress_line(&job->progress, "", text);
    }
}

/* Where the time went; also after a failure. */
static void show_totals(struct job *job)
{
    struct boot0_report report;
    char text[256], total[TEXT_SHORT], read[TEXT_SHORT], erase[TEXT_SHORT], write[TEXT_SHORT],
        verify[TEXT_SHORT];

    boot0_session_report(job->session, &report);
    snprintf(text, sizeof text,
             "%" PRIu64 " %s in %s: %s reading, %s erasing, %s writing, "
             "%s verifying; %" PRIu64 " bytes read, %" PRIu64 " written",
             report.transfers,
             boot0_session_board(job->session)->usb.kind == BOOT0_KIND_SERIAL ? "commands"
                                                                              : "control transfers",
             text_time(total, report.total_us), text_time(read, report.read_us),
             text_time(erase, report.erase_us), text_time(write, report.write_us),
             text_time(verify, report.verify_us), report.bytes_read, report.bytes_written);
    progress_line(&job->progress, "Totals", text);
}

enum boot0_status job_open_session(struct job *job, struct boot0_error *error)
{
    const struct boot0_selection selection = job_selection(job->arguments);
    const struct boot0_session_options options = job_session_options(job->arguments);
    enum boot0_status status =
        boot0_session_open(&job->session, &job->bus, &selection, &options, &job->observer, error);

    progress_clear(&job->progress);
    return status;
}

enum boot0_status job_open_again(struct job *job, struct boot0_error *error)
{
    char path[BOOT0_PATH_MAX];
    const struct boot0_selection selection = {
        .path = path,
        .wait_ms = RETURN_WAIT_MS,
        .has_interface = job->arguments->has_interface,
        .interface = (uint8_t)job->arguments->interface,
    };
    const struct boot0_session_options options = {
        .supply_mv = job->arguments->supply_mv,
        .chip = job->arguments->chip,
        .board = job->arguments->board,
    };

    memcpy(path, boot0_session_board(job->session)->usb.path, sizeof path);
    boot0_session_close(job->session);
    job->session = NULL;
    return boot0_session_open(&job->session, &job->bus, &selection, &options, &job->observer,
                              error);
}

uint32_t job_program_address(const struct job *job)
{
    const struct boot0_board *board = boot0_session_board(job->session);

    const struct boot0_layout *layout;
    uint32_t address;

    if (board->flash_alternate < 0)
        return 0;
    layout = &board->alternates[board->flash_alternate].layout;
    /* What can only be read is the bootloader's own. */
    return boot0_layout_extent(layout, BOOT0_SECTOR_WRITABLE, &address, NULL)
               ? address
               : layout->regions[0].address;
}

/* Whether the board at a port has left its bootloader. */
static bool runs_program(const struct boot0_bus *bus, const char *path)
{
    struct boot0_candidate list[CANDIDATES_MAX];
    struct boot0_error ignored;
    size_t count;

    if (bus->ops->scan(bus->context, list, CANDIDATES_MAX, &count, &ignored) != BOOT0_OK)
        return false;
    for (size_t i = 0; i < count && i < CANDIDATES_MAX; i++)
        if (strcmp(list[i].path, path) == 0)
            return list[i].serial_only || list[i].dfu_protocol == BOOT0_DFU_PROTOCOL_RUNTIME;
    return false;
}

/* Plain DFU has no order to start a program: a USB reset may do, and may not. */
static enum boot0_status wait_for_program(struct job *job, const char *path,
                                          struct boot0_error *error)
{
    const struct boot0_bus *bus = &job->bus;
    uint64_t start_us = bus->ops->now_us(bus->context);

    while (bus->ops->now_us(bus->context) - start_us < (uint64_t)START_MS * 1000) {
        if (runs_program(bus, path))
            return BOOT0_OK;
        bus->ops->wait_change(bus->context, STEP_MS);
    }
    boot0_fail(error, BOOT0_E_PROTOCOL, "the board stays in its bootloader");
    return boot0_hint(error, "Press its reset button: this bootloader starts a program only after "
                             "a download.");
}

enum boot0_status job_start_program(struct job *job, struct boot0_error *error)
{
    const struct boot0_board *board = boot0_session_board(job->session);

    if (board->bootloader.present)
        return boot0_session_reset_to(job->session, BOOT0_TARGET_PROGRAM, error);
    if (board->has_addresses)
        return boot0_session_run(job->session, job_program_address(job), error);
    if (boot0_session_reset(job->session, error) != BOOT0_OK)
        return error->code;
    return wait_for_program(job, board->usb.path, error);
}

void job_resume(struct job *job)
{
    struct boot0_error error;

    if (!job->session || !boot0_session_board(job->session)->from_program)
        return;
    if (job_start_program(job, &error) == BOOT0_OK)
        progress_note(&job->progress, "the program goes on");
    else
        progress_note(
            &job->progress,
            boot0_session_board(job->session)->has_addresses
                ? "the board stays in DFU mode; `boot0 run` starts its program"
                : "the board stays in its bootloader; its reset button starts the program");
}

enum boot0_status job_open(struct job *job, const struct arguments *arguments,
                           struct boot0_error *error)
{
    enum boot0_status status = job_open_bus(job, arguments, error);

    if (status == BOOT0_OK)
        status = job_open_session(job, error);
    if (status == BOOT0_OK)
        show_board(job);
    return status;
}

/* What was flushed on the way and failed is seen in the file's error mark only. */
static void close_trace(struct job *job)
{
    bool failed;

    if (!job->trace)
        return;
    failed = ferror(job->trace) != 0;
    if (fclose(job->trace) != 0 || failed)
        print_wrapped(stderr, "Trace: ", "the file could not be written to its end");
}

static void show_divergence(const struct job *job)
{
    const char *text = NULL;

    if (job->replay.ops)
        text = boot0_replay_stream_divergence(&job->replay);
    else if (job->arguments->replay && !job->trace && !job->arguments->port && job->bus.ops)
        text = boot0_replay_divergence(&job->bus);
    if (text)
        print_wrapped(stderr, "Replay: ", text);
}

void job_close(struct job *job)
{
    progress_break_off(&job->progress);
    if (job->session && job->arguments->verbose)
        show_totals(job);
    boot0_session_close(job->session);
    show_divergence(job);
    boot0_bus_close(&job->bus);
    close_trace(job);
}

struct boot0_flash_options job_flash_options(const struct arguments *arguments)
{
    return (struct boot0_flash_options){
        .full = arguments->full,
        .no_preserve = arguments->no_preserve,
        .no_verify = arguments->no_verify,
        .no_run = arguments->no_run,
        .ignore_suffix = arguments->ignore_suffix,
        .force = arguments->force,
        .allow_option_bytes = arguments->allow_option_bytes,
        .skip_ram = arguments->skip_ram,
        .has_address = arguments->has_address,
        .address = arguments->address,
    };
}

/* Splits "FILE@ADDRESS". A name that has no number behind its '@', or is a file's, stays whole. */
static bool split_address(const char *operand, char *name, size_t size, uint32_t *address)
{
    const char *at = strrchr(operand, '@');
    size_t length = at ? (size_t)(at - operand) : 0;

    if (!at || length == 0 || length >= size || !parse_number(at + 1, false, address) ||
        access(operand, F_OK) == 0)
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

/* One file, with its address if that was given; `placed` counts raw binaries put at --address. */
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
    if (has_own && alone && !arguments->has_address) {
        /* The session then checks that the program is linked for it. */
        arguments->has_address = true;
        arguments->address = address;
        return BOOT0_OK;
    }
    if (has_own)
        return boot0_image_place(*image, address, error);
    if (alone || (*image)->has_addresses)
        return BOOT0_OK;
    if (!arguments->has_address) {
        boot0_fail(error, BOOT0_E_USAGE, "%s is a raw binary: it does not say where it belongs",
                   operand);
        return boot0_hint(error, "With several files, say it as %s@0x08000000.", operand);
    }
    if (++*placed > 1) {
        boot0_fail(error, BOOT0_E_USAGE, "--address is for one raw binary, and %s is another one",
                   operand);
        return boot0_hint(error, "Say for each where it belongs: %s@0x08000000.", operand);
    }
    return boot0_image_place(*image, arguments->address, error);
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

struct boot0_image *job_load(struct arguments *arguments, size_t from, size_t to,
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
        arguments->has_address = false;
    if (status == BOOT0_OK)
        return image;
    boot0_image_free(image);
    return NULL;
}

enum boot0_status job_format(const char *name, enum boot0_format *format, struct boot0_error *error)
{
    *format = name ? boot0_format_by_name(name) : BOOT0_FORMAT_UNKNOWN;
    if (!name || *format != BOOT0_FORMAT_UNKNOWN)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "there is no format \"%s\"", name);
    return boot0_hint(error, "Formats are binary, ihex, srec, elf, uf2, dfu and dfuse.");
}

void job_json_board(struct json *json, const struct boot0_board *board)
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

struct json job_json_begin(const struct job *job)
{
    struct json json = json_begin(stdout);

    json_open(&json, "board");
    job_json_board(&json, boot0_session_board(job->session));
    json_close(&json);
    return json;
}
