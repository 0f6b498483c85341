/* SPDX-License-Identifier: MIT */
/* What a board's spec sets (describe/spec.c reads it), and the faults that it plans. */
#ifndef VBOARD_BOARD_SETTINGS_H
#define VBOARD_BOARD_SETTINGS_H

#include <boot0/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The commands that a download brings; poll timeouts and behaviour while busy differ by them. */
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
    VBOARD_FILL_BLANK, /* what erased flash reads */
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
    uint32_t at;       /* which transfer, operation or offset */
    uint32_t after_ms; /* UNPLUG, POWERCUT: plugged in again after so long; 0: not */
};

/* What a modem line of the serial adapter is wired to. */
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
    bool boot0_button; /* held until the board has power, and then never again */
    unsigned supply_mv;
    bool feature_erase;
    unsigned read_protection;
    char serial[VBOARD_SERIAL_MAX + 1];
    uint16_t poll_ms[VBOARD_COMMAND_COUNT];
    struct vboard_fault faults[VBOARD_FAULTS_MAX];
    size_t fault_count;
    uint32_t plug_ms; /* plugged in so long after the start; VBOARD_PLUG_NEVER: by hand */
    uint32_t baud_max;
    uint32_t adapter_max;        /* the fastest that the serial adapter takes */
    uint32_t adapter_garbles;    /* what it takes and garbles from there on; 0: nothing */
    struct vboard_wire wires[2]; /* of DTR and RTS */
    uint32_t crystal_hz;         /* 0: none */
    uint32_t hsi_hz;             /* the internal oscillator, as it really is */
    uint32_t lsi_hz;
    bool hardware_watchdog; /* WDG_SW of the option bytes is 0 */
    bool pull_up;           /* D+ is pulled up on the board, whatever the chip does */
    unsigned erase_percent; /* of the typical time that an erase takes */
    struct {
        unsigned mv; /* 0: the supply stays as it is */
        uint64_t from_us, until_us;
    } brownout;
    struct {
        uint64_t from_us, until_us; /* the same: it never does */
    } crystal_stop;
    bool from_standby; /* a start is one out of Standby */
    bool vbus_wired;   /* PA9 sees VBUS */
    bool battery;      /* on VBAT */
    bool serial_mode;  /* Maple boards: a program runs at power-up */
    char *elf_file;    /* symbols of the program; NULL: none */
    bool button_set;   /* a pin is held at a level */
    bool button_high;
    unsigned button_pin; /* 16 times the port, and the pin */
};

#endif
