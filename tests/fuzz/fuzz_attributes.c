/* SPDX-License-Identifier: MIT */
/* The build attributes of an ELF file, which contain its code's CPU. */
#include "image_fuzz.h"

#include <boot0/chip.h>
#include <lib/image/formats.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t known = BOOT0_CPU_V7M | BOOT0_CPU_DSP | BOOT0_CPU_V8M_BASE | BOOT0_CPU_V8M |
                     BOOT0_CPU_V8_1M | BOOT0_CPU_FPU | BOOT0_CPU_FPV5 | BOOT0_CPU_DOUBLE |
                     BOOT0_CPU_OTHER;
    uint32_t cpu = b0_attributes_cpu(data, size);
    char name[64];

    require((cpu & ~known) == 0);
    require(strlen(boot0_cpu_name(cpu, name, sizeof name)) > 0);
    return 0;
}
