/* A board's life: made, powered, connected, reset, freed; and its bus. */
#include "board.h"

#include "faults.h"
#include "trace.h"

#include <core/bytes.h>
#include <core/descriptors.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- contents ---- */

static void fill_flash(struct vboard *board)
{
    const struct vboard_area *flash = vboard_chip_flash(&board->chip);
    uint8_t *bytes = vboard_chip_at(&board->chip, flash->address, flash->size);
    uint32_t bits = 1;

    memset(bytes, board->settings.fill_byte, flash->size);
    for (uint32_t i = 0; board->settings.fill == VBOARD_FILL_RANDOM && i < flash->size; i++) {
        bits = bits * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(bits >> 24);
    }
}

static enum boot0_status fail_file(struct boot0_error *error, enum boot0_status code,
                                   const char *what, const char *name)
{
    return boot0_fail(error, code, "cannot %s the flash file \"%s\": %s", what, name,
                      strerror(errno));
}

/* A file that is not there yet is no error: it will be. */
static enum boot0_status load_flash(struct vboard *board, struct boot0_error *error)
{
    const struct vboard_area *flash = vboard_chip_flash(&board->chip);
    const char *name = board->settings.flash_file;
    FILE *file = name ? fopen(name, "rb") : NULL;
    bool failed, longer;

    if (!name || (!file && errno == ENOENT))
        return B0_OK;
    if (!file)
        return fail_file(error, B0_E_NO_INPUT, "open", name);
    (void)!fread(vboard_chip_at(&board->chip, flash->address, flash->size), 1, flash->size, file);
    longer = fgetc(file) != EOF;
    failed = ferror(file);
    fclose(file);
    if (failed)
        return fail_file(error, B0_E_NO_INPUT, "read", name);
    if (longer)
        return boot0_fail(error, B0_E_USAGE,
                          "the flash file \"%s\" is larger than the %u KiB of a %s", name,
                          (unsigned)(flash->size / 1024), board->build.part->name);
    return B0_OK;
}

enum boot0_status vboard_board_save(const struct vboard *board, struct boot0_error *error)
{
    const struct vboard_area *flash = vboard_chip_flash(&board->chip);
    const char *name = board->settings.flash_file;
    FILE *file;
    size_t written;

    if (!name)
        return B0_OK;
    file = fopen(name, "wb");
    if (!file)
        return fail_file(error, B0_E_NO_OUTPUT, "write", name);
    written =
        fwrite(vboard_chip_at(&board->chip, flash->address, flash->size), 1, flash->size, file);
    if (fclose(file) != 0 || written != flash->size)
        return fail_file(error, B0_E_NO_OUTPUT, "write", name);
    return B0_OK;
}

/* ---- life ---- */

void vboard_board_free(struct vboard *board)
{
    if (board->bootloader.ops)
        board->bootloader.ops->free(board->bootloader.context);
    if (board->processor.ops)
        board->processor.ops->free(board->processor.context);
    vboard_chip_free(&board->chip);
    free(board->settings.elf_file);
    free(board->settings.flash_file);
    free(board);
}

static enum boot0_status prepare(struct vboard *board, struct boot0_error *error)
{
    if (!vboard_chip_init(&board->chip, board->build.part))
        return boot0_fail(error, B0_E_MEMORY, "out of memory");
    board->chip.supply_mv = board->settings.supply_mv;
    board->chip.erases_by_width = board->settings.feature_erase;
    vboard_chip_set_serial(&board->chip, board->settings.serial);
    vboard_options_init(&board->chip, board->settings.read_protection);
    fill_flash(board);
    return load_flash(board, error);
}

struct vboard *vboard_board_new(const struct vboard_build *build,
                                const struct vboard_settings *settings, struct boot0_error *error)
{
    struct vboard *board = calloc(1, sizeof *board);

    if (!board) {
        free(settings->elf_file);
        free(settings->flash_file);
        boot0_fail(error, B0_E_MEMORY, "out of memory");
        return NULL;
    }
    board->build = *build;
    board->settings = *settings;
    board->cut_us = board->replug_us = board->timer_us = VBOARD_NEVER;
    if (prepare(board, error) != B0_OK) {
        vboard_board_free(board);
        return NULL;
    }
    return board;
}

void vboard_board_begin(struct vboard *board)
{
    if (board->settings.plug_ms > 0)
        board->replug_us = (uint64_t)board->settings.plug_ms * 1000;
    else
        vboard_power_on(board);
}

const char *vboard_name(const struct vboard *board)
{
    return board->build.name;
}

const char *vboard_serial(const struct vboard *board)
{
    return board->settings.serial;
}

/* ---- connection ---- */

bool vboard_connected(const struct vboard *board)
{
    return board->device.ops != NULL;
}

bool vboard_runs_program(const struct vboard *board)
{
    return board->processor.ops && board->processor.ops->runs(board->processor.context);
}

unsigned vboard_connection(const struct vboard *board)
{
    return board->connection;
}

size_t vboard_descriptors(const struct vboard *board, uint8_t *bytes, size_t size)
{
    const struct vboard_usb_ops *ops = board->device.ops;

    if (!ops)
        return 0;
    return ops->descriptors ? ops->descriptors(board->device.context, bytes, size)
                            : vboard_usb_descriptors(board, bytes, size);
}

void vboard_connect(struct vboard *board, const struct vboard_usb_ops *ops, void *context)
{
    uint8_t device[B0_USB_DEVICE_DESC_SIZE] = {0};

    board->device.ops = ops;
    board->device.context = context;
    board->connection++;
    /* The host enumerates at once and chooses the only configuration. */
    board->usb.configuration = 1;
    memset(board->usb.alternate, 0, sizeof board->usb.alternate);
    vboard_descriptors(board, device, sizeof device);
    vboard_trace(board, "connected as %04x:%04x", b0_load16(device + 8), b0_load16(device + 10));
}

void vboard_disconnect(struct vboard *board)
{
    if (!board->device.ops)
        return;
    board->device.ops = NULL;
    board->timer_us = VBOARD_NEVER;
    vboard_trace(board, "disconnected");
}

/* ---- power and reset ---- */

static void stop_program(struct vboard *board)
{
    if (board->processor.ops)
        board->processor.ops->stop(board->processor.context);
}

static void reset_cause(struct vboard *board, enum vboard_cause cause)
{
    if (board->processor.ops)
        board->processor.ops->reset_cause(board->processor.context, cause);
}

static void start_bootloader(struct vboard *board)
{
    board->bootloader.ops->start(board->bootloader.context);
}

/* RM0090, 2.4 "Boot configuration"; level 2 starts nothing but the flash. */
static void boot(struct vboard *board)
{
    stop_program(board);
    memset(&board->work, 0, sizeof board->work);
    vboard_uart_stop(board);
    vboard_chip_reset(&board->chip);
    board->timer_us = VBOARD_NEVER;
    start_bootloader(board);
}

void vboard_power_on(struct vboard *board)
{
    if (board->powered)
        return;
    board->powered = true;
    board->replug_us = VBOARD_NEVER;
    reset_cause(board, VBOARD_CAUSE_POWER);
    vboard_trace(board, "power on, BOOT0 = %d", board->settings.boot0);
    boot(board);
    if (board->settings.boot0_button)
        board->settings.boot0 = false;
}

void vboard_power_off(struct vboard *board)
{
    if (!board->powered)
        return;
    vboard_work_interrupt(board);
    board->powered = false;
    board->cut_us = VBOARD_NEVER;
    vboard_disconnect(board);
    if (board->processor.ops)
        board->processor.ops->power_off(board->processor.context);
    vboard_uart_stop(board);
    vboard_chip_lose_ram(&board->chip);
    board->bootloader.ops->power_off(board->bootloader.context);
    vboard_trace(board, "power off");
}

void vboard_system_reset(struct vboard *board)
{
    if (!board->powered)
        return;
    vboard_work_interrupt(board);
    vboard_disconnect(board);
    board->stats.resets++;
    vboard_trace(board, "reset");
    boot(board);
}

void vboard_start_program(struct vboard *board, uint32_t address)
{
    struct vboard_stats *stats = &board->stats;
    bool leaves = board->device.ops || board->uart.listener;
    bool sane = vboard_chip_vectors(&board->chip, address, &stats->start_stack, &stats->start_pc);

    vboard_disconnect(board);
    vboard_uart_stop(board);
    stats->start_address = address;
    stats->started = sane;
    if (sane)
        vboard_trace(board, "started the program at 0x%08x: stack 0x%08x, entry 0x%08x", address,
                     stats->start_stack, stats->start_pc);
    else
        vboard_violation(board, 1, "started what is no program", address);
    if (sane && board->processor.ops)
        board->processor.ops->start(board->processor.context, address, leaves);
}

/* The ROM does not look at BOOT0: it is entered by a jump, and starts as after a reset. */
void vboard_enter_rom(struct vboard *board)
{
    bool boot0 = board->settings.boot0;

    vboard_disconnect(board);
    stop_program(board);
    board->settings.boot0 = true;
    start_bootloader(board);
    board->settings.boot0 = boot0;
}

void vboard_press_reset(struct vboard *board)
{
    if (board->powered)
        reset_cause(board, VBOARD_CAUSE_PIN);
    vboard_system_reset(board);
}

void vboard_power_cycle(struct vboard *board)
{
    vboard_power_off(board);
    vboard_power_on(board);
}

void vboard_set_boot0(struct vboard *board, bool high)
{
    board->settings.boot0 = high;
}

void vboard_violation(struct vboard *board, uint32_t count, const char *what, uint32_t address)
{
    board->stats.violations += count;
    vboard_trace(board, "VIOLATION: %s, at 0x%08x (%u in all)", what, address, (unsigned)count);
}

/* ---- the bus ---- */

static uint8_t type_of(const struct boot0_setup *setup)
{
    return setup->request_type & B0_USB_TYPE_MASK;
}

static bool is_getstatus(const struct boot0_setup *setup)
{
    return type_of(setup) == B0_USB_TYPE_CLASS && setup->request == B0_DFU_GETSTATUS;
}

static void count_transfer(struct vboard *board, const struct boot0_setup *setup)
{
    if (type_of(setup) == B0_USB_TYPE_STANDARD)
        board->stats.standard_transfers++;
    else
        board->stats.transfers++;
    board->status_requests += is_getstatus(setup);
}

/* Asks the board, which may hold the transfer back; *actual is 0 unless it went well. */
static enum boot0_xfer perform(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual)
{
    bool counted = type_of(setup) != B0_USB_TYPE_STANDARD;
    enum boot0_xfer result;

    if (counted && vboard_faults_transfer(board, &result))
        return result;
    if (board->work.busy && board->work.naks) {
        result = vboard_work_finish(board);
        if (result != B0_XFER_OK)
            return result;
    }
    result = board->device.ops->control(board->device.context, setup, data, actual);
    if (result != B0_XFER_OK)
        *actual = 0;
    else if (is_getstatus(setup))
        vboard_faults_status(board, data, *actual);
    return result;
}

static void account(struct vboard *board, const struct boot0_setup *setup, size_t actual,
                    enum boot0_xfer result, bool keeps_time)
{
    uint64_t bus_us = vboard_bus_us(setup, actual, result == B0_XFER_STALL);

    board->stats.bus_us += bus_us;
    if (!keeps_time)
        vboard_clock_advance(board, board->now_us + bus_us, false);
    if (setup->request_type & B0_USB_DIR_IN)
        board->stats.bytes_in += actual;
    else
        board->stats.bytes_out += actual;
}

enum boot0_xfer vboard_control(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint64_t timeout_us)
{
    uint64_t start_us = board->now_us;
    unsigned connection = board->connection;
    enum boot0_xfer result;
    bool keeps_time;

    *actual = 0;
    vboard_clock_advance(board, board->now_us, false);
    if (!board->device.ops || board->connection != connection)
        return B0_XFER_GONE;
    board->deadline_us =
        timeout_us < VBOARD_NEVER - board->now_us ? board->now_us + timeout_us : VBOARD_NEVER;
    keeps_time = board->device.ops->keeps_time;
    count_transfer(board, setup);
    result = perform(board, setup, data, actual);
    if (result == B0_XFER_TIMEOUT && board->deadline_us != VBOARD_NEVER)
        vboard_clock_advance(board, board->deadline_us, true);
    else if (result != B0_XFER_TIMEOUT && result != B0_XFER_GONE)
        account(board, setup, *actual, result, keeps_time);
    vboard_trace_transfer(board, setup, data, *actual, result, start_us);
    if (result == B0_XFER_OK && board->device.ops && board->connection == connection &&
        board->device.ops->sent)
        board->device.ops->sent(board->device.context);
    return result;
}

enum boot0_xfer vboard_packet(struct vboard *board, uint8_t endpoint, uint8_t *data, size_t *size,
                              uint64_t timeout_us)
{
    vboard_clock_advance(board, board->now_us, false);
    if (!board->device.ops)
        return B0_XFER_GONE;
    if (!board->device.ops->packet)
        return B0_XFER_STALL;
    return board->device.ops->packet(
        board->device.context, endpoint, data, size,
        timeout_us < VBOARD_NEVER - board->now_us ? board->now_us + timeout_us : VBOARD_NEVER);
}

void vboard_bus_reset(struct vboard *board)
{
    if (!board->device.ops)
        return;
    vboard_trace(board, "bus reset");
    memset(board->usb.alternate, 0, sizeof board->usb.alternate);
    if (board->device.ops->bus_reset)
        board->device.ops->bus_reset(board->device.context);
}

/* ---- time ---- */

void vboard_wait(struct vboard *board, uint64_t microseconds)
{
    vboard_wait_until(board, board->now_us + microseconds);
}

void vboard_wait_until(struct vboard *board, uint64_t now_us)
{
    if (now_us > board->now_us)
        vboard_clock_advance(board, now_us, true);
}

uint64_t vboard_now_us(const struct vboard *board)
{
    return board->now_us;
}

/* ---- a debug probe's view ---- */

bool vboard_peek(const struct vboard *board, uint32_t address, uint8_t *data, size_t size)
{
    const uint8_t *bytes =
        size <= UINT32_MAX ? vboard_chip_at(&board->chip, address, (uint32_t)size) : NULL;

    if (!bytes)
        return false;
    memcpy(data, bytes, size);
    return true;
}

bool vboard_poke(struct vboard *board, uint32_t address, const uint8_t *data, size_t size)
{
    uint8_t *bytes =
        size <= UINT32_MAX ? vboard_chip_at(&board->chip, address, (uint32_t)size) : NULL;

    if (!bytes)
        return false;
    memcpy(bytes, data, size);
    return true;
}

void vboard_set_trace(struct vboard *board, FILE *file)
{
    board->trace = file;
}
