/* SPDX-License-Identifier: MIT */
#include <chip/usart.h>

#include "registers.h"

#include <core/array.h>

/* RM0090, 30.6. */
struct usart {
    volatile uint32_t sr;
    volatile uint32_t dr;
    volatile uint32_t brr;
    volatile uint32_t cr1;
    volatile uint32_t cr2;
    volatile uint32_t cr3;
    volatile uint32_t gtpr;
};
REGISTER_AT(0x18, struct usart, gtpr);

#define USART1 ((struct usart *)0x40011000u) /* RM0090, 2.3, table 1 */
#define USART2 ((struct usart *)0x40004400u)
#define USART3 ((struct usart *)0x40004800u)

#define USART_SR_ORE     (1u << 3)
#define USART_SR_RXNE    (1u << 5)
#define USART_SR_TC      (1u << 6)
#define USART_SR_TXE     (1u << 7)
#define USART_CR1_RE     (1u << 2)
#define USART_CR1_TE     (1u << 3)
#define USART_CR1_RXNEIE (1u << 5)
#define USART_CR1_TXEIE  (1u << 7)
#define USART_CR1_UE     (1u << 13)

enum {
    AF_USART = 7, /* of all three: DS8626, table 9 */
    APB2_USART1 = 4,
    APB1_USART2 = 17,
    APB1_USART3 = 18,
    INTERRUPT_USART1 = 37, /* RM0090, 12.1.3, table 61; the next two follow */
};

/*
 * All UART pins of these chips' bootloaders in ROM: AN2606, the sections of F401, F40x, F411, F412,
 * F42x and F446. A chip without USART3 has no reset bit for it.
 */
static const struct {
    struct usart *usart;
    struct gpio *port;
    uint8_t tx, rx;
    uint8_t number; /* 1 to 3 */
} places[] = {
    {USART1, GPIOA, 9, 10, 1},
#if (CHIP_APB1RSTR_ALL >> 18 & 1) != 0
    {USART3, GPIOB, 10, 11, 3},
    {USART3, GPIOC, 10, 11, 3},
#endif
    {USART2, GPIOD, 5, 6, 2},
};

const unsigned b0_usart_count = B0_LENGTH(places);

static unsigned current;

static struct usart *usart(void)
{
    return places[current].usart;
}

uint32_t b0_usart_hz(unsigned number, uint32_t core_hz)
{
    /* chip/clock.h: HSI is not divided. */
    if (core_hz == HSI_HZ)
        return core_hz;
    return places[number].number == 1 ? core_hz / 2 : core_hz / 4;
}

static void clock_on(void)
{
    if (places[current].number == 1)
        RCC->apb2enr |= 1u << APB2_USART1;
    else
        RCC->apb1enr |= 1u << (places[current].number == 2 ? APB1_USART2 : APB1_USART3);
    RCC->ahb1enr |= RCC_AHB1ENR_GPIO(places[current].port);
    /* The clock starts two cycles late: ES0182, "Delay after an RCC peripheral clock enabling". */
    (void)RCC->ahb1enr;
}

static void take_pin(unsigned pin)
{
    struct gpio *port = places[current].port;
    uint32_t shift = 4 * (pin % 8);

    port->pupdr = (port->pupdr & ~GPIO_MODER_MASK(pin)) | GPIO_PUPDR_UP(pin);
    port->ospeedr |= GPIO_OSPEEDR_HIGH(pin);
    port->afr[pin / 8] = (port->afr[pin / 8] & ~(0xfu << shift)) | (uint32_t)AF_USART << shift;
    port->moder = (port->moder & ~GPIO_MODER_MASK(pin)) | GPIO_MODER_AF(pin);
}

void b0_usart_listen(unsigned number, uint32_t divider)
{
    unsigned interrupt = INTERRUPT_USART1 + places[number].number - 1u;

    b0_usart_stop();
    current = number;
    clock_on();
    take_pin(places[current].rx);
    usart()->brr = divider;
    usart()->cr1 = USART_CR1_UE | USART_CR1_RE | USART_CR1_RXNEIE;
    NVIC_ISER[interrupt / 32] = 1u << interrupt % 32;
}

void b0_usart_talk(void)
{
    take_pin(places[current].tx);
    usart()->cr1 |= USART_CR1_TE;
}

void b0_usart_set_divider(uint32_t divider)
{
    usart()->brr = divider;
}

void b0_usart_stop(void)
{
    unsigned interrupt = INTERRUPT_USART1 + places[current].number - 1u;
    struct gpio *port = places[current].port;

    NVIC_ICER[interrupt / 32] = 1u << interrupt % 32;
    clock_on(); /* registers without a clock cannot be written */
    usart()->cr1 = 0;
    port->moder &= ~(GPIO_MODER_MASK(places[current].tx) | GPIO_MODER_MASK(places[current].rx));
    port->pupdr &= ~(GPIO_MODER_MASK(places[current].tx) | GPIO_MODER_MASK(places[current].rx));
}

/* 30.6.1: reading SR, then DR also clears the errors. The frame's CRC detects damage. */
bool b0_usart_receive(uint8_t *byte)
{
    if ((usart()->sr & (USART_SR_RXNE | USART_SR_ORE)) == 0)
        return false;
    *byte = (uint8_t)usart()->dr;
    return true;
}

bool b0_usart_can_send(void)
{
    return (usart()->sr & USART_SR_TXE) != 0;
}

void b0_usart_send(uint8_t byte)
{
    usart()->dr = byte;
}

void b0_usart_wants(bool to_send)
{
    uint32_t cr1 = usart()->cr1;

    usart()->cr1 = to_send ? cr1 | USART_CR1_TXEIE : cr1 & ~USART_CR1_TXEIE;
}

bool b0_usart_is_sent(void)
{
    return (usart()->sr & USART_SR_TC) != 0;
}
