/*
 * What lies at an address: memories, which the CPU reads and writes without our doing, and
 * peripherals, one row each. RM0090, 2.3, tables 1 and 4.
 */
#include "private.h"

#include <core/bytes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SYSTEM_BASE = 0x1fff0000,
    SYSTEM_SIZE = 0x10000,
    SYSTEM_CODE = 0x7800, /* OTP, unique id and option bytes follow */
    MEMORY_FLASH = 0,
    MEMORY_SYSTEM = 1,
    MEMORY_SRAM = 3,
    BLOCK_SIZE = 0x400,
    OTG_BASE = 0x50000000,
    OTG_SIZE = 0x40000,
    RESET_TO_ENABLE = 0x20, /* from a reset register to its enable register */
    AHB1RSTR = 0x10,
    BIT_BAND_SIZE = 0x2000000,
};

/* Spans of addresses in which peripherals are. */
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
    DEVICE("GPIO", 0x40020000, 0x2400, 0, 0, gpio),
    DEVICE("CRC", 0x40023000, 0x400, 0x30, 12, crc),
    DEVICE("RCC", 0x40023800, 0x400, 0, 0, rcc),
    DEVICE("FLASH", 0x40023c00, 0x400, 0, 0, flashc),
};

/* ---- peripherals ---- */

static const struct vboard_device *find(uint32_t address)
{
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        if (address - devices[i].base < devices[i].size)
            return &devices[i];
    return NULL;
}

/* Once for each block that has no model: whether what runs here means anything. */
static void note_missing(struct vboard_machine *machine, uint32_t address)
{
    uint32_t block = (address >> 10) % 256;

    if (machine->noted[block / 64] >> block % 64 & 1)
        return;
    machine->noted[block / 64] |= UINT64_C(1) << block % 64;
    vboard_note(machine, "the peripheral at 0x%08x is not modelled: reads as 0",
                address & ~(uint32_t)(BLOCK_SIZE - 1));
}

/* RM0090, 7.3.10: without its clock a peripheral cannot be read, and takes no writes. */
static bool has_clock(struct vboard_machine *machine, const struct vboard_device *device)
{
    if (device->clock == 0 || machine->rcc.words[device->clock / 4] >> device->clock_bit & 1)
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

static void write_word(struct vboard_machine *machine, uint32_t address, uint32_t value,
                       uint32_t mask)
{
    const struct vboard_device *device = find(address);

    if (!device)
        note_missing(machine, address);
    else if (has_clock(machine, device))
        device->write(machine, address - device->base, value, mask);
}

static uint32_t mask_of(unsigned width)
{
    return width >= 4 ? 0xffffffff : (1u << 8 * width) - 1;
}

static uint32_t read_bytes(struct vboard_machine *machine, uint32_t address, unsigned width)
{
    if (machine->flash.undo)
        vboard_flashc_undo(machine);
    if (address - OTG_BASE < OTG_SIZE)
        return vboard_port_read(machine, address - OTG_BASE, width);
    return read_word(machine, address & ~3u) >> 8 * (address & 3) & mask_of(width);
}

static void write_bytes(struct vboard_machine *machine, uint32_t address, unsigned width,
                        uint32_t value)
{
    unsigned shift = 8 * (address & 3);

    if (machine->flash.undo)
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

/* Which of the 32 bits of its word. */
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

/* Unicorn hands out offsets, not addresses: one function a span. */
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

static bool map_peripherals(struct vboard_machine *machine)
{
    static const struct {
        uc_cb_mmio_read_t read;
        uc_cb_mmio_write_t write;
    } functions[] = {{read_span0, write_span0},
                     {read_span1, write_span1},
                     {read_span2, write_span2},
                     {read_span3, write_span3}};
    uc_engine *uc = machine->cpu.uc;

    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
        if (uc_mmio_map(uc, spans[i].base, spans[i].size, functions[i].read, machine,
                        functions[i].write, machine) != UC_ERR_OK)
            return false;
    return uc_mmio_map(uc, 0x42000000, BIT_BAND_SIZE, peripheral_bit_read, machine,
                       peripheral_bit_write, machine) == UC_ERR_OK &&
           uc_mmio_map(uc, 0x22000000, BIT_BAND_SIZE, sram_bit_read, machine, sram_bit_write,
                       machine) == UC_ERR_OK;
}

/* Code in the core coupled RAM cannot be executed: RM0090, 2.3.1. */
static uint32_t permissions(const struct vboard_area *area)
{
    if (area->kind == VBOARD_FLASH)
        return UC_PROT_READ | UC_PROT_EXEC;
    return area->address == 0x10000000 ? UC_PROT_READ | UC_PROT_WRITE : UC_PROT_ALL;
}

static bool map_memories(struct vboard_machine *machine)
{
    const struct vboard_chip *chip = &machine->board->chip;

    for (size_t i = 0; chip->part->areas[i].size > 0; i++) {
        const struct vboard_area *area = &chip->part->areas[i];

        if (area->kind != VBOARD_FLASH && area->kind != VBOARD_RAM)
            continue;
        if (uc_mem_map_ptr(machine->cpu.uc, area->address, area->size, permissions(area),
                           chip->bytes[i]) != UC_ERR_OK)
            return false;
    }
    return uc_mem_map_ptr(machine->cpu.uc, SYSTEM_BASE, SYSTEM_SIZE, UC_PROT_READ,
                          machine->system) == UC_ERR_OK;
}

bool vboard_memory_map(struct vboard_machine *machine)
{
    machine->system = calloc(1, SYSTEM_SIZE);
    machine->mapped_at_0 = UINT8_MAX;
    return machine->system && map_memories(machine) && map_peripherals(machine);
}

/* System memory as it is at a reset: a ROM that has only vectors, and what the factory wrote. */
static void fill_system(struct vboard_machine *machine)
{
    const struct vboard_chip *chip = &machine->board->chip;

    memset(machine->system, 0xff, SYSTEM_SIZE);
    b0_store32(machine->system, 0x20002d40);
    b0_store32(machine->system + 4, SYSTEM_BASE + 0x3331);
    for (size_t i = 0; chip->part->areas[i].size > 0; i++) {
        const struct vboard_area *area = &chip->part->areas[i];

        if (area->address - SYSTEM_BASE < SYSTEM_SIZE &&
            area->size <= SYSTEM_SIZE - (area->address - SYSTEM_BASE))
            memcpy(machine->system + (area->address - SYSTEM_BASE), chip->bytes[i], area->size);
    }
    /* DS8626, tables 70 and 73: what the ADC reads of VREFINT and at 30 and 110 degrees, 3.3 V. */
    b0_store16(machine->system + (0x1fff7a2a - SYSTEM_BASE), 1501);
    b0_store16(machine->system + (0x1fff7a2c - SYSTEM_BASE), 949);
    b0_store16(machine->system + (0x1fff7a2e - SYSTEM_BASE), 1197);
}

void vboard_memory_reset_devices(struct vboard_machine *machine, uint32_t offset, uint32_t value)
{
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        if (devices[i].clock == offset + RESET_TO_ENABLE && (value >> devices[i].clock_bit & 1))
            devices[i].reset(machine);
    for (unsigned port = 0; offset == AHB1RSTR && port < VBOARD_PORTS; port++)
        if (value >> port & 1)
            vboard_gpio_reset_port(machine, port);
}

void vboard_memory_all_changed(struct vboard_machine *machine)
{
    const struct vboard_chip *chip = &machine->board->chip;

    for (size_t i = 0; chip->part->areas[i].size > 0; i++)
        if (chip->part->areas[i].kind == VBOARD_FLASH || chip->part->areas[i].kind == VBOARD_RAM)
            vboard_memory_changed(machine, chip->part->areas[i].address, chip->part->areas[i].size);
}

void vboard_memory_reset(struct vboard_machine *machine)
{
    fill_system(machine);
    vboard_memory_all_changed(machine);
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        devices[i].reset(machine);
    vboard_memory_remap(machine);
}

static const struct vboard_area *area_at_0(const struct vboard_machine *machine)
{
    const struct vboard_chip *chip = &machine->board->chip;

    switch (machine->syscfg[0] & 3) {
    case MEMORY_FLASH:
        return vboard_chip_flash(chip);
    case MEMORY_SRAM:
        return vboard_chip_area(chip, 0x20000000, 1);
    default:
        return NULL;
    }
}

void vboard_memory_remap(struct vboard_machine *machine)
{
    const struct vboard_area *area = area_at_0(machine);
    uint8_t mode = (uint8_t)(machine->syscfg[0] & 3);
    uc_engine *uc = machine->cpu.uc;

    if (machine->mapped_at_0 == mode)
        return;
    if (machine->mapped_at_0 != UINT8_MAX)
        uc_mem_unmap(uc, 0, machine->at_0_size);
    machine->mapped_at_0 = mode;
    machine->at_0_size = area ? area->size : SYSTEM_SIZE;
    uc_mem_map_ptr(uc, 0, machine->at_0_size, area ? permissions(area) : UC_PROT_READ,
                   area ? vboard_chip_at(&machine->board->chip, area->address, area->size)
                        : machine->system);
}

/* ---- looking ---- */

uint8_t *vboard_memory_at(const struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    const struct vboard_area *area = area_at_0(machine);
    const struct vboard_area *found;

    if (address < machine->at_0_size) {
        if (!area)
            return size <= SYSTEM_SIZE - address ? machine->system + address : NULL;
        address += area->address;
    }
    if (address - SYSTEM_BASE < SYSTEM_SIZE)
        return size <= SYSTEM_SIZE - (address - SYSTEM_BASE)
                   ? machine->system + (address - SYSTEM_BASE)
                   : NULL;
    found = vboard_chip_area(&machine->board->chip, address, size);
    if (!found || (found->kind != VBOARD_FLASH && found->kind != VBOARD_RAM))
        return NULL;
    return vboard_chip_at(&machine->board->chip, address, size);
}

bool vboard_memory_is_ram(const struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    const struct vboard_area *area = vboard_chip_area(&machine->board->chip, address, size);

    return area && area->kind == VBOARD_RAM;
}

bool vboard_memory_is_flash(const struct vboard_machine *machine, uint32_t address)
{
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);

    return address - flash->address < flash->size ||
           (machine->mapped_at_0 == MEMORY_FLASH && address < flash->size);
}

/* Of a page of flash; -1 elsewhere. */
static int code_page(const struct vboard_machine *machine, uint32_t address)
{
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);

    if (address - flash->address >= flash->size && machine->mapped_at_0 == MEMORY_FLASH)
        address += flash->address;
    return address - flash->address < flash->size
               ? (int)((address - flash->address) / VBOARD_CODE_PAGE % VBOARD_CODE_PAGES)
               : -1;
}

void vboard_memory_executed(struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    int first = code_page(machine, address);

    if (first < 0)
        return;
    machine->cpu.executed[first] = true;
    first = code_page(machine, address + size - 1);
    if (first >= 0)
        machine->cpu.executed[first] = true;
}

/* Forgetting translated code is slow, so it is done only where there is some. */
static bool was_executed(const struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);

    if (address - flash->address >= flash->size || size > VBOARD_CODE_PAGE)
        return true;
    return machine->cpu.executed[code_page(machine, address)] ||
           machine->cpu.executed[code_page(machine, address + size - 1)];
}

void vboard_memory_changed(struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    const struct vboard_area *area = area_at_0(machine);

    if (!was_executed(machine, address, size))
        return;
    uc_ctl_remove_cache(machine->cpu.uc, (uint64_t)address, (uint64_t)address + size);
    if (area && machine->mapped_at_0 != UINT8_MAX && address - area->address < area->size)
        uc_ctl_remove_cache(machine->cpu.uc, (uint64_t)(address - area->address),
                            (uint64_t)(address - area->address) + size);
}

bool vboard_machine_enters_rom(struct vboard_machine *machine, uint32_t address)
{
    bool system = address - SYSTEM_BASE < SYSTEM_CODE ||
                  (machine->mapped_at_0 == MEMORY_SYSTEM && address < SYSTEM_CODE);

    machine->rom_due = machine->rom_due || system;
    return system;
}
