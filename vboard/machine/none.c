/*
 * In place of the machine, where there is no libunicorn to be its CPU: boards have their ROM's
 * bootloader, and nothing runs what is in their flash.
 */
#include "vboard/machine/machine.h"

#include "vboard/machine/debug.h"

void vboard_machine_free(struct vboard_machine *machine)
{
    (void)machine;
}

void vboard_machine_cause(struct vboard *board, enum vboard_cause cause)
{
    (void)board;
    (void)cause;
}

void vboard_machine_power_off(struct vboard *board)
{
    (void)board;
}

bool vboard_machine_start(struct vboard *board, uint32_t address, bool leaves)
{
    (void)board;
    (void)address;
    (void)leaves;
    return false;
}

void vboard_machine_stop(struct vboard *board)
{
    (void)board;
}

bool vboard_machine_runs(const struct vboard *board)
{
    (void)board;
    return false;
}

bool vboard_machine_advance(struct vboard *board, uint64_t until_us)
{
    (void)board;
    (void)until_us;
    return true;
}

void vboard_machine_receive(struct vboard *board, uint8_t byte, uint32_t baud, bool even_parity)
{
    (void)board;
    (void)byte;
    (void)baud;
    (void)even_parity;
}

const struct vboard_gdb_target *vboard_debug_attach(struct vboard *board)
{
    (void)board;
    return NULL;
}

void vboard_debug_detach(struct vboard *board)
{
    (void)board;
}
