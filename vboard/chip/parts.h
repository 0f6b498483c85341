/* SPDX-License-Identifier: MIT */
/*
 * The chips of the virtual boards: where their memories are and how their flash is divided. One row
 * per part.
 */
#ifndef VBOARD_CHIP_PARTS_H
#define VBOARD_CHIP_PARTS_H

#include <stdbool.h>
#include <stdint.h>

enum vboard_kind {
    VBOARD_FLASH,    /* main flash */
    VBOARD_RAM,      /* lost with the power */
    VBOARD_OPTIONS,  /* option bytes */
    VBOARD_OTP,      /* bits that can be cleared once */
    VBOARD_INFO,     /* unique id and flash size, from the factory */
    VBOARD_FEATURE,  /* not memory, but the supply range, which the F4 ROM shows as if it were */
    VBOARD_EXTERNAL, /* flash outside the chip: no option bytes protect it */
};

struct vboard_area {
    uint8_t kind; /* enum vboard_kind */
    uint32_t address;
    uint32_t size;     /* bytes; 0 ends a list */
    uint32_t reserved; /* bytes at its start that the bootloader reserves */
};

struct vboard_sectors {
    uint16_t count; /* 0 ends a list */
    uint32_t size;
};

/* How option bytes encode protection: options.c. */
enum vboard_options_style {
    VBOARD_OPTIONS_F4,   /* RM0090, 3.9: word 0 holds RDP, word 2 one nWRP bit per sector */
    VBOARD_OPTIONS_F1,   /* PM0075, 2.5: byte and complement, one WRP bit for some pages */
    VBOARD_OPTIONS_F0,   /* RM0091, 4: the same with other values of RDP */
    VBOARD_OPTIONS_L4,   /* RM0351, 3.4: RDP in byte 0, ranges of write protected pages */
    VBOARD_OPTIONS_H7,   /* RM0433, 4.4: the registers themselves, from FLASH_OPTSR_CUR */
    VBOARD_OPTIONS_NONE, /* bytes without meaning, or no option bytes */
};

enum {
    VBOARD_AREAS_MAX = 16,
    VBOARD_SECTORS_MAX = 32,
    VBOARD_OTP_BLOCK = 32, /* RM0090, 3.9.4 "One-time programmable bytes" */
};

struct vboard_part {
    const char *name;   /* "STM32F407VG" */
    const char *family; /* as in core/family */
    /* The main flash comes first. */
    struct vboard_area areas[VBOARD_AREAS_MAX + 1];
    /* Of the main flash, then of each VBOARD_EXTERNAL in the order of areas. */
    struct vboard_sectors sectors[VBOARD_SECTORS_MAX + 1];
    uint8_t banks;
    uint8_t options_style; /* enum vboard_options_style */
    uint8_t pages_per_wrp; /* F1 and F0: pages that one of the 32 WRP bits protects */
    bool otp_lock;         /* the OTP area ends in one lock byte for each block of 32 bytes */
    /*
     * What happens if unerased flash is programmed. F2 and F4 clear the bits that are 0 in both and
     * report nothing (RM0090, 3.6.3). F0, F1, L4, G4 and H7 refuse, unless all bits of the unit
     * become 0 (PM0075, 2.3.2, PGERR; RM0351, 3.3.7, PROGERR: there is an ECC).
     */
    bool refuses_unerased;
    uint32_t unique_id;  /* address of 12 bytes in VBOARD_INFO; 0: none */
    uint32_t flash_size; /* address of a half-word in VBOARD_INFO, KiB; 0: none */
};

/* Whether two parts have the same memories with the same behaviour; names do not count. */
bool vboard_part_equal(const struct vboard_part *a, const struct vboard_part *b);

extern const struct vboard_part vboard_part_f407vg;
extern const struct vboard_part vboard_part_f427vi;
extern const struct vboard_part vboard_part_f401cc;
extern const struct vboard_part vboard_part_f401ce;
extern const struct vboard_part vboard_part_f411ce;
extern const struct vboard_part vboard_part_f412zg;
extern const struct vboard_part vboard_part_f446re;
extern const struct vboard_part vboard_part_f072rb;
extern const struct vboard_part vboard_part_l476re;
extern const struct vboard_part vboard_part_g431cb;
extern const struct vboard_part vboard_part_h743zi;
extern const struct vboard_part vboard_part_f103cb;
extern const struct vboard_part vboard_part_gd32vf103cb;

#endif
