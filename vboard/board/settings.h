/* SPDX-License-Identifier: MIT */
/* The settings from a board's spec (describe/spec.c reads it), and the faults that it plans. */
#ifndef VBOARD_BOARD_SETTINGS_H
#define VBOARD_BOARD_SETTINGS_H

#include <boot0/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The commands of a download; poll timeouts and behaviour while busy depend on them. */
enum vboard_command {
    VBOARD_COMMAND_ADDRESS,
    VBOARD_COMMAND_ERASE, /* a page or all of it; also read unprotect */
    VBOARD_COMMAND_DATA,
    VBOARD_COMMAND_COUNT
};

enum {
    VBOARD_STRING_MAX = 126, /* characters in a string descriptor */
};

enum {
    VBOARD_LSI_HZ = 32000,    /* nominally: 7.2.5; 17 to 47 kHz by DS8626, 5.3.9 */
    VBOARD_HSI_HZ = 16000000, /* nominally: RM0090, 7.2.2 */
    VBOARD_SERIAL_MAX = VBOARD_STRING_MAX,
    VBOARD_FAULTS_MAX = 16,
};

enum vboard_fill {
    VBOARD_FILL_BLANK, /* the value of erased flash */
    VBOARD_FILL_BYTE,
    VBOARD_FILL_RANDOM,
};

enum vboard_fault_kind {
    VBOARD_FAULT_UNPLUG,
    VBOARD_FAULT_POWERCUT,
    VBOARD_FAULT_STALL,
    VBOARD_FAULT_TIMEOUT,
    VBOARD_FAULT_STATUS,
    VBOARD_FAULT_DESCRIPTOR,
    VBOARD_FAULT_ADDRESS,
    VBOARD_FAULT_LOST, /* these count characters on the UART */
    VBOARD_FAULT_NOISE,
    VBOARD_FAULT_PARITY,
    VBOARD_FAULT_HANGUP,
};

struct vboard_fault {
    uint8_t kind;      /* enum vboard_fault_kind */
    uint8_t value;     /* DESCRIPTOR: the byte that is there instead; ADDRESS: the wrong bit */
    uint32_t at;       /* number of the transfer, operation or offset */
    uint32_t after_ms; /* UNPLUG, POWERCUT: plugged in again after this time; 0: never */
};

/* The wiring of a modem line of the serial adapter. */
enum vboard_role {
    VBOARD_ROLE_NONE,
    VBOARD_ROLE_RESET,
    VBOARD_ROLE_BOOT0,
};

struct vboard_wire {
    uint8_t role;  /* enum vboard_role */
    bool inverted; /* active while the host has the line off */
};

#define VBOARD_PLUG_NEVER UINT32_MAX

struct vboard_settings {
    bool described;   /* the board comes from a description, not from a built-in model */
    char *flash_file; /* NULL: none */
    uint8_t fill;     /* enum vboard_fill */
    uint8_t fill_byte;
    bool boot0;
    bool boot0_button; /* held until the board has power, and never again */
    unsigned supply_mv;
    bool feature_erase;
    unsigned read_protection;
    char serial[VBOARD_SERIAL_MAX + 1];
    uint16_t poll_ms[VBOARD_COMMAND_COUNT];
    struct vboard_fault faults[VBOARD_FAULTS_MAX];
    size_t fault_count;
    uint32_t plug_ms; /* plugged in this long after the start; VBOARD_PLUG_NEVER: by hand */
    uint32_t baud_max;
    uint32_t adapter_max;        /* the highest speed that the serial adapter accepts */
    uint32_t adapter_garbles;    /* it garbles accepted speeds from here on; 0: none */
    struct vboard_wire wires[2]; /* of DTR and RTS */
    uint32_t crystal_hz;         /* 0: none */
    uint32_t hsi_hz;             /* the internal oscillator's real frequency */
    uint32_t lsi_hz;
    bool hardware_watchdog; /* WDG_SW of the option bytes is 0 */
    bool pull_up;           /* the board pulls up D+, whatever the chip does */
    unsigned erase_percent; /* of the typical time that an erase takes */
    struct {
        unsigned mv; /* 0: the supply does not change */
        uint64_t from_us, until_us;
    } brownout;
    struct {
        uint64_t from_us, until_us; /* equal: it never stops */
    } crystal_stop;
    bool from_standby; /* a start comes out of Standby */
    bool vbus_wired;   /* PA9 senses VBUS */
    bool battery;      /* on VBAT */
    bool serial_mode;  /* Maple boards: a program runs at power-up */
    char *elf_file;    /* symbols of the program; NULL: none */
    bool button_set;   /* a pin is held at a level */
    bool button_high;
    unsigned button_pin; /* 16 times the port, plus the pin */
};

#endif
