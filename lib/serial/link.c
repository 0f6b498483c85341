/* SPDX-License-Identifier: MIT */
/* Runs the UART engine over a stream and turns its failures into errors with a hint. */
#include "serial.h"
#include <core/array.h>

static const struct {
    uint8_t code;
    const char *name;
} command_names[] = {
    {B0_AN3155_GET, "Get"},
    {B0_AN3155_GET_VERSION, "Get Version"},
    {B0_AN3155_GET_ID, "Get ID"},
    {B0_AN3155_READ, "Read Memory"},
    {B0_AN3155_GO, "Go"},
    {B0_AN3155_WRITE, "Write Memory"},
    {B0_AN3155_ERASE, "Erase"},
    {B0_AN3155_EXTENDED_ERASE, "Extended Erase"},
    {B0_AN3155_WRITE_PROTECT, "Write Protect"},
    {B0_AN3155_WRITE_UNPROTECT, "Write Unprotect"},
    {B0_AN3155_READOUT_PROTECT, "Readout Protect"},
    {B0_AN3155_READOUT_UNPROTECT, "Readout Unprotect"},
    {B0_AN3155_GET_CHECKSUM, "Get Checksum"},
};

static const char *command_name(uint8_t code)
{
    for (size_t i = 0; i < B0_LENGTH(command_names); i++)
        if (command_names[i].code == code)
            return command_names[i].name;
    return "synchronising";
}

static const struct {
    enum boot0_status code;
    const char *what;
    const char *hint;
    enum boot0_advice advice;
} failures[B0_AN3155_FAIL_COUNT] = {
    [B0_AN3155_FAIL_NONE] = {BOOT0_E_INTERNAL, "failed for no reason", "", BOOT0_ADVICE_NONE},
    [B0_AN3155_FAIL_SILENT] =
        {BOOT0_E_IO, "does not answer",
         "Check that it is in its bootloader (BOOT0 at 3.3 V, then reset), that TX goes to RX and "
         "RX "
         "to TX, that ground is connected, and that its bootloader listens to this UART. Reset it "
         "after a failed attempt.",
         BOOT0_ADVICE_RESET_LINES},
    [B0_AN3155_FAIL_NOISE] =
        {BOOT0_E_IO, "sent an invalid answer",
         "Reset it with BOOT0 at 3.3 V, because its program may be talking instead of the "
         "bootloader. Or try a lower speed, shorter wires or another adapter.",
         BOOT0_ADVICE_LINE_SPEED},
    [B0_AN3155_FAIL_TIMEOUT] =
        {BOOT0_E_IO, "did not answer in time",
         "Try a lower speed: usually the wires lose characters. Reset the board into its "
         "bootloader before you try again.",
         BOOT0_ADVICE_LINE_SPEED},
    [B0_AN3155_FAIL_REFUSED] =
        {BOOT0_E_PROTECTED, "refused",
         "Remove read protection: ST's bootloaders give this answer when it is on. That erases "
         "everything in the chip's flash.",
         BOOT0_ADVICE_UNPROTECT_READ},
    [B0_AN3155_FAIL_ADDRESS] =
        {BOOT0_E_PROTOCOL, "refused the address",
         "Give another address: the board has no such address, or the bootloader reserves it. The "
         "part may have less flash than the largest of its kind.",
         BOOT0_ADVICE_SEE_MEMORIES},
    [B0_AN3155_FAIL_NACK] =
        {BOOT0_E_PROTOCOL, "reported a failure",
         "Write the whole file again: usually a sector is write-protected, or memory was not "
         "erased.",
         BOOT0_ADVICE_WRITE_ALL},
    [B0_AN3155_FAIL_UNSUPPORTED] =
        {BOOT0_E_UNSUPPORTED, "cannot do this",
         "Try another way: the bootloader does not have that command, or the chip has no such "
         "page.",
         BOOT0_ADVICE_NONE},
    [B0_AN3155_FAIL_DIRTY] = {BOOT0_E_IO, "wrote a block only in part",
                              "Check the wires: the line was disturbed.", BOOT0_ADVICE_REPEAT},
    [B0_AN3155_FAIL_GONE] =
        {BOOT0_E_GONE, "went away",
         "Plug the serial adapter in again, and bring the board into its bootloader.",
         BOOT0_ADVICE_REPEAT},
    [B0_AN3155_FAIL_TRANSFER] = {BOOT0_E_IO, "cannot be reached",
                                 "Plug the adapter in again: the serial port does not accept data.",
                                 BOOT0_ADVICE_NONE},
};

static enum boot0_status fail(void *context, const struct b0_task *task, struct boot0_error *error)
{
    const struct b0_uart_bus *bus = context;
    const struct b0_an3155 *engine = &bus->engine;
    char where[B0_TASK_PLACE];

    boot0_fail(error, failures[engine->failure].code, "the board on %s %s (%s) while %s%s",
               bus->port, failures[engine->failure].what, command_name(engine->failed_command),
               task->doing, b0_task_place(task, engine->done, where));
    (void)boot0_hint(error, "%s", failures[engine->failure].hint);
    return boot0_advise(error, failures[engine->failure].advice, NULL);
}

static enum b0_drive step(void *context)
{
    struct b0_uart_bus *bus = context;
    const struct boot0_stream *stream = &bus->stream;
    struct b0_an3155_step step;
    enum boot0_xfer result;
    size_t actual = 0;

    switch (b0_an3155_next(&bus->engine, stream->ops->now_us(stream->context), &step)) {
    case B0_AN3155_DONE:
        return B0_DRIVE_DONE;
    case B0_AN3155_FAILED:
        return B0_DRIVE_FAILED;
    case B0_AN3155_SEND:
        result = stream->ops->send(stream->context, step.send, step.size, step.timeout_ms);
        actual = result == BOOT0_XFER_OK ? step.size : 0;
        break;
    default:
        result = stream->ops->receive(stream->context, step.receive, step.size, &actual,
                                      step.timeout_ms);
    }
    b0_an3155_feed(&bus->engine, result, actual, stream->ops->now_us(stream->context));
    return B0_DRIVE_ON;
}

enum boot0_status b0_uart_run(struct b0_uart_bus *bus, const struct b0_task *task,
                              const struct b0_tick *tick, struct boot0_error *error)
{
    static const struct b0_driver driver = {step, fail};
    static const struct b0_tick never;

    return b0_drive(&driver, bus, task, tick ? tick : &never, error);
}
