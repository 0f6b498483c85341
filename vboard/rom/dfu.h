/* SPDX-License-Identifier: MIT */
/* Shared by the DFU bootloaders: their state, and answers of DFU. */
#ifndef VBOARD_ROM_DFU_H
#define VBOARD_ROM_DFU_H

#include "../chip/chip.h"
#include "models.h"
#include <boot0/transport.h>

struct vboard;

/* The first member of each DFU bootloader's state. */
struct vboard_dfu {
    struct vboard *board;
    const struct vboard_rom *rom;

    uint8_t state; /* enum boot0_dfu_state */
    uint8_t status;
    bool synced; /* dfuDNLOAD-SYNC: the work is done, GETSTATUS may report it */
    bool due;    /* work begins when the reply has been sent */
    bool leave_due;
    uint32_t pointer;
    uint16_t block;      /* wValue of the last DNLOAD */
    uint16_t block_size; /* its length */
    uint8_t command;     /* enum vboard_command of that block */
    /* The alternate setting of the request: never NULL after the first request. */
    const struct vboard_alternate *alternate;
    uint8_t data[VBOARD_BLOCK_MAX];
    /* Bootloaders without addresses only: */
    uint32_t position;    /* bytes of the download so far */
    uint32_t upload_base; /* where the upload reads, */
    uint16_t upload_size; /* and the length of its first block */
    uint32_t base;        /* where the download goes */
    uint32_t erase_from;  /* from here on the flash has not been erased for it */
    uint16_t next_block;  /* the next wValue */
    bool downloaded;      /* since power-up, survives a reset */
};

/* The state in which the row's bootloader starts; the state without power. */
void vboard_dfu_start(struct vboard_dfu *dfu);
void vboard_dfu_power_off(void *context);
/* For struct vboard_bootloader_ops. */
uint8_t vboard_dfu_state(const void *context);

/*
 * Takes a class request in the right direction to a DFU interface, and sets dfu->alternate to its
 * alternate setting. False if it is another request, or if another interface is in the middle of
 * something: the interfaces of a board share one state.
 */
bool vboard_dfu_route(struct vboard_dfu *dfu, const struct boot0_setup *setup);

/* Refuses a request: EP0 stalls, and dfuERROR keeps the first reason. */
enum boot0_xfer vboard_dfu_refuse(struct vboard_dfu *dfu, uint8_t status);

/* Answers GETSTATUS and GETSTATE. */
enum boot0_xfer vboard_dfu_answer_status(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                         uint32_t poll_ms, uint8_t *data, size_t *actual);
enum boot0_xfer vboard_dfu_answer_state(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                        uint8_t *data, size_t *actual);

/* A request while the flash is busy, on a chip that still answers. */
enum boot0_xfer vboard_dfu_interrupt(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                     uint8_t *data, size_t *actual);

/* Takes the block of a DNLOAD that is allowed here. */
enum boot0_xfer vboard_dfu_take(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                const uint8_t *data, size_t *actual);

#endif
