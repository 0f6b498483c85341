/* SPDX-License-Identifier: MIT */
/*
 * The peripherals: one row each, how the CPU's accesses reach them, and how they are wired to time
 * and to the clocks. A new peripheral is a file and a row here. RM0090, 2.3, tables 1 and 4.
 */
#include "devices.h"

#include "adc.h"
#include "cpu.h"
#include "flash_controller.h"
#include "gpio.h"
#include "memory.h"
#include "nvic.h"
#include "parts.h"
#include "power.h"
#include "rcc.h"
#include "report.h"
#include "scb.h"
#include "system.h"
#include "systick.h"
#include "time.h"
#include "timer.h"
#include "usart.h"
#include "usb_port.h"
#include "watchdog.h"
#include <core/array.h>

enum {
    BLOCK_SIZE = 0x400,
    OTG_BASE = 0x50000000,
    OTG_SIZE = 0x40000,
    RCC_BASE = 0x40023800,
    RESET_TO_ENABLE = 0x20, /* from a reset register to its enable register */
    AHB1RSTR = 0x10,
    APB1RSTR = 0x20,
    PWRRST = 28, /* bit of APB1RSTR */
    BIT_BAND_SIZE = 0x2000000,
};

/* Address ranges of peripherals. */
static const struct {
    uint32_t base, size;
} spans[] = {
    {0x40000000, 0x00080000}, /* APB1, APB2, AHB1 */
    {0x50000000, 0x00061000}, /* AHB2 */
    {0xa0000000, 0x00001000}, /* FSMC */
    {0xe0000000, 0x00100000}, /* the core's own */
};

#define DEVICE(title, at, bytes, clock, bit, model)                                                \
    {                                                                                              \
        title, at, bytes, clock, bit, vboard_##model##_read, vboard_##model##_write,               \
            vboard_##model##_reset                                                                 \
    }

/* Clocks are the offset of an enable register in the RCC, and its bit (RM0090, 7.3.10 to 7.3.14).
 */
static const struct vboard_device devices[] = {
    DEVICE("SysTick", 0xe000e010, 0x10, 0, 0, systick),
    DEVICE("NVIC", 0xe000e100, 0xc00, 0, 0, nvic),
    DEVICE("SCB", 0xe000ed00, 0x300, 0, 0, scb),
    DEVICE("DWT", 0xe0001000, 0x1000, 0, 0, dwt),
    DEVICE("DBGMCU", 0xe0042000, 0x400, 0, 0, dbgmcu),
    DEVICE("TIM2", 0x40000000, 0x400, 0x40, 0, timer2),
    DEVICE("TIM3", 0x40000400, 0x400, 0x40, 1, timer3),
    DEVICE("TIM4", 0x40000800, 0x400, 0x40, 2, timer4),
    DEVICE("TIM5", 0x40000c00, 0x400, 0x40, 3, timer5),
    DEVICE("RTC", 0x40002800, 0x400, 0, 0, rtc),
    DEVICE("IWDG", 0x40003000, 0x400, 0, 0, watchdog),
    DEVICE("PWR", 0x40007000, 0x400, 0x40, 28, pwr),
    DEVICE("USART1", 0x40011000, 0x400, 0x44, 4, usart),
    DEVICE("ADC1", 0x40012000, 0x400, 0x44, 8, adc),
    DEVICE("SYSCFG", 0x40013800, 0x400, 0x44, 14, syscfg),
    DEVICE("EXTI", 0x40013c00, 0x400, 0, 0, exti),
    DEVICE("TIM11", 0x40014800, 0x400, 0x44, 18, timer11),
    DEVICE("GPIO", 0x40020000, 0x2c00, 0, 0, gpio),
    DEVICE("CRC", 0x40023000, 0x400, 0x30, 12, crc),
    DEVICE("RCC", 0x40023800, 0x400, 0, 0, rcc),
    DEVICE("FLASH", 0x40023c00, 0x400, 0, 0, flashc),
};

/* ---- peripherals ---- */

static const struct vboard_device *find(uint32_t address)
{
    for (size_t i = 0; i < B0_LENGTH(devices); i++)
        if (address - devices[i].base < devices[i].size)
            return &devices[i];
    return NULL;
}

/* Notes each block without a model once: the note shows whether a run means anything. */
static void note_missing(struct vboard_machine *machine, uint32_t address)
{
    uint32_t block = (address >> 10) % 256;

    if (machine->memory->noted[block / 64] >> block % 64 & 1)
        return;
    machine->memory->noted[block / 64] |= UINT64_C(1) << block % 64;
    vboard_note(machine, "the peripheral at 0x%08x is not modelled: reads as 0",
                address & ~(uint32_t)(BLOCK_SIZE - 1));
}

/* RM0090, 7.3.10: without its clock a peripheral cannot be read, and takes no writes. */
static bool has_clock(struct vboard_machine *machine, const struct vboard_device *device)
{
    if (device->clock == 0 || vboard_rcc_enabled(machine, device->clock, device->clock_bit))
        return true;
    vboard_report(machine, device->base, "%s was used without its clock", device->name);
    return false;
}

static uint32_t read_word(struct vboard_machine *machine, uint32_t address)
{
    const struct vboard_device *device = find(address);

    if (device)
        return has_clock(machine, device) ? device->read(machine, address - device->base) : 0;
    note_missing(machine, address);
    return 0;
}

/* A reset register of the RCC was written: RM0090, 7.3.5 to 7.3.9. */
static void reset_some(struct vboard_machine *machine, uint32_t offset, uint32_t value)
{
    for (size_t i = 0; i < B0_LENGTH(devices); i++)
        if (devices[i].clock == offset + RESET_TO_ENABLE && (value >> devices[i].clock_bit & 1))
            devices[i].reset(machine);
    if (offset == APB1RSTR && (value >> PWRRST & 1))
        vboard_pwr_forget_standby(machine);
    for (unsigned port = 0; offset == AHB1RSTR && port < VBOARD_PORTS; port++)
        if (value >> port & 1)
            vboard_gpio_reset_port(machine, port);
}

static void write_word(struct vboard_machine *machine, uint32_t address, uint32_t value,
                       uint32_t mask)
{
    const struct vboard_device *device = find(address);

    if (!device) {
        note_missing(machine, address);
        return;
    }
    if (!has_clock(machine, device))
        return;
    device->write(machine, address - device->base, value, mask);
    if (device->base == RCC_BASE) {
        reset_some(machine, address - RCC_BASE, value);
        vboard_port_rcc_written(machine, address - RCC_BASE, value);
    }
}

static uint32_t mask_of(unsigned width)
{
    return width >= 4 ? 0xffffffff : (1u << 8 * width) - 1;
}

static uint32_t read_bytes(struct vboard_machine *machine, uint32_t address, unsigned width)
{
    if (machine->flash->undo)
        vboard_flashc_undo(machine);
    if (address - OTG_BASE < OTG_SIZE)
        return vboard_port_read(machine, address - OTG_BASE, width);
    return read_word(machine, address & ~3u) >> 8 * (address & 3) & mask_of(width);
}

static void write_bytes(struct vboard_machine *machine, uint32_t address, unsigned width,
                        uint32_t value)
{
    unsigned shift = 8 * (address & 3);

    if (machine->flash->undo)
        vboard_flashc_undo(machine);
    if (address - OTG_BASE < OTG_SIZE) {
        vboard_port_write(machine, address - OTG_BASE, width, value & mask_of(width));
        return;
    }
    write_word(machine, address & ~3u, (value & mask_of(width)) << shift, mask_of(width) << shift);
}

/* ---- bit-banding: PM0214, 2.2.5 ---- */

static uint32_t banded(uint32_t base, uint64_t offset)
{
    return base + (uint32_t)(offset >> 5);
}

/* The bit's number in its word of 32 bits. */
static unsigned banded_bit(uint64_t offset)
{
    return (unsigned)(offset >> 2 & 31);
}

static uint64_t peripheral_bit_read(uc_engine *uc, uint64_t offset, unsigned size, void *user)
{
    (void)uc;
    (void)size;
    return read_bytes(user, banded(0x40000000, offset) & ~3u, 4) >> banded_bit(offset) & 1;
}

static void peripheral_bit_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value,
                                 void *user)
{
    uint32_t address = banded(0x40000000, offset) & ~3u;
    uint32_t bit = 1u << banded_bit(offset);
    uint32_t word = read_bytes(user, address, 4);

    (void)uc;
    (void)size;
    write_bytes(user, address, 4, value & 1 ? word | bit : word & ~bit);
}

static uint64_t sram_bit_read(uc_engine *uc, uint64_t offset, unsigned size, void *user)
{
    const uint8_t *byte = vboard_memory_at(user, banded(0x20000000, offset), 1);

    (void)uc;
    (void)size;
    return byte ? *byte >> (offset >> 2 & 7) & 1 : 0;
}

static void sram_bit_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value,
                           void *user)
{
    uint8_t *byte = vboard_memory_at(user, banded(0x20000000, offset), 1);
    uint8_t bit = (uint8_t)(1u << (offset >> 2 & 7));

    (void)uc;
    (void)size;
    if (byte)
        *byte = (uint8_t)(value & 1 ? *byte | bit : *byte & ~bit);
}

/* ---- mapping ---- */

/* Unicorn passes offsets, not addresses: one function per span. */
#define SPAN(index)                                                                                \
    static uint64_t read_span##index(uc_engine *uc, uint64_t offset, unsigned size, void *user)    \
    {                                                                                              \
        (void)uc;                                                                                  \
        return read_bytes(user, spans[index].base + (uint32_t)offset, size);                       \
    }                                                                                              \
    static void write_span##index(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value,   \
                                  void *user)                                                      \
    {                                                                                              \
        (void)uc;                                                                                  \
        write_bytes(user, spans[index].base + (uint32_t)offset, size, (uint32_t)value);            \
    }
SPAN(0)
SPAN(1)
SPAN(2)
SPAN(3)

bool vboard_devices_map(struct vboard_machine *machine)
{
    static const struct {
        uc_cb_mmio_read_t read;
        uc_cb_mmio_write_t write;
    } functions[] = {{read_span0, write_span0},
                     {read_span1, write_span1},
                     {read_span2, write_span2},
                     {read_span3, write_span3}};
    uc_engine *uc = machine->cpu->uc;

    for (size_t i = 0; i < B0_LENGTH(spans); i++)
        if (uc_mmio_map(uc, spans[i].base, spans[i].size, functions[i].read, machine,
                        functions[i].write, machine) != UC_ERR_OK)
            return false;
    return uc_mmio_map(uc, 0x42000000, BIT_BAND_SIZE, peripheral_bit_read, machine,
                       peripheral_bit_write, machine) == UC_ERR_OK &&
           uc_mmio_map(uc, 0x22000000, BIT_BAND_SIZE, sram_bit_read, machine, sram_bit_write,
                       machine) == UC_ERR_OK;
}

/* ---- reset and wiring ---- */

void vboard_devices_reset(struct vboard_machine *machine)
{
    for (size_t i = 0; i < B0_LENGTH(devices); i++)
        devices[i].reset(machine);
}

static void (*const events[VBOARD_EVENT_COUNT])(struct vboard_machine *machine) = {
    [VBOARD_EVENT_SYSTICK] = vboard_systick_event,
    [VBOARD_EVENT_HSE] = vboard_rcc_hse_event,
    [VBOARD_EVENT_CRYSTAL] = vboard_rcc_crystal_event,
    [VBOARD_EVENT_PLL] = vboard_rcc_pll_event,
    [VBOARD_EVENT_OTHER_PLLS] = vboard_rcc_other_plls_event,
    [VBOARD_EVENT_FLASH] = vboard_flashc_event,
    [VBOARD_EVENT_UNLOCKED] = vboard_flashc_unlocked_event,
    [VBOARD_EVENT_ADC] = vboard_adc_event,
    [VBOARD_EVENT_USART] = vboard_usart_event,
    [VBOARD_EVENT_TIM2] = vboard_timer2_event,
    [VBOARD_EVENT_TIM3] = vboard_timer3_event,
    [VBOARD_EVENT_TIM4] = vboard_timer4_event,
    [VBOARD_EVENT_TIM5] = vboard_timer5_event,
    [VBOARD_EVENT_TIM11] = vboard_timer11_event,
    [VBOARD_EVENT_WATCHDOG] = vboard_watchdog_event,
};

static void clocks_changed(struct vboard_machine *machine)
{
    vboard_timers_thaw(machine);
    vboard_flashc_check_latency(machine);
    vboard_port_clocks(machine);
}

const struct vboard_wiring vboard_devices_wiring = {
    .events = events,
    .clocks_change = vboard_timers_freeze,
    .clocks_changed = clocks_changed,
};
