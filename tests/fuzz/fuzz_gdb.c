/* SPDX-License-Identifier: MIT */
/* A debugger's input: packets and commands, to a target of 256 bytes at 0x20000000. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <vboard/gdb/stub.h>

struct model {
    uint32_t registers[VBOARD_GDB_REGISTERS];
    uint8_t memory[256];
    bool halted;
};

static uint32_t get_register(void *context, unsigned number)
{
    const struct model *model = context;

    if (number >= VBOARD_GDB_REGISTERS)
        abort();
    return model->registers[number];
}

static void set_register(void *context, unsigned number, uint32_t value)
{
    struct model *model = context;

    if (number >= VBOARD_GDB_REGISTERS)
        abort();
    model->registers[number] = value;
}

static bool is_there(uint32_t address, size_t size)
{
    return address >= 0x20000000 && address - 0x20000000 <= 256 &&
           size <= 256 - (address - 0x20000000);
}

static bool read_memory(void *context, uint32_t address, uint8_t *bytes, size_t size)
{
    const struct model *model = context;

    if (!is_there(address, size))
        return false;
    memcpy(bytes, model->memory + (address - 0x20000000), size);
    return true;
}

static bool write_memory(void *context, uint32_t address, const uint8_t *bytes, size_t size)
{
    struct model *model = context;

    if (!is_there(address, size))
        return false;
    memcpy(model->memory + (address - 0x20000000), bytes, size);
    return true;
}

static bool breakpoint(void *context, uint32_t address, bool set)
{
    (void)context;
    return !set || (address & 1) == 0;
}

static bool halted(void *context)
{
    const struct model *model = context;

    return model->halted;
}

static void halt(void *context)
{
    struct model *model = context;

    model->halted = true;
}

static void resume(void *context)
{
    struct model *model = context;

    model->halted = false;
}

static const struct vboard_gdb_target target = {
    get_register, set_register, read_memory, write_memory, breakpoint,
    halted,       halt,         resume,      halt,         halt,
};

static void get_sent(void *peer, const char *bytes, size_t size)
{
    (void)peer;
    if (size > VBOARD_GDB_PACKET_MAX + 4 || (size > 1 && bytes[0] != '$'))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vboard_gdb_stub stub;
    struct model model = {{0}, {0}, false};

    vboard_gdb_start(&stub, &target, &model, get_sent, NULL);
    for (size_t at = 0; at < size && !stub.ends; at += 64) {
        vboard_gdb_received(&stub, (const char *)data + at, size - at < 64 ? size - at : 64);
        vboard_gdb_tick(&stub);
    }
    return 0;
}
