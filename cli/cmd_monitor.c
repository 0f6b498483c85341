/* SPDX-License-Identifier: MIT */
/* boot0 monitor: shows what the program prints. */
#include "arduino/serve.h"
#include "console.h"

enum {
    BAUD = 115200,
    APPEAR_MS = 2000, /* a program that was just started may appear late */
};

/* The IDE sends port and settings on stdin. */
static enum boot0_status run_for_ide(const struct arguments *arguments, struct boot0_error *error)
{
    if (arguments->operand_count > 0 || arguments->select.port || arguments->select.path ||
        arguments->select.serial || arguments->select.has_device || arguments->select.baud ||
        arguments->select.has_wait) {
        boot0_fail(error, BOOT0_E_USAGE, "--arduino takes port and settings from the IDE");
        return boot0_hint(error, "Use `boot0 monitor --arduino` alone, or omit --arduino to use a "
                                 "port on this terminal.");
    }
    return monitor_serve(error);
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    const struct console console = {
        .port = arguments->operand_count > 0 ? arguments->operands[0] : arguments->select.port,
        .path = arguments->select.path,
        .serial = arguments->select.serial,
        .has_vendor = arguments->select.has_device,
        .vendor = arguments->select.vendor,
        .has_product = arguments->select.has_product,
        .product = arguments->select.product,
        .baud = arguments->select.baud ? arguments->select.baud : BAUD,
        .wait_ms = arguments->select.has_wait ? arguments->select.wait_ms : APPEAR_MS,
        .quiet = arguments->quiet,
    };

    if (arguments->flash.arduino)
        return run_for_ide(arguments, error);
    return console_run(&console, error);
}

static const enum option taken[] = {OPTION_DEVICE,  OPTION_SERIAL, OPTION_PATH,
                                    OPTION_WAIT,    OPTION_PORT,   OPTION_BAUD,
                                    OPTION_ARDUINO, OPTION_QUIET,  OPTION_HELP};

const struct command command_monitor = {
    .name = "monitor",
    .operands = "[PORT]",
    .summary = "show a program's serial output and send what you type",
    .text = "Opens a board's serial port: the named one, the one of the board that --serial, "
            "--path or -d select, or the only USB serial port. If the board resets or is "
            "unplugged, boot0 waits for it and recognises it by its serial number. Ctrl-C or "
            "Ctrl-] ends it. If standard input is a pipe, its data is sent, and its end does not "
            "end the monitor. With --arduino, implements the pluggable monitor protocol of the "
            "Arduino IDE 2 and arduino-cli: commands on standard input (HELLO, DESCRIBE, "
            "CONFIGURE, OPEN, CLOSE, QUIT), JSON on standard output, and the port's data over a "
            "TCP connection to the IDE.",
    .examples = "  boot0 monitor\n  boot0 monitor --baud 9600 /dev/ttyUSB0",
    COMMAND_OPTIONS(taken),
    .operands_max = 1,
    .run = run,
};
