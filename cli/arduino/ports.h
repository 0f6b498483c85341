/* SPDX-License-Identifier: MIT */
/*
 * The ports that an IDE sees: boards in DFU mode, programs with a DFU interface, serial ports.
 * Plain data, compared and printed; watch.c finds the ports.
 */
#ifndef BOOT0_CLI_ARDUINO_PORTS_H
#define BOOT0_CLI_ARDUINO_PORTS_H

#include "../text.h"

#include <boot0/boot0.h>
#include <boot0/serial.h>

struct json;

enum {
    IDE_PORTS_MAX = 64,
    IDE_BOARD_MAX = 17,
};

struct ide_port {
    bool is_serial;    /* else DFU */
    bool is_usb;       /* vendor and product are known */
    char address[128]; /* "1-2.3", "/dev/ttyACM0" */
    uint16_t vendor;
    uint16_t product;
    char serial[BOOT0_TEXT_MAX];       /* number; "": none */
    char product_name[BOOT0_TEXT_MAX]; /* USB product; names the board in STM32duino's programs */
    char board[IDE_BOARD_MAX];         /* that boot0's bootloader was built for; "": another one */
    char name[TEXT_BOARD];             /* of a board, for display */
    char chip[TEXT_BOARD];             /* its name; "": not known */
    bool in_dfu_mode;                  /* of a board: ready to be flashed */
};

struct ide_ports {
    struct ide_port list[IDE_PORTS_MAX];
    size_t count;
};

/* Adds a port; false if the list is full. */
bool ide_ports_add(struct ide_ports *ports, const struct ide_port *port);
/* The port with the same address and protocol, or NULL. */
const struct ide_port *ide_ports_find(const struct ide_ports *ports, const struct ide_port *like);
/* Whether everything that an IDE sees of the two is equal. */
bool ide_port_equal(const struct ide_port *one, const struct ide_port *other);

/* Fills in what an IDE sees of a board or a serial port. */
void ide_port_of_board(struct ide_port *port, const struct boot0_board *board);
void ide_port_of_serial(struct ide_port *port, const struct boot0_serial_port *serial);

/*
 * Prints a port as an object of the pluggable discovery specification, version 1. `is_old` repeats
 * the properties under the names that the IDE 1.8.19 reads (fields of BoardPort in arduino-core):
 * prefs, and identificationPrefs. That IDE requires each of the latter in boards.txt, as board.0
 * and so on, so they are only what names the board there.
 */
void ide_port_print(struct json *json, const char *name, const struct ide_port *port, bool is_old);
/* Prints the members that name a port, the only ones of "remove". */
void ide_port_print_name(struct json *json, const char *name, const struct ide_port *port);

#endif
