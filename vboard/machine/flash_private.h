/* SPDX-License-Identifier: MIT */
/* The flash interface: register bits, and what its three files share. */
#ifndef VBOARD_MACHINE_FLASH_PRIVATE_H
#define VBOARD_MACHINE_FLASH_PRIVATE_H

#include "flash_controller.h"

/* RM0090, 3.9. */
enum {
    FLASH_SR_EOP = 1 << 0,
    FLASH_SR_OPERR = 1 << 1,
    FLASH_SR_WRPERR = 1 << 4,
    FLASH_SR_PGAERR = 1 << 5,
    FLASH_SR_PGPERR = 1 << 6,
    FLASH_SR_PGSERR = 1 << 7,
    FLASH_SR_ERRORS =
        FLASH_SR_OPERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR | FLASH_SR_PGPERR | FLASH_SR_PGSERR,
    FLASH_SR_BSY = 1 << 16,

    FLASH_CR_PG = 1 << 0,
    FLASH_CR_SER = 1 << 1,
    FLASH_CR_MER = 1 << 2,
    FLASH_CR_SNB_SHIFT = 3,
    FLASH_CR_PSIZE_SHIFT = 8,
    FLASH_CR_MER1 = 1 << 15, /* of bank 2: 3.9.8 */
    FLASH_CR_STRT = 1 << 16,
    FLASH_CR_EOPIE = 1 << 24,
    FLASH_CR_ERRIE = 1 << 25,

    FLASH_OPTCR_LOCK = 1 << 0,
};

/* Whether an operation is running. */
bool vboard_flashc_busy(const struct vboard_machine *machine);
/* Sets an error of SR. */
void vboard_flashc_fail(struct vboard_machine *machine, uint32_t error);
void vboard_flashc_interrupt(struct vboard_machine *machine);
/* 0 to 3 for 8 to 64 bits at a time. */
unsigned vboard_flashc_psize(const struct vboard_machine *machine);
/* Begins the operation in board->work.op. */
void vboard_flashc_begin(struct vboard_machine *machine);
/* Hides the flash: it cannot be read while a sector is erased. */
void vboard_flashc_hide(struct vboard_machine *machine, bool hidden);
/* Counts one more programmed word: one line of the trace covers many. */
void vboard_flashc_count(struct vboard_machine *machine, uint32_t address, uint32_t size);

#define FLASH_CR_LOCKED (UINT32_C(1) << 31)
/* The keys were right: removes the lock, and watches how long it stays off. */
void vboard_flashc_unlocked(struct vboard_machine *machine);

/* ---- flash_options.c ---- */

/* After a reset: loads OPTCR and OPTCR1, locked. */
void vboard_flashc_load_options(struct vboard_machine *machine);
void vboard_flashc_write_optcr(struct vboard_machine *machine, uint32_t value, uint32_t mask);
void vboard_flashc_write_optcr1(struct vboard_machine *machine, uint32_t value, uint32_t mask);
/* An operation has ended: begins the second half of programming option bytes, if one follows. */
void vboard_flashc_follow_options(struct vboard_machine *machine);

/* ---- flash_operation.c ---- */

/* Ends the run of programming: writes its line to the trace. */
void vboard_flashc_end_run(struct vboard_machine *machine);

#endif
