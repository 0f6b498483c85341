/* SPDX-License-Identifier: MIT */
/* The USB port: the controller's model on the CPU's side, the bus host on the other. */
#ifndef VBOARD_MACHINE_USB_PORT_H
#define VBOARD_MACHINE_USB_PORT_H

#include <stdbool.h>
#include <stdint.h>

struct vboard_machine;

struct vboard_usb_port {
    struct vboard_otg *otg;
    struct vboard_host *host;
    uint64_t host_ns;      /* the host's time */
    unsigned connected_as; /* vboard_host_connection() as the clients have seen it */
};

bool vboard_port_open(struct vboard_machine *machine);
void vboard_port_close(struct vboard_machine *machine);
/* The chip leaves reset; the program no longer has the port. */
void vboard_port_start(struct vboard_machine *machine);
void vboard_port_stop(struct vboard_machine *machine);
/* Clocks have changed; a register of the RCC for enables or resets was written. */
void vboard_port_clocks(struct vboard_machine *machine);
/* A register of GPIOA was written, or reset. */
void vboard_port_pins(struct vboard_machine *machine);
/* The power is gone, or the ROM has the chip. */
void vboard_port_off(struct vboard_machine *machine);
void vboard_port_rcc_written(struct vboard_machine *machine, uint32_t offset, uint32_t value);
uint32_t vboard_port_read(struct vboard_machine *machine, uint32_t offset, unsigned width);
void vboard_port_write(struct vboard_machine *machine, uint32_t offset, unsigned width,
                       uint32_t value);
/* Starts a frame if one is due. Returns when the next one is due. */
uint64_t vboard_port_happen(struct vboard_machine *machine);

#endif
