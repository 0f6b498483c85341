/* SPDX-License-Identifier: MIT */
/*
 * The rows of the chips.
 *
 * Sources: the reference manuals RM0090 (F405/407, F42x), RM0368 (F401), RM0383 (F411), RM0402
 * (F412) and RM0390 (F446): wait states from the tables of 3.4 (RM0090: 3.5), PWR_CR and
 * DBGMCU_IDCODE from the registers' descriptions. Bits of the RCC's registers, interrupts and
 * limits of the clocks come from ST's CMSIS device headers (cmsis_device_f4: stm32f407xx.h,
 * stm32f401xc.h, stm32f411xe.h, stm32f412zx.h, stm32f427xx.h, stm32f446xx.h). Limits of PCLK: the
 * datasheets' general operating conditions.
 */
#include "chips.h"

#include "../board/board.h"
#include "otg.h"

#include <core/array.h>
#include <string.h>

/* ---- limits of the clocks ---- */

/* F42x, F446. Not checked: HCLK ends at 168 MHz below 2.1 V, where there is no over-drive. */
#define WAIT_STATES_180                                                                            \
    {                                                                                              \
        {30, 60, 90, 120, 150}, {24, 48, 72, 96, 120, 144, 168},                                   \
            {22, 44, 66, 88, 110, 132, 154, 176}, {20, 40, 60, 80, 100, 120, 140, 160},            \
    }
/* F411, F412. From 2.7 V up the steps are not even. */
#define WAIT_STATES_100                                                                            \
    {                                                                                              \
        {30, 64, 90}, {24, 48, 72, 96}, {18, 36, 54, 72, 90}, {16, 32, 48, 64, 80, 96},            \
    }

static const struct vboard_clock_limits f407_limits = {
    .hclk = {144, 168}, /* VOS is one bit */
    .pclk = {42, 84},
    .vco_min = 100,
    .wait = {{30, 60, 90, 120, 150},
             {24, 48, 72, 96, 120, 144},
             {22, 44, 66, 88, 110, 132, 154},
             {20, 40, 60, 80, 100, 120, 140, 160}},
};

/* VOS from here on: 0 (reserved) and 1 are scale 3, 2 is scale 2, 3 is scale 1. */
static const struct vboard_clock_limits f401_limits = {
    .hclk = {60, 60, 84, 0},
    .pclk = {42, 84},
    .vco_min = 192,
    .wait = {{30, 60}, {24, 48, 72}, {18, 36, 54, 72}, {16, 32, 48, 64, 80}},
};

static const struct vboard_clock_limits f411_limits = {
    .hclk = {64, 64, 84, 100},
    .pclk = {50, 100},
    .vco_min = 100,
    .wait = WAIT_STATES_100,
};

static const struct vboard_clock_limits f427_limits = {
    .hclk = {120, 120, 144, 168},
    .hclk_over_drive = {0, 0, 168, 180},
    .pclk = {42, 84},
    .pclk_over_drive = {45, 90},
    .vco_min = 100,
    .wait = WAIT_STATES_180,
};

/* ---- bits of the RCC ---- */

static const struct vboard_rcc_bits f407_rcc = {
    .reset = {0x226011ff, 0x000000c1, 0x00000001, 0x36fec9ff, 0x00075933},
    .enable = {0x7e7411ff, 0x000000c1, 0x00000001, 0x36fec9ff, 0x00075f33},
    .low_power = {0x7e6791ff, 0x000000f1, 0x00000001, 0x36fec9ff, 0x00075f33},
    .ahb1_enabled = 0x00100000,
    .plli2scfgr = 0x70007fc0,
};

static const struct vboard_rcc_bits f401_rcc = {
    .reset = {0x0060109f, 0x00000080, 0, 0x10e2c80f, 0x00077931},
    .enable = {0x0060109f, 0x00000080, 0, 0x10e2c80f, 0x00077931},
    .low_power = {0x0061909f, 0x00000080, 0, 0x10e2c80f, 0x00077931},
    .plli2scfgr = 0x70007fc0,
    .dckcfgr = 0x01000000,
};

static const struct vboard_rcc_bits f411_rcc = {
    .reset = {0x0060109f, 0x00000080, 0, 0x10e2c80f, 0x00177931},
    .enable = {0x0060109f, 0x00000080, 0, 0x10e2c80f, 0x00177931},
    .low_power = {0x0061909f, 0x00000080, 0, 0x10e2c80f, 0x00177931},
    .plli2scfgr = 0x70007fff,
    .dckcfgr = 0x01000000,
};

static const struct vboard_rcc_bits f412_rcc = {
    .reset = {0x006010ff, 0x000000c0, 0x00000003, 0x17e6c9ff, 0x01177933},
    .enable = {0x006010ff, 0x000000c0, 0x00000003, 0x17e6cdff, 0x0117f933},
    .low_power = {0x006190ff, 0x000000c0, 0x00000003, 0x16e6cdff, 0x0117f933},
    .plli2scfgr = 0x7f407fff,
    .dckcfgr = 0x9f008000,
    .dckcfgr2 = 0x18c00000,
};

static const struct vboard_rcc_bits f427_rcc = {
    .reset = {0x22e017ff, 0x000000c1, 0x00000001, 0xf6fec9ff, 0x00777933},
    .enable = {0x7ef417ff, 0x000000c1, 0x00000001, 0xf6fec9ff, 0x00777f33},
    .low_power = {0x7ee797ff, 0x000000f1, 0x00000001, 0xf6fec9ff, 0x00777f33},
    .ahb1_enabled = 0x00100000,
    .plli2scfgr = 0x7f007fc0,
    .pllsaicfgr = 0x7f007fc0,
    .dckcfgr = 0x01f31f1f,
};

static const struct vboard_rcc_bits f446_rcc = {
    .reset = {0x206010ff, 0x00000081, 0x00000003, 0x3fffc9ff, 0x00c77933},
    .enable = {0x606410ff, 0x00000081, 0x00000003, 0x3fffc9ff, 0x00c77f33},
    .low_power = {0x606790ff, 0x00000081, 0x00000003, 0x3effc9ff, 0x00c77f33},
    .plli2scfgr = 0x7f037fff,
    .pllsaicfgr = 0x0f037fff,
    .dckcfgr = 0x1ff01f1f,
    .dckcfgr2 = 0x3cc00000,
};

/* ---- the rows ---- */

#define PWR_CR_F407 0x000043f3 /* one bit of VOS; CWUF and CSBF read as 0 */
#define PWR_CR_F401 0x0000eff3 /* two of them; ADCDC1, LPLVDS, MRLVDS, FPDS */
#define PWR_CR_F411 0x0030eff3 /* FMSSR, FISSR */
#define PWR_CR_F427 0x000feff3 /* over-drive, under-drive */
#define PWR_CR_F446 0x003feff3 /* all of that */

static const struct vboard_machine_chip chips[] = {
    {
        .part = &vboard_part_f407vg,
        .limits = &f407_limits,
        .rcc = &f407_rcc,
        .idcode = 0x100f0413, /* revision Y */
        .pwr_cr = PWR_CR_F407,
        .vos = 0x4000,
        .vos_reset = 0x4000,
        .otg_core = VBOARD_OTG_CORE_1200,
        .interrupts = 82,
        .acr_latency = 7,
        .temperature_channel = 16,
    },
    {
        .part = &vboard_part_f401cc,
        .limits = &f401_limits,
        .rcc = &f401_rcc,
        .idcode = 0x10010423, /* revision Z */
        .pwr_cr = PWR_CR_F401,
        .vos = 0xc000,
        .vos_reset = 0x8000,
        .otg_core = VBOARD_OTG_CORE_1200,
        .interrupts = 85,
        .acr_latency = 7,
        .temperature_channel = 18,
    },
    {
        .part = &vboard_part_f401ce,
        .limits = &f401_limits,
        .rcc = &f401_rcc,
        .idcode = 0x10010433, /* revision Z */
        .pwr_cr = PWR_CR_F401,
        .vos = 0xc000,
        .vos_reset = 0x8000,
        .otg_core = VBOARD_OTG_CORE_1200,
        .interrupts = 85,
        .acr_latency = 7,
        .temperature_channel = 18,
    },
    {
        .part = &vboard_part_f411ce,
        .limits = &f411_limits,
        .rcc = &f411_rcc,
        .idcode = 0x10000431, /* revision A */
        .pwr_cr = PWR_CR_F411,
        .vos = 0xc000,
        .vos_reset = 0x8000,
        .otg_core = VBOARD_OTG_CORE_1200,
        .interrupts = 86,
        .acr_latency = 7,
        .temperature_channel = 18,
    },
    {
        .part = &vboard_part_f412zg,
        .limits = &f411_limits,
        .rcc = &f412_rcc,
        .idcode = 0x30000441, /* revision C */
        .pwr_cr = PWR_CR_F411,
        .vos = 0xc000,
        .vos_reset = 0x8000,
        .otg_core = VBOARD_OTG_CORE_2000,
        .interrupts = 97,
        .acr_latency = 7,
        .temperature_channel = 18,
        .usb_pll = VBOARD_USB_PLLI2S,
        .has_pllr = true, /* for I2S and the digital filters only */
    },
    {
        .part = &vboard_part_f427vi,
        .limits = &f427_limits,
        .rcc = &f427_rcc,
        .idcode = 0x10070419, /* revision 1 */
        .pwr_cr = PWR_CR_F427,
        .vos = 0xc000,
        .vos_reset = 0xc000,
        .otg_core = VBOARD_OTG_CORE_1200,
        .interrupts = 91,
        .acr_latency = 15,
        .temperature_channel = 18,
    },
    {
        .part = &vboard_part_f446re,
        .limits = &f427_limits,
        .rcc = &f446_rcc,
        .idcode = 0x10000421, /* revision A */
        .pwr_cr = PWR_CR_F446,
        .vos = 0xc000,
        .vos_reset = 0xc000,
        .otg_core = VBOARD_OTG_CORE_2000,
        .interrupts = 97,
        .acr_latency = 15,
        .temperature_channel = 18,
        .usb_pll = VBOARD_USB_PLLSAI,
        .has_pllr = true,
        .pllr_is_sysclk = true,
    },
};

const struct vboard_machine_chip *vboard_machine_chip_at(unsigned index)
{
    return index < B0_LENGTH(chips) ? &chips[index] : NULL;
}

const struct vboard_machine_chip *vboard_machine_chip_find(const struct vboard_part *part)
{
    const struct vboard_machine_chip *first = NULL;

    for (size_t i = 0; i < B0_LENGTH(chips); i++) {
        if (!vboard_part_equal(part, chips[i].part))
            continue;
        if (strcmp(part->name, chips[i].part->name) == 0)
            return &chips[i];
        first = first ? first : &chips[i];
    }
    return first;
}
