/* SPDX-License-Identifier: MIT */
#include "registers.h"
#include <chip/pins.h>

enum {
    PIN_DM = 11,
    PIN_DP = 12,
    AF_OTG_FS = 10, /* DS8626, table 9 */
};

static void port_on(const struct gpio *port)
{
    RCC->ahb1enr |= RCC_AHB1ENR_GPIO(port);
    /* The clock starts two cycles late: ES0182, "Delay after an RCC peripheral clock enabling". */
    (void)RCC->ahb1enr;
}

void b0_pin_set(struct gpio *port, unsigned pin, bool level)
{
    port->bsrr = level ? GPIO_BSRR_SET(pin) : GPIO_BSRR_RESET(pin);
}

void b0_pin_output(struct gpio *port, unsigned pin, bool level)
{
    port_on(port);
    b0_pin_set(port, pin, level);
    port->moder = (port->moder & ~GPIO_MODER_MASK(pin)) | GPIO_MODER_OUTPUT(pin);
}

void b0_pin_input(struct gpio *port, unsigned pin, bool pull)
{
    port_on(port);
    port->moder &= ~GPIO_MODER_MASK(pin);
    port->pupdr =
        (port->pupdr & ~GPIO_MODER_MASK(pin)) | (pull ? GPIO_PUPDR_UP(pin) : GPIO_PUPDR_DOWN(pin));
}

bool b0_pin_get(const struct gpio *port, unsigned pin)
{
    return (port->idr >> pin & 1) != 0;
}

void b0_port_reset(struct gpio *port)
{
    RCC->ahbrstr[0] |= RCC_AHB1ENR_GPIO(port);
    RCC->ahbrstr[0] &= ~RCC_AHB1ENR_GPIO(port);
    RCC->ahb1enr &= ~RCC_AHB1ENR_GPIO(port);
}

void b0_usb_pins_detach(void)
{
    b0_pin_output(GPIOA, PIN_DP, false);
}

static void give_to_usb(unsigned pin)
{
    uint32_t shift = 4 * (pin - 8);

    GPIOA->ospeedr |= GPIO_OSPEEDR_HIGH(pin);
    GPIOA->afr[1] = (GPIOA->afr[1] & ~(0xfu << shift)) | (uint32_t)AF_OTG_FS << shift;
    GPIOA->moder = (GPIOA->moder & ~GPIO_MODER_MASK(pin)) | GPIO_MODER_AF(pin);
}

void b0_usb_pins_attach(void)
{
    port_on(GPIOA);
    RCC->ahb2enr |= RCC_AHB2ENR_OTGFS;
    (void)RCC->ahb2enr;
    give_to_usb(PIN_DM);
    give_to_usb(PIN_DP);
}
