/* SPDX-License-Identifier: MIT */
/*
 * Registers of the STM32F4 that the programs here use: from ST's reference manual RM0090 (F40x,
 * F42x) and, for the core's own peripherals, its programming manual PM0214, with the section of
 * each. RM0368 (F401), RM0383 (F411), RM0402 (F412), and RM0390 (F446) have the same registers at
 * the same addresses. The chips' headers, such as f407.h, have the differences.
 */
#ifndef CHIP_STM32F4_REGISTERS_H
#define CHIP_STM32F4_REGISTERS_H

#include "chip.h"

#include <stddef.h>
#include <stdint.h>

#define REGISTER_AT(register_offset, type, member)                                                 \
    _Static_assert(offsetof(type, member) == (register_offset), #member " is out of place")

/* Reset and clock control: RM0090, 7.3 (for the F42x: section 6). */
struct rcc {
    volatile uint32_t cr;         /* 7.3.1 */
    volatile uint32_t pllcfgr;    /* 7.3.2 */
    volatile uint32_t cfgr;       /* 7.3.3 */
    volatile uint32_t cir;        /* 7.3.4 */
    volatile uint32_t ahbrstr[3]; /* 7.3.5 to 7.3.7 */
    uint32_t reserved_1c;
    volatile uint32_t apbrstr[2]; /* 7.3.8, 7.3.9 */
    uint32_t reserved_28[2];
    volatile uint32_t ahb1enr; /* 7.3.10 */
    volatile uint32_t ahb2enr; /* 7.3.11 */
    volatile uint32_t ahb3enr; /* 7.3.12 */
    uint32_t reserved_3c;
    volatile uint32_t apb1enr; /* 7.3.13 */
    volatile uint32_t apb2enr; /* 7.3.14 */
    uint32_t reserved_48[10];
    volatile uint32_t bdcr; /* 7.3.20 */
    volatile uint32_t csr;  /* 7.3.21 */
};
REGISTER_AT(0x08, struct rcc, cfgr);
REGISTER_AT(0x30, struct rcc, ahb1enr);
REGISTER_AT(0x44, struct rcc, apb2enr);
REGISTER_AT(0x74, struct rcc, csr);

#define RCC ((struct rcc *)0x40023800u) /* 2.3, table 1 */

#define RCC_CR_HSION           (1u << 0)
#define RCC_CR_HSIRDY          (1u << 1)
#define RCC_CR_HSEON           (1u << 16)
#define RCC_CR_HSERDY          (1u << 17)
#define RCC_CR_HSEBYP          (1u << 18)
#define RCC_CR_CSSON           (1u << 19)
#define RCC_CR_PLLON           (1u << 24)
#define RCC_CR_PLLRDY          (1u << 25)
#define RCC_PLLCFGR_RESET      0x24003010u
#define RCC_PLLCFGR_KEPT       0xf0000000u /* F446: PLLR, else reserved: keep the reset value */
#define RCC_PLLCFGR_N_SHIFT    6
#define RCC_PLLCFGR_P_SHIFT    16 /* 0: by 2, 1: by 4 */
#define RCC_PLLCFGR_HSE        (1u << 22)
#define RCC_PLLCFGR_Q_SHIFT    24
#define RCC_CFGR_SW            (3u << 0) /* selected clock; 0 is HSI */
#define RCC_CFGR_SWS           (3u << 2) /* current clock, likewise */
#define RCC_CFGR_SW_PLL        (2u << 0)
#define RCC_CFGR_SWS_PLL       (2u << 2)
#define RCC_CFGR_PPRE1_BY_4    (5u << 10)
#define RCC_CFGR_PPRE2_BY_2    (4u << 13)
#define RCC_CFGR_RTCPRE_SHIFT  16         /* crystal divider for RTC and TIM11 */
#define RCC_AHB1ENR_CCM        (1u << 20) /* set after reset, if the chip has one */
#define RCC_AHB2ENR_OTGFS      (1u << 7)
#define RCC_APB1ENR_PWR        (1u << 28)
#define RCC_APB2ENR_ADC1       (1u << 8)
#define RCC_APB2ENR_SYSCFG     (1u << 14)
#define RCC_APB2ENR_TIM11      (1u << 18)
#define RCC_CSR_RMVF           (1u << 24) /* clears the flags below */
#define RCC_CSR_BORRSTF        (1u << 25)
#define RCC_CSR_PINRSTF        (1u << 26)
#define RCC_CSR_PORRSTF        (1u << 27)
#define RCC_CSR_SFTRSTF        (1u << 28)
#define RCC_CSR_IWDGRSTF       (1u << 29)
#define RCC_CSR_WWDGRSTF       (1u << 30)
#define RCC_CSR_LPWRRSTF       (1u << 31)
#define RCC_AHB1ENR_GPIO(port) (1u << (((uintptr_t)(port)-GPIO_BASE) / GPIO_STRIDE))

/* The clock after reset, in Hz: RM0090, 7.2.2. */
#define HSI_HZ 16000000u

/* General-purpose I/O: RM0090, 8.4. */
struct gpio {
    volatile uint32_t moder;   /* 8.4.1, two bits per pin */
    volatile uint32_t otyper;  /* 8.4.2 */
    volatile uint32_t ospeedr; /* 8.4.3 */
    volatile uint32_t pupdr;   /* 8.4.4 */
    volatile uint32_t idr;     /* 8.4.5 */
    volatile uint32_t odr;     /* 8.4.6 */
    volatile uint32_t bsrr;    /* 8.4.7: low half sets pins, high half resets them */
    volatile uint32_t lckr;    /* 8.4.8 */
    volatile uint32_t afr[2];  /* 8.4.9, 8.4.10 */
};
REGISTER_AT(0x18, struct gpio, bsrr);
REGISTER_AT(0x20, struct gpio, afr);

#define GPIO_BASE   0x40020000u /* 2.3, table 1 */
#define GPIO_STRIDE 0x400u
#define GPIOA       ((struct gpio *)(GPIO_BASE + 0 * GPIO_STRIDE))
#define GPIOB       ((struct gpio *)(GPIO_BASE + 1 * GPIO_STRIDE))
#define GPIOC       ((struct gpio *)(GPIO_BASE + 2 * GPIO_STRIDE))
#define GPIOD       ((struct gpio *)(GPIO_BASE + 3 * GPIO_STRIDE))
#define GPIOE       ((struct gpio *)(GPIO_BASE + 4 * GPIO_STRIDE))
#define GPIOF       ((struct gpio *)(GPIO_BASE + 5 * GPIO_STRIDE))
#define GPIOG       ((struct gpio *)(GPIO_BASE + 6 * GPIO_STRIDE))

#define GPIO_MODER_MASK(pin)   (3u << (2 * (pin)))
#define GPIO_MODER_OUTPUT(pin) (1u << (2 * (pin)))
#define GPIO_MODER_AF(pin)     (2u << (2 * (pin)))
#define GPIO_OSPEEDR_HIGH(pin) (3u << (2 * (pin)))
#define GPIO_PUPDR_UP(pin)     (1u << (2 * (pin)))
#define GPIO_PUPDR_DOWN(pin)   (2u << (2 * (pin)))
#define GPIO_BSRR_SET(pin)     (1u << (pin))
#define GPIO_BSRR_RESET(pin)   (1u << ((pin) + 16))

/* The core's 24-bit timer: PM0214, 4.5. */
struct systick {
    volatile uint32_t ctrl; /* 4.5.1 */
    volatile uint32_t load; /* 4.5.2 */
    volatile uint32_t val;  /* 4.5.3 */
};
#define SYSTICK ((struct systick *)0xe000e010u)

#define SYSTICK_CTRL_ENABLE    (1u << 0)
#define SYSTICK_CTRL_TICKINT   (1u << 1)
#define SYSTICK_CTRL_CLKSOURCE (1u << 2)  /* the processor's clock, not an eighth of it */
#define SYSTICK_CTRL_COUNTFLAG (1u << 16) /* it reached 0 since the last read */

/* Interrupt controller: PM0214, 4.3. One bit per interrupt. */
#define NVIC_WORDS ((CHIP_INTERRUPTS + 31) / 32)
#define NVIC_ISER  ((volatile uint32_t *)0xe000e100u) /* 4.3.2: write 1 to enable */
#define NVIC_ICER  ((volatile uint32_t *)0xe000e180u) /* 4.3.3: write 1 to disable */
#define NVIC_ISPR  ((volatile uint32_t *)0xe000e200u) /* 4.3.4: write 1 to set pending */
#define NVIC_ICPR  ((volatile uint32_t *)0xe000e280u) /* 4.3.5: write 1 to clear pending */

/* System control block: PM0214, 4.4. */
#define SCB_ICSR  (*(volatile uint32_t *)0xe000ed04u) /* 4.4.3 */
#define SCB_VTOR  (*(volatile uint32_t *)0xe000ed08u) /* 4.4.4 */
#define SCB_AIRCR (*(volatile uint32_t *)0xe000ed0cu) /* 4.4.5 */

#define SCB_ICSR_PENDSTCLR    (1u << 25)
#define SCB_ICSR_PENDSTSET    (1u << 26) /* SysTick's exception is pending */
#define SCB_ICSR_PENDSVCLR    (1u << 27)
#define SCB_AIRCR_VECTKEY     (0x5fau << 16)
#define SCB_AIRCR_SYSRESETREQ (1u << 2)

#endif
