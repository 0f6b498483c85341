/* SPDX-License-Identifier: MIT */
/*
 * The ports that an IDE is told of: boards in DFU mode, programs with a DFU interface, serial
 * ports. Plain data, compared and printed; where they come from is watch.c's business.
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
    bool is_serial;    /* else it is spoken to by DFU */
    bool is_usb;       /* vendor and product are known */
    char address[128]; /* "1-2.3", "/dev/ttyACM0" */
    uint16_t vendor;
    uint16_t product;
    char serial[BOOT0_TEXT_MAX];       /* number; "": none */
    char product_name[BOOT0_TEXT_MAX]; /* USB's string, which of STM32duino's programs has the board
                                        */
    char board[IDE_BOARD_MAX];         /* for which boot0's bootloader was built; "": another one */
    char name[TEXT_BOARD];             /* of a board, for people */
    char chip[TEXT_BOARD];             /* its name; "": not known */
    bool in_dfu_mode;                  /* of a board: ready to be flashed */
};

struct ide_ports {
    struct ide_port list[IDE_PORTS_MAX];
    size_t count;
};

/* Adds one; false if there is no room for it. */
bool ide_ports_add(struct ide_ports *ports, const struct ide_port *port);
/* The one with the same address and protocol, or NULL. */
const struct ide_port *ide_ports_find(const struct ide_ports *ports, const struct ide_port *like);
/* Whether all that an IDE is told of them is the same. */
bool ide_port_equal(const struct ide_port *one, const struct ide_port *other);

/* What a board or a serial port looks like to an IDE. */
void ide_port_of_board(struct ide_port *port, const struct boot0_board *board);
void ide_port_of_serial(struct ide_port *port, const struct boot0_serial_port *serial);

/*
 * A port as an object: as the pluggable discovery specification has it, version 1. With `is_old`
 * the properties stand once more under the names by which the IDE 1.8.19 reads them (fields of
 * BoardPort in arduino-core): prefs, and identificationPrefs. Of the latter it wants each one in
 * boards.txt, as board.0 and so on, so only what names the board is there.
 */
void ide_port_print(struct json *json, const char *name, const struct ide_port *port, bool is_old);
/* The members that name a port: all that "remove" tells. */
void ide_port_print_name(struct json *json, const char *name, const struct ide_port *port);

#endif
