/* SPDX-License-Identifier: MIT */
/*
 * The page's calls: images, and one session at a time. A call returns an enum boot0_status, and
 * stores a JSON object (result.h): the answer, or the error. web/boot0.js is its only caller.
 *
 * Memory for files comes from web_allocate(). While a call is suspended, only cancel() and
 * virtual_cable() may be called.
 */
#include "bus.h"
#include "describe.h"
#include "host.h"
#include "result.h"
#include "virtual.h"

#include <core/array.h>
#include <stdlib.h>
#include <string.h>

enum {
    RETURN_MS = 3000, /* from the start of a program until it has enumerated */
};

static struct {
    bool stop; /* cancel() was called */
    struct boot0_bus bus;
    struct boot0_session *session;
    struct boot0_report before; /* the session's totals when the call began */
} web;

/* ---- memory, names ---- */

EXPORT(allocate) void *web_allocate(uint32_t size)
{
    return malloc(size ? size : 1);
}

EXPORT(release) void web_release(void *memory)
{
    free(memory);
}

/* The names of the numbers, and the version: the page's first call. */
EXPORT(describe) void web_describe(void)
{
    struct json json = web_result_begin();

    json_text(&json, "version", boot0_version());
    json_open_list(&json, "statuses");
    for (int i = 0; i < BOOT0_STATUS_COUNT; i++)
        json_text(&json, NULL, boot0_status_name((enum boot0_status)i));
    json_close_list(&json);
    json_open_list(&json, "advices");
    for (int i = 0; i < BOOT0_ADVICE_COUNT; i++)
        json_text(&json, NULL, boot0_advice_name((enum boot0_advice)i));
    json_close_list(&json);
    json_open_list(&json, "formats");
    for (int i = 0; i < BOOT0_FORMAT_COUNT; i++)
        json_text(&json, NULL, boot0_format_name((enum boot0_format)i));
    json_close_list(&json);
    web_describe_chips(&json);
    web_result_end(&json);
}

/* ---- the observer ---- */

static bool progress(void *context, const struct boot0_progress *now)
{
    (void)context;
    return web_host_progress(now->phase, (double)now->done, (double)now->total,
                             (double)now->elapsed_us, (double)now->expected_us,
                             (double)now->left_us) == 0 &&
           !web.stop;
}

static void describe_text(struct json *json, const void *text)
{
    json_text(json, "message", text);
}

static void describe_note(struct json *json, const void *note)
{
    web_describe_error(json, note);
}

static void describe_plan(struct json *json, const void *plan)
{
    web_describe_plan(json, plan);
}

static void note(void *context, const char *text)
{
    (void)context;
    web_event(describe_text, "note", text);
}

static void advise(void *context, const struct boot0_error *error)
{
    (void)context;
    web_event(describe_note, "note", error);
}

static void tell_plan(void *context, const struct boot0_plan *plan)
{
    (void)context;
    web_event(describe_plan, "plan", plan);
}

static const struct boot0_observer observer = {
    .progress = progress,
    .note = note,
    .advise = advise,
    .plan = tell_plan,
};

/* Ends the suspended call, as soon as the board can be left safely. */
EXPORT(cancel) void web_cancel(void)
{
    web.stop = true;
}

/* ---- images ---- */

static uint32_t answer_image(enum boot0_status status, struct boot0_image *image,
                             const struct boot0_error *error)
{
    struct json json;

    if (status != BOOT0_OK)
        return web_result(status, error);
    json = web_result_begin();
    json_number(&json, "image", (uintptr_t)image);
    web_describe_image(&json, image);
    web_result_end(&json);
    return BOOT0_OK;
}

/* Reads a file; `format` is a name of boot0_format_name(), or NULL. The page owns the image. */
EXPORT(image_parse)
uint32_t web_image_parse(const uint8_t *data, uint32_t size, const char *name, const char *format)
{
    struct boot0_image_options options = {.format = format ? boot0_format_by_name(format)
                                                           : BOOT0_FORMAT_UNKNOWN};
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_image *image;
    enum boot0_status status = boot0_image_parse(&image, data, size, name, &options, &error);

    return answer_image(status, image, &error);
}

EXPORT(image_place) uint32_t web_image_place(struct boot0_image *image, uint32_t address)
{
    struct boot0_error error = {.code = BOOT0_OK};

    return answer_image(boot0_image_place(image, address, &error), image, &error);
}

/* Adds another image, for builds of several files. */
EXPORT(image_merge)
uint32_t web_image_merge(struct boot0_image *image, const struct boot0_image *other)
{
    struct boot0_error error = {.code = BOOT0_OK};

    return answer_image(boot0_image_merge(image, other, &error), image, &error);
}

EXPORT(image_free) void web_image_free(struct boot0_image *image)
{
    boot0_image_free(image);
}

/* ---- sessions ---- */

static void close_session(void)
{
    boot0_session_close(web.session);
    boot0_bus_close(&web.bus);
    web.session = NULL;
    web.stop = false;
}

EXPORT(session_close) void web_session_close(void)
{
    close_session();
}

/* Returns the session's board, or the error of its opening; then closes the bus. */
static uint32_t answer_session(enum boot0_status status, const struct boot0_error *error)
{
    struct json json;

    if (status != BOOT0_OK) {
        close_session();
        return web_result(status, error);
    }
    json = web_result_begin();
    web_describe_board(&json, boot0_session_board(web.session));
    web_result_end(&json);
    return BOOT0_OK;
}

static const char *text_or_null(const char *text)
{
    return text && text[0] ? text : NULL;
}

/* `wait_ms`: maximum wait for a board that is not there yet. */
static uint32_t open_session(const char *chip, const char *board, uint32_t supply_mv,
                             uint32_t wait_ms)
{
    const struct boot0_selection selection = {.wait_ms = wait_ms};
    const struct boot0_session_options options = {
        .chip = text_or_null(chip),
        .board = text_or_null(board),
        .supply_mv = supply_mv,
    };
    struct boot0_error error = {.code = BOOT0_OK};

    return answer_session(
        boot0_session_open(&web.session, &web.bus, &selection, &options, &observer, &error),
        &error);
}

/*
 * Opens a session with the board behind WebUSB. `chip`, `board` and `supply_mv` come from the user,
 * or are "" and 0. The texts must live as long as the session.
 */
EXPORT(session_open_usb)
uint32_t web_session_open_usb(const char *chip, const char *board, uint32_t supply_mv)
{
    close_session();
    web.bus = web_usb_bus();
    return open_session(chip, board, supply_mv, RETURN_MS);
}

/* The same on the user's serial port. */
EXPORT(session_open_serial)
uint32_t web_session_open_serial(const char *boot, uint32_t baud, const char *chip,
                                 const char *board, uint32_t supply_mv)
{
    struct boot0_error error = {.code = BOOT0_OK};
    enum boot0_status status;

    close_session();
    status = web_serial_bus(&web.bus, text_or_null(boot), baud, &error);
    if (status != BOOT0_OK)
        return web_result(status, &error);
    return open_session(chip, board, supply_mv, 0);
}

/* The same with the virtual board, which web_virtual_plug() has made. */
EXPORT(session_open_virtual)
uint32_t web_session_open_virtual(const char *chip, const char *board, uint32_t supply_mv)
{
    struct boot0_error error = {.code = BOOT0_OK};
    enum boot0_status status;

    close_session();
    status = web_virtual_bus(&web.bus, &error);
    if (status != BOOT0_OK)
        return web_result(status, &error);
    return open_session(chip, board, supply_mv, 0);
}

/* ---- operations of a session ---- */

/* "full no_run": the members of struct boot0_flash_options to set. */
static enum boot0_status read_options(const char *words, double address,
                                      struct boot0_flash_options *options,
                                      struct boot0_error *error)
{
    const struct {
        const char *word;
        bool *member;
    } rows[] = {
        {"full", &options->full},
        {"no_preserve", &options->no_preserve},
        {"no_verify", &options->no_verify},
        {"no_run", &options->no_run},
        {"ignore_suffix", &options->ignore_suffix},
        {"force", &options->force},
        {"allow_option_bytes", &options->allow_option_bytes},
        {"skip_ram", &options->skip_ram},
    };

    *options = (struct boot0_flash_options){.has_address = address >= 0,
                                            .address = address >= 0 ? (uint32_t)address : 0};
    for (const char *word = words + strspn(words, " "); *word; word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        bool known = false;

        for (size_t i = 0; i < B0_LENGTH(rows); i++)
            if (strlen(rows[i].word) == length && strncmp(rows[i].word, word, length) == 0)
                known = *rows[i].member = true;
        if (!known)
            return boot0_fail(error, BOOT0_E_USAGE, "unknown option \"%.*s\"", (int)length, word);
        word += length;
    }
    return BOOT0_OK;
}

static enum boot0_status need_session(struct boot0_error *error)
{
    web.stop = false;
    if (!web.session)
        return boot0_fail(error, BOOT0_E_USAGE, "no board is connected");
    boot0_session_report(web.session, &web.before);
    return BOOT0_OK;
}

/* This call's part of the session's totals. */
static struct boot0_report report_of_call(void)
{
    const struct boot0_report *before = &web.before;
    struct boot0_report report;

    boot0_session_report(web.session, &report);
    report.image_bytes -= before->image_bytes;
    report.unchanged_bytes -= before->unchanged_bytes;
    report.sectors_erased -= before->sectors_erased;
    report.bytes_read -= before->bytes_read;
    report.bytes_written -= before->bytes_written;
    report.bytes_verified -= before->bytes_verified;
    report.transfers -= before->transfers;
    report.total_us -= before->total_us;
    return report;
}

static uint32_t answer_report(enum boot0_status status, const struct boot0_error *error)
{
    struct boot0_report report;
    struct json json;

    if (status != BOOT0_OK)
        return web_result(status, error);
    report = report_of_call();
    json = web_result_begin();
    web_describe_report(&json, &report);
    web_result_end(&json);
    return BOOT0_OK;
}

/* Runs an operation with an image; `address` is for raw binaries, negative: none. */
static uint32_t with_image(enum boot0_status (*job)(struct boot0_session *session,
                                                    const struct boot0_image *image,
                                                    const struct boot0_flash_options *options,
                                                    struct boot0_error *error),
                           const struct boot0_image *image, const char *words, double address)
{
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_flash_options options;
    enum boot0_status status = need_session(&error);

    if (status == BOOT0_OK)
        status = read_options(words, address, &options, &error);
    if (status == BOOT0_OK)
        status = job(web.session, image, &options, &error);
    return answer_report(status, &error);
}

EXPORT(session_flash)
uint32_t web_session_flash(const struct boot0_image *image, const char *words, double address)
{
    return with_image(boot0_session_flash, image, words, address);
}

EXPORT(session_verify)
uint32_t web_session_verify(const struct boot0_image *image, const char *words, double address)
{
    return with_image(boot0_session_verify, image, words, address);
}

/* Checks whether the image fits this board; reads and writes nothing. */
EXPORT(session_check)
uint32_t web_session_check(const struct boot0_image *image, const char *words, double address)
{
    return with_image(boot0_session_check, image, words, address);
}

/* Sends the plan of each memory as an event. */
static enum boot0_status plan_all(struct boot0_session *session, const struct boot0_image *image,
                                  const struct boot0_flash_options *options,
                                  struct boot0_error *error)
{
    struct boot0_plan *plan;

    for (size_t nth = 0;; nth++) {
        enum boot0_status status = boot0_session_plan(session, image, options, nth, &plan, error);

        if (status != BOOT0_OK || !plan)
            return status;
        tell_plan(NULL, plan);
        boot0_plan_free(plan);
    }
}

EXPORT(session_plan)
uint32_t web_session_plan(const struct boot0_image *image, const char *words, double address)
{
    return with_image(plan_all, image, words, address);
}

/* ---- boot0's own bootloader ---- */

static enum boot0_status may_lose(void *context, enum boot0_install_loss loss,
                                  struct boot0_error *error)
{
    (void)context;
    if (web_host_may_lose(loss))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_CANCELLED, "the installation was stopped: nothing was changed");
    return boot0_hint(error, "Install it again and allow the loss.");
}

/* `update`: the board may have another version of it. */
EXPORT(session_install)
uint32_t web_session_install(const struct boot0_image *bootloader, uint32_t update, uint32_t no_run)
{
    const struct boot0_install_options options = {
        .update = update != 0, .no_run = no_run != 0, .lose = may_lose};
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_install_report install;
    struct boot0_report report;
    enum boot0_status status = need_session(&error);
    struct json json;

    if (status == BOOT0_OK)
        status = boot0_session_install(web.session, bootloader, &options, &install, &error);
    if (status != BOOT0_OK)
        return web_result(status, &error);
    report = report_of_call();
    json = web_result_begin();
    web_describe_install(&json, &install);
    web_describe_report(&json, &report);
    web_result_end(&json);
    return BOOT0_OK;
}

/* ---- reading, starting ---- */

/* Reads memory to `data`, which has `size` bytes. */
EXPORT(session_read)
uint32_t web_session_read(uint32_t address, uint8_t *data, uint32_t size)
{
    struct boot0_error error = {.code = BOOT0_OK};
    enum boot0_status status = need_session(&error);

    if (status == BOOT0_OK)
        status = boot0_session_read(web.session, address, data, size, &error);
    return answer_report(status, &error);
}

/* Leaves DFU mode for the program at `address`. */
EXPORT(session_run) uint32_t web_session_run(uint32_t address)
{
    struct boot0_error error = {.code = BOOT0_OK};
    enum boot0_status status = need_session(&error);

    if (status == BOOT0_OK)
        status = boot0_session_run(web.session, address, &error);
    return answer_report(status, &error);
}

/* ---- virtual boards ---- */

/* Plugs in a virtual board, in place of the previous one. */
EXPORT(virtual_plug) uint32_t web_virtual_plug(const char *spec, double speed)
{
    struct boot0_error error = {.code = BOOT0_OK};

    close_session();
    return web_result(web_virtual_make(spec, speed, &error), &error);
}

EXPORT(virtual_read)
uint32_t web_virtual_read(uint32_t address, uint8_t *data, uint32_t size)
{
    return web_virtual_peek(address, data, size);
}

/* Pulls its cable, or plugs it in again: also while a call is suspended. */
EXPORT(virtual_cable) void web_virtual_cable(uint32_t plugged)
{
    web_virtual_connect(plugged != 0);
}

/* ---- the UART of a virtual board: web/virtual-port.js makes a SerialPort of it ---- */

EXPORT(uart_plug) uint32_t web_uart_plug(const char *spec)
{
    struct boot0_error error = {.code = BOOT0_OK};

    return web_result(web_virtual_uart_make(spec, &error), &error);
}

/* These return an enum boot0_xfer. */
EXPORT(uart_set)
uint32_t web_uart_set(uint32_t baud, uint32_t even_parity, uint32_t dtr, uint32_t rts)
{
    const struct boot0_stream uart = web_virtual_uart();
    const struct boot0_line line = {.baud = baud,
                                    .dtr = dtr != 0,
                                    .rts = rts != 0,
                                    .parity = even_parity ? BOOT0_PARITY_EVEN : BOOT0_PARITY_NONE};

    return uart.ops ? uart.ops->set(uart.context, &line) : BOOT0_XFER_GONE;
}

EXPORT(uart_send) uint32_t web_uart_send(const uint8_t *bytes, uint32_t size, uint32_t timeout_ms)
{
    const struct boot0_stream uart = web_virtual_uart();

    return uart.ops ? uart.ops->send(uart.context, bytes, size, timeout_ms) : BOOT0_XFER_GONE;
}

/* Returns how many bytes arrived within `timeout_ms` of the board's time. */
EXPORT(uart_receive)
uint32_t web_uart_receive(uint8_t *bytes, uint32_t size, uint32_t timeout_ms)
{
    const struct boot0_stream uart = web_virtual_uart();
    size_t actual = 0;

    if (uart.ops)
        (void)uart.ops->receive(uart.context, bytes, size, &actual, timeout_ms);
    return (uint32_t)actual;
}

EXPORT(uart_read) uint32_t web_uart_read(uint32_t address, uint8_t *data, uint32_t size)
{
    return web_virtual_uart_peek(address, data, size);
}
