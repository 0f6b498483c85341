/* SPDX-License-Identifier: MIT */
/*
 * A Cortex-M with flash, RAM and registers that do nothing: runs a board's hook step by step, for
 * hook.py.
 *
 *   cpu MODEL FLASH.bin RAM_BYTES ROM STEP...
 *
 *   poke=ADDRESS:VALUE   writes a word, both hexadecimal
 *   reset                begins at the reset vector; keeps RAM and registers
 *   run                  runs a while, prints writes to registers and flash, and how it ended
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

enum {
    FLASH = 0x08000000,
    FLASH_BYTES = 2 * 1024 * 1024,
    RAM = 0x20000000,
    ROM_BYTES = 4096,
    ROM_STACK = RAM + 0x400,
    ROM_ENTRY = 0x100, /* from the ROM's start */
    INSTRUCTIONS = 20000,
    AIRCR = 0xe000ed0c,
    NOISE = 0xa5, /* in RAM, after power-on */
};

struct cpu {
    uc_engine *uc;
    uint32_t rom;
    uint32_t pc;
    bool reset;
};

static void check(uc_err error, const char *what)
{
    if (error == UC_ERR_OK)
        return;
    printf("%s: %s\n", what, uc_strerror(error));
    exit(1);
}

static uint32_t word_at(struct cpu *cpu, uint32_t address)
{
    uint32_t word;

    check(uc_mem_read(cpu->uc, address, &word, sizeof word), "read");
    return word;
}

static void on_write(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value,
                     void *context)
{
    struct cpu *cpu = context;

    (void)type, (void)size;
    if (address >= RAM && address < 0x40000000)
        return;
    printf("%08x=%08x\n", (uint32_t)address, (uint32_t)value);
    if (address == AIRCR) {
        cpu->reset = true;
        uc_emu_stop(uc);
    }
}

/* Maps the chip's memories, the registers of all families, those of the core, and the ROM. */
static void map(struct cpu *cpu, uint32_t ram_bytes)
{
    static const struct {
        uint32_t address, size;
    } registers[] = {{0x40000000, 0x100000}, {0x46000000, 0x100000}, {0xe000e000, 0x1000}};
    const uint32_t vectors[] = {ROM_STACK, (cpu->rom + ROM_ENTRY) | 1};
    uint8_t *noise = malloc(ram_bytes);

    check(uc_mem_map(cpu->uc, FLASH, FLASH_BYTES, UC_PROT_ALL), "flash");
    check(uc_mem_map(cpu->uc, RAM, ram_bytes, UC_PROT_ALL), "RAM");
    check(uc_mem_map(cpu->uc, cpu->rom, ROM_BYTES, UC_PROT_ALL), "ROM");
    check(uc_mem_write(cpu->uc, cpu->rom, vectors, sizeof vectors), "ROM");
    for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++)
        check(uc_mem_map(cpu->uc, registers[i].address, registers[i].size, UC_PROT_ALL), "map");
    if (!noise)
        exit(1);
    memset(noise, NOISE, ram_bytes);
    check(uc_mem_write(cpu->uc, RAM, noise, ram_bytes), "RAM");
    free(noise);
}

static void open_cpu(struct cpu *cpu, const char *model, uint32_t ram_bytes)
{
    static const struct {
        const char *name;
        int model;
    } models[] = {{"cortex-m0plus", UC_CPU_ARM_CORTEX_M0},
                  {"cortex-m3", UC_CPU_ARM_CORTEX_M3},
                  {"cortex-m4", UC_CPU_ARM_CORTEX_M4},
                  {"cortex-m33", UC_CPU_ARM_CORTEX_M33}};
    uc_hook hook;

    check(uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &cpu->uc), "open");
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        if (strcmp(models[i].name, model) == 0)
            check(uc_ctl_set_cpu_model(cpu->uc, models[i].model), model);
    map(cpu, ram_bytes);
    check(uc_hook_add(cpu->uc, &hook, UC_HOOK_MEM_WRITE, (void *)on_write, cpu, 1, 0), "hook");
}

static void load(struct cpu *cpu, const char *path)
{
    static uint8_t bytes[FLASH_BYTES];
    FILE *file = fopen(path, "rb");
    size_t length = file ? fread(bytes, 1, sizeof bytes, file) : 0;

    if (length == 0) {
        printf("%s cannot be read\n", path);
        exit(1);
    }
    fclose(file);
    check(uc_mem_write(cpu->uc, FLASH, bytes, length), path);
}

static void reset(struct cpu *cpu)
{
    uint32_t stack = word_at(cpu, FLASH);

    cpu->pc = word_at(cpu, FLASH + 4);
    check(uc_reg_write(cpu->uc, UC_ARM_REG_SP, &stack), "stack pointer");
}

/* The ROM's first instruction is not executed: reaching it is enough. */
static void run(struct cpu *cpu)
{
    uint32_t entry = cpu->rom + ROM_ENTRY, stack;

    cpu->reset = false;
    check(uc_emu_start(cpu->uc, cpu->pc | 1, entry, 0, INSTRUCTIONS), "run");
    check(uc_reg_read(cpu->uc, UC_ARM_REG_PC, &cpu->pc), "pc");
    check(uc_reg_read(cpu->uc, UC_ARM_REG_SP, &stack), "stack pointer");
    if (cpu->reset)
        printf("reset\n");
    else if (cpu->pc == entry)
        printf("ROM%s\n", stack == ROM_STACK ? "" : ", but with another stack");
    else
        printf("sketch\n");
}

/* "ADDRESS:VALUE" */
static void poke(struct cpu *cpu, const char *text)
{
    char *end;
    uint32_t address = (uint32_t)strtoul(text, &end, 16);
    uint32_t value = (uint32_t)strtoul(end + (*end == ':'), NULL, 16);

    check(uc_mem_write(cpu->uc, address, &value, sizeof value), text);
}

static void step(struct cpu *cpu, const char *step)
{
    if (strcmp(step, "reset") == 0)
        reset(cpu);
    else if (strcmp(step, "run") == 0)
        run(cpu);
    else if (strncmp(step, "poke=", 5) == 0)
        poke(cpu, step + 5);
    else
        exit(64);
}

int main(int argc, char **argv)
{
    struct cpu cpu = {0};

    if (argc < 5)
        return 64;
    cpu.rom = (uint32_t)strtoul(argv[4], NULL, 16);
    open_cpu(&cpu, argv[1], (uint32_t)strtoul(argv[3], NULL, 0));
    load(&cpu, argv[2]);
    for (int i = 5; i < argc; i++)
        step(&cpu, argv[i]);
    uc_close(cpu.uc);
    return 0;
}
