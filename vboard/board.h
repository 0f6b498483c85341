/*
 * The virtual board from inside: what its parts share. The parts are
 *
 *   board.c    life, power, reset, buttons      clock.c   virtual time, work in the flash
 *   spec.c     "MODEL:key=value,…"              usb.c     descriptors, standard requests
 *   faults.c   what goes wrong on purpose       trace.c, stats.c
 *   chip/      memories                         rom/      bootloaders
 *   machine/   the CPU and what it needs to run programs
 */
#ifndef VBOARD_BOARD_H
#define VBOARD_BOARD_H

#include "chip/chip.h"
#include "describe/describe.h"
#include "machine/machine.h"
#include "rom/models.h"
#include "vboard.h"

#define VBOARD_NEVER UINT64_MAX

/*
 * What answers on USB now: a bootloader, or the machine that runs a program. It gets every
 * control transfer, standard requests too (vboard_usb_standard() answers those for the models that
 * have their descriptors in a table).
 */
struct vboard_function {
    /* The board has just come out of reset with this function in charge. */
    void (*start)(struct vboard *board);
    /* One control transfer: fills *actual, and `data` if the direction is in. */
    enum boot0_xfer (*control)(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual);
    /* The status stage of a transfer that went well is over: what was put off until then. */
    void (*sent)(struct vboard *board, const struct boot0_setup *setup);
    void (*bus_reset)(struct vboard *board);
    /* The board's timer has run out. NULL if it sets none. */
    void (*timer)(struct vboard *board);
    /* Device descriptor and configuration, as a host reads them on arrival. */
    size_t (*descriptors)(const struct vboard *board, uint8_t *bytes, size_t size);
    /* As vboard_packet(), until a point in time. NULL if it has no endpoint but 0. */
    enum boot0_xfer (*packet)(struct vboard *board, uint8_t endpoint, uint8_t *data, size_t *size,
                              uint64_t deadline_us);
    /* As vboard_string(). NULL: the strings are those of the model. */
    size_t (*string)(const struct vboard *board, uint8_t index, char *text, size_t size);
    bool keeps_time; /* what control() takes on the bus has passed when it returns */
};

/* ---- what the spec says ---- */

enum {
    VBOARD_SERIAL_MAX = VBOARD_STRING_MAX,
    VBOARD_FAULTS_MAX = 16,
};

enum vboard_fill {
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

struct vboard_settings {
    struct vboard_description *description; /* the board is described by it; NULL: a model */
    char *flash_file; /* NULL: none */
    uint8_t fill;     /* enum vboard_fill */
    uint8_t fill_byte;
    bool boot0;
    bool boot0_button; /* held until the board has power, and then never again */
    unsigned supply_mv;
    bool feature_erase;
    unsigned read_protection;
    char serial[VBOARD_SERIAL_MAX + 1];
    uint16_t poll_ms[VBOARD_JOB_COUNT];
    struct vboard_fault faults[VBOARD_FAULTS_MAX];
    size_t fault_count;
    uint32_t plug_ms; /* plugged in so long after the start */
    uint32_t baud_max;
    struct vboard_wire wires[2]; /* of DTR and RTS */
    uint32_t crystal_hz;         /* 0: none */
    bool vbus_wired;             /* PA9 sees VBUS */
    bool battery;                /* on VBAT */
    bool serial_mode;            /* Maple boards: a program runs at power-up */
    char *elf_file;              /* symbols of the program; NULL: none */
    bool button_set;             /* a pin is held at a level */
    bool button_high;
    unsigned button_pin; /* 16 times the port, and the pin */
};

/*
 * Fills settings (and the model) from a spec. The caller frees settings->description, flash_file
 * and elf_file in any case; the model of a described board belongs to the description.
 */
enum boot0_status vboard_spec_parse(const char *spec, const struct vboard_rom **rom,
                                    struct vboard_settings *settings, struct boot0_error *error);
/* Parses the value of fault=: several joined by '+'. */
enum boot0_status vboard_faults_parse(const char *text, struct vboard_settings *settings,
                                      struct boot0_error *error);

/* ---- the board ---- */

struct vboard_usb {
    uint8_t configuration;
    uint8_t alternate[VBOARD_INTERFACES_MAX]; /* that each interface is set to */
};

/* The flash at work. */
struct vboard_work {
    bool busy;
    bool by_machine; /* the machine says when it is over, more exactly than end_us */
    bool naks;       /* the controller cannot be served meanwhile */
    uint64_t start_us;
    uint64_t end_us;
    struct vboard_flash_op op;
    /* Called when it is over, unless the power went. */
    void (*done)(struct vboard *board, const struct vboard_flash_result *result);
};

/* What the DFU bootloaders remember: rom/dfuse.c and rom/maple.c. */
struct vboard_dfu {
    uint8_t state; /* enum boot0_dfu_state */
    uint8_t status;
    bool synced; /* dfuDNLOAD-SYNC: the work is done, GETSTATUS may say so */
    bool due;    /* work begins when the reply has been sent */
    bool leave_due;
    uint32_t pointer;
    uint16_t block;      /* wValue of the last DNLOAD */
    uint16_t block_size; /* its length */
    uint8_t job;         /* enum vboard_job of what is done with it */
    /* What the request is for: never NULL once there was one. */
    const struct vboard_alternate *alternate;
    uint8_t data[VBOARD_BLOCK_MAX];
    /* Bootloaders in flash only: */
    uint32_t position;    /* bytes that the download has so far */
    uint32_t upload_base; /* where the upload reads, */
    uint16_t upload_size; /* and the length of its first block */
    uint32_t base;        /* where the download goes */
    uint32_t erase_from;  /* the flash from here on has not been erased for it */
    uint16_t next_block;  /* wValue that comes next */
    bool downloaded;      /* since power-up, outlives a reset */
};

enum {
    VBOARD_UART_PAGES_MAX = 4096, /* of a part with a UART bootloader */
    VBOARD_UART_DATA_MAX = 2 + 2 * VBOARD_UART_PAGES_MAX + 1, /* an Extended Erase of all */
    VBOARD_UART_OUT_MAX = 1024,
};

/* What the UART bootloader remembers, and the characters on the line: rom/uart.c, uart_line.c. */
struct vboard_uart {
    bool alive;       /* the ROM looks at it */
    uint8_t wait;     /* what it waits for */
    uint8_t command;  /* the last one */
    uint16_t need;    /* bytes that it waits for, */
    uint16_t have;    /* and has */
    uint16_t count;   /* of bytes or pages that a command has announced */
    uint16_t page_at; /* how far an erase has come */
    uint16_t page_count;
    uint32_t address;
    uint32_t baud;      /* at which it listens; 0: has not measured yet */
    uint32_t line_baud; /* at which the host sends */
    bool holds;         /* a character came while nobody looked */
    uint8_t held;
    bool dtr;
    bool rts;
    uint64_t count_on_line; /* characters both ways: faults count them */
    uint64_t sent_until_us;
    uint16_t out_first; /* a ring */
    uint16_t out_count;
    struct vboard_character out[VBOARD_UART_OUT_MAX];
    uint8_t data[VBOARD_UART_DATA_MAX];
};

/* What a sketch on a Maple board remembers: rom/sketch.c. */
struct vboard_sketch {
    uint8_t dtr; /* enum dtr_state */
    uint8_t coding[7];
    uint8_t said[1024]; /* a ring of what was not fetched yet */
    uint16_t said_first;
    uint16_t said_count;
};

struct vboard {
    const struct vboard_rom *rom;
    const struct vboard_function *function; /* NULL: nothing on the bus */
    struct vboard_settings settings;
    struct vboard_chip chip;
    struct vboard_usb usb;
    struct vboard_dfu dfu;
    struct vboard_uart uart;
    struct vboard_sketch sketch;
    struct vboard_work work;
    struct vboard_machine *machine; /* NULL: no program was started yet */
    struct vboard_backup backup;
    bool powered;
    unsigned connection;
    uint32_t status_requests;  /* GETSTATUS so far: faults count them */
    uint32_t address_commands; /* likewise Set Address Pointer */

    uint64_t now_us;
    uint64_t deadline_us; /* of the control transfer that is under way */
    uint64_t cut_us;      /* when the power goes */
    uint64_t replug_us;   /* when it comes back */
    uint32_t replug_after_ms;
    uint64_t timer_us; /* of the function */

    struct vboard_stats stats;
    FILE *trace;
};

/* ---- board.c ---- */

/* Puts the function on the bus: a new connection. */
void vboard_connect(struct vboard *board, const struct vboard_function *function);
void vboard_disconnect(struct vboard *board);
/* The reset that a chip does to itself. */
void vboard_system_reset(struct vboard *board);
/* Power goes: whatever the flash was doing stays half done. */
void vboard_power_off(struct vboard *board);
void vboard_power_on(struct vboard *board);
/*
 * The ROM is left: the bus falls silent, and the program whose vectors are at an address starts, if
 * there is a machine for it.
 */
void vboard_start_program(struct vboard *board, uint32_t address);
/* A program has jumped to the ROM. */
void vboard_enter_rom(struct vboard *board);
/* Counts and traces something that real hardware would have let pass. */
void vboard_violation(struct vboard *board, uint32_t count, const char *what, uint32_t address);

/* ---- clock.c ---- */

/* Lets time pass, with what is due in it. `waiting`: because the host waits. */
void vboard_clock_advance(struct vboard *board, uint64_t until_us, bool waiting);
/* Microseconds that a control transfer takes on the bus, NAKs apart. */
uint64_t vboard_bus_us(const struct boot0_setup *setup, size_t actual, bool stalled);
/* Begins the operation in work.op; it ends in `done`, at once if it takes no time. */
void vboard_work_begin(struct vboard *board, bool naks,
                       void (*done)(struct vboard *, const struct vboard_flash_result *));
/* It is over: for what the machine has begun, when the machine says so. */
void vboard_work_end(struct vboard *board);
/* Power goes in the middle of it. */
void vboard_work_interrupt(struct vboard *board);
/*
 * Lets time pass until the flash is ready, at most to the deadline of the transfer. B0_XFER_OK,
 * B0_XFER_TIMEOUT, or B0_XFER_GONE if the board went away meanwhile.
 */
enum boot0_xfer vboard_work_finish(struct vboard *board);

/* ---- rom/uart_line.c ---- */

/* A character that a running program has sent is complete. */
void vboard_uart_transmit(struct vboard *board, uint8_t byte, uint32_t baud, bool even_parity);
/* The UART falls silent; what it has sent still arrives. */
void vboard_uart_stop(struct vboard *board);

/* ---- usb.c ---- */

/* The row of usb.alternates that an interface is set to, or NULL. */
const struct vboard_alternate *vboard_usb_alternate(const struct vboard *board,
                                                    unsigned interface);
/* wTransferSize of an alternate setting. */
uint16_t vboard_usb_transfer_size(const struct vboard_identity *usb,
                                  const struct vboard_alternate *alternate);
enum boot0_xfer vboard_usb_standard(struct vboard *board, const struct boot0_setup *setup,
                                    uint8_t *data, size_t *actual);
size_t vboard_usb_descriptors(const struct vboard *board, uint8_t *bytes, size_t size);

/* ---- faults.c ---- */

/*
 * Whether something goes wrong with the class request that has just been counted. Returns true if
 * the transfer is over by that, with *result.
 */
bool vboard_faults_transfer(struct vboard *board, enum boot0_xfer *result);
/* After a GETSTATUS that was answered: may spoil the answer. */
void vboard_faults_status(struct vboard *board, uint8_t *data, size_t size);
/* The fault of that kind at that number, or NULL. */
const struct vboard_fault *vboard_faults_find(const struct vboard *board,
                                              enum vboard_fault_kind kind, uint64_t at);
/* The address that a Set Address Pointer command is taken for. */
uint32_t vboard_faults_address(struct vboard *board, uint32_t address);
/* A flash operation has just been counted: may plan the loss of power in its middle. */
void vboard_faults_operation(struct vboard *board, uint64_t duration_us);
/* Replaces bytes of a configuration descriptor. */
void vboard_faults_descriptor(const struct vboard *board, uint8_t *bytes, size_t size);

/* ---- trace.c ---- */

void vboard_trace_transfer(const struct vboard *board, const struct boot0_setup *setup,
                           const uint8_t *data, size_t actual, enum boot0_xfer result,
                           uint64_t start_us);
void vboard_trace(const struct vboard *board, const char *format, ...) B0_PRINTF(2, 3);

#endif
