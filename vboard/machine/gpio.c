/* SPDX-License-Identifier: MIT */
/* The ports GPIOA to GPIOK: RM0090, chapter 8. The levels of outputs go to the trace. */
#include "gpio.h"

#include "../board/board.h"
#include "chips.h"
#include "parts.h"
#include "rcc.h"
#include "report.h"
#include "usb_port.h"

enum {
    MODER = 0x00,
    OTYPER = 0x04,
    OSPEEDR = 0x08,
    PUPDR = 0x0c,
    IDR = 0x10,
    ODR = 0x14,
    BSRR = 0x18,
    LCKR = 0x1c,
    AFRL = 0x20,
    AFRH = 0x24,
    PORT_SIZE = 0x400,
    PINS = 16,
    MODE_OUTPUT = 1,
    PULL_UP = 1,
};

/* 8.4.1, 8.4.3, 8.4.4: JTAG and SWD are on A13 to A15, B3 and B4. */
void vboard_gpio_reset_port(struct vboard_machine *machine, unsigned number)
{
    static const struct vboard_gpio values[VBOARD_PORTS] = {
        {.moder = 0xa8000000, .ospeedr = 0x0c000000, .pupdr = 0x64000000},
        {.moder = 0x00000280, .ospeedr = 0x000000c0, .pupdr = 0x00000100},
    };

    machine->gpio[number] = values[number];
    if (number == 0)
        vboard_port_pins(machine);
}

void vboard_gpio_reset(struct vboard_machine *machine)
{
    for (unsigned number = 0; number < VBOARD_PORTS; number++)
        vboard_gpio_reset_port(machine, number);
}

static unsigned field(uint32_t word, unsigned pin)
{
    return word >> 2 * pin & 3;
}

/* Pins whose level the chip determines: outputs. An open drain is low or released. */
static void tell(struct vboard_machine *machine, unsigned number)
{
    struct vboard_gpio *port = &machine->gpio[number];

    for (unsigned pin = 0; pin < PINS; pin++) {
        uint16_t bit = (uint16_t)(1u << pin);
        bool high = port->odr & bit;

        if (field(port->moder, pin) != MODE_OUTPUT) {
            port->known = (uint16_t)(port->known & ~bit);
            continue;
        }
        if ((port->known & bit) && !(port->shown & bit) == !high)
            continue;
        port->known |= bit;
        port->shown = (uint16_t)(high ? port->shown | bit : port->shown & ~bit);
        vboard_note(machine, "P%c%u %s", 'A' + number, pin,
                    high ? (port->otyper & bit ? "open" : "high") : "low");
    }
}

static uint32_t inputs(const struct vboard_machine *machine, unsigned number)
{
    const struct vboard_gpio *port = &machine->gpio[number];
    const struct vboard_settings *settings = &machine->board->settings;
    uint32_t levels = 0;

    for (unsigned pin = 0; pin < PINS; pin++) {
        bool high = field(port->pupdr, pin) == PULL_UP;

        if (settings->button_set && settings->button_pin == number * PINS + pin)
            high = settings->button_high;
        else if (field(port->moder, pin) == MODE_OUTPUT)
            high = port->odr >> pin & 1;
        levels |= (uint32_t)high << pin;
    }
    return levels;
}

/* 7.3.10: bit n of AHB1ENR, which is missing for a port that the chip lacks. */
static bool has_clock(struct vboard_machine *machine, unsigned number)
{
    if (!(machine->chip->rcc->enable[VBOARD_AHB1] >> number & 1)) {
        vboard_report(machine, 0x40020000 + number * PORT_SIZE,
                      "GPIO%c was used, which the %s does not have", 'A' + number,
                      machine->chip->part->name);
        return false;
    }
    if (vboard_rcc_enabled(machine, VBOARD_RCC_AHB1ENR, number))
        return true;
    vboard_report(machine, 0x40020000 + number * PORT_SIZE, "GPIO%c was used without its clock",
                  'A' + number);
    return false;
}

static uint32_t *plain(struct vboard_gpio *port, uint32_t offset)
{
    switch (offset) {
    case MODER:
        return &port->moder;
    case OTYPER:
        return &port->otyper;
    case OSPEEDR:
        return &port->ospeedr;
    case PUPDR:
        return &port->pupdr;
    case ODR:
        return &port->odr;
    case LCKR:
        return &port->lckr;
    case AFRL:
        return &port->afr[0];
    case AFRH:
        return &port->afr[1];
    default:
        return NULL;
    }
}

uint32_t vboard_gpio_read(struct vboard_machine *machine, uint32_t offset)
{
    unsigned number = offset / PORT_SIZE;
    const uint32_t *word = plain(&machine->gpio[number], offset % PORT_SIZE);

    if (!has_clock(machine, number))
        return 0;
    if (word)
        return *word;
    return offset % PORT_SIZE == IDR ? inputs(machine, number) : 0;
}

void vboard_gpio_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                       uint32_t mask)
{
    unsigned number = offset / PORT_SIZE;
    struct vboard_gpio *port = &machine->gpio[number];
    uint32_t *word;

    if (!has_clock(machine, number))
        return;
    if (offset % PORT_SIZE == BSRR) { /* 8.4.7: setting takes priority over resetting */
        port->odr = (port->odr & ~(value >> 16)) | (value & 0xffff);
    } else {
        word = plain(port, offset % PORT_SIZE);
        if (!word)
            return;
        vboard_merge(word, value, mask);
        port->odr &= 0xffff;
    }
    tell(machine, number);
    if (number == 0)
        vboard_port_pins(machine);
}

bool vboard_gpio_drives_low(const struct vboard_machine *machine, unsigned number, unsigned pin)
{
    const struct vboard_gpio *port = &machine->gpio[number];

    return field(port->moder, pin) == MODE_OUTPUT && !(port->odr >> pin & 1);
}
