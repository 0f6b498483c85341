// SPDX-License-Identifier: MIT
/* See Boot0.h. */
#include "Boot0.h"

/* In words 7 and 8 of the bootloader's vector table, which Arm reserves: docs/reference/protocol.md. */
#define SIGNATURE_AT 0x0800001cu
#define VERSION_AT   0x08000020u
#define SIGNATURE    0xb007b007u

/* Backup register 18 of the RTC (core/handover.h), and RCC_CSR: RM0090, 26.6.20 and 7.3.21. */
#define CAUSE_AT   0x40002898u
#define CAUSE      0xb007c500u
#define CAUSE_MASK 0xffffff00u
#define CSR_AT     0x40023874u

/* In the variant, hook.c; missing for upload methods without a bootloader to restart into. */
extern "C" void boot0_restart_into_bootloader(void) __attribute__((weak));

Boot0Class Boot0;

static uint32_t word_at(uint32_t address)
{
    return *reinterpret_cast<const volatile uint32_t *>(address);
}

bool Boot0Class::isInstalled() const
{
    return word_at(SIGNATURE_AT) == SIGNATURE;
}

uint32_t Boot0Class::version() const
{
    return isInstalled() ? word_at(VERSION_AT) : 0;
}

#ifdef STM32F4xx
uint8_t Boot0Class::resetFlags() const
{
    uint32_t word = word_at(CAUSE_AT);

    return static_cast<uint8_t>((word & CAUSE_MASK) == CAUSE ? word : word_at(CSR_AT) >> 24);
}
#endif

void Boot0Class::restart()
{
    if (boot0_restart_into_bootloader)
        boot0_restart_into_bootloader();
}
