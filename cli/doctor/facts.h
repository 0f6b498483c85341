/* SPDX-License-Identifier: MIT */
/*
 * What boot0 doctor knows about the machine and its boards. The facts come from the machine
 * (linux.c, windows.c, boards.c) or, in tests, from recorded answers; findings.c derives from them
 * what is wrong and what to do.
 */
#ifndef BOOT0_CLI_DOCTOR_FACTS_H
#define BOOT0_CLI_DOCTOR_FACTS_H

#include <boot0/boot0.h>

enum {
    DOCTOR_DEVICES_MAX = 64,
    DOCTOR_NAME_MAX = 64,
};

enum doctor_system { SYSTEM_OTHER, SYSTEM_LINUX, SYSTEM_WINDOWS, SYSTEM_MACOS };

enum device_kind {
    DEVICE_OTHER,
    DEVICE_DFU,     /* a bootloader, ready to be flashed */
    DEVICE_RUNTIME, /* a program with a DFU run-time interface */
    DEVICE_PROGRAM, /* a program of a known board, without DFU: a serial port */
    DEVICE_PROBE,   /* an ST-LINK, which many boards carry beside the chip's own USB port */
    DEVICE_UNKNOWN, /* a plugged-in device that cannot identify itself */
};

/* The best udev rule for a device. */
enum rule_state {
    RULE_NONE,
    RULE_LATE,  /* TAG+="uaccess", but in a file after 73-seat-late.rules */
    RULE_GROUP, /* gives it to a group */
    RULE_GOOD,  /* TAG+="uaccess" in time, or MODE="0666" */
};

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

struct device_linux {
    enum answer has_node; /* /dev/bus/usb/… exists */
    enum answer opens;    /* for reading and writing */
    enum rule_state rule;
    char rule_file[DOCTOR_NAME_MAX];
    char rule_group[DOCTOR_NAME_MAX];
    enum answer in_group;         /* the user is in rule_group, and the session knows it */
    enum answer tagged;           /* udev's database has uaccess */
    bool claimed;                 /* a program has claimed an interface (driver usbfs) */
    char holder[DOCTOR_NAME_MAX]; /* "dfu-util (process 4711)": has the node open; "" */
    char tty[DOCTOR_NAME_MAX];    /* "ttyACM0", "" without a serial port */
    char tty_holder[DOCTOR_NAME_MAX];
    bool speaks_at;     /* its serial port declares AT commands */
    bool modem_ignored; /* ID_MM_DEVICE_IGNORE */
};

struct device_windows {
    bool asked;       /* by the device manager */
    char service[32]; /* "WinUSB", "" without a driver */
    unsigned problem; /* the device manager's code; 0: none */
};

struct doctor_device {
    enum device_kind kind;
    char path[BOOT0_PATH_MAX];
    unsigned bus;
    unsigned address;
    uint16_t vendor;
    uint16_t product;
    char name[DOCTOR_NAME_MAX]; /* its own name, or the name it is known by */

    struct device_linux linux_os; /* `linux` alone is a macro of some compilers */
    struct device_windows windows;

    /* The board's own answers; only for devices in DFU mode. */
    struct boot0_error access; /* why it cannot be opened */
    enum answer has_state;
    uint8_t state;              /* enum boot0_dfu_state, as it was found */
    struct boot0_error trouble; /* why no session can be opened */
    enum answer is_protected;   /* the board refuses to read its flash */
    char chip[128];             /* in words; "" if the board was not asked */
    char contradiction[BOOT0_TEXT_MAX * 2];
};

struct doctor_tool {
    bool found;
    char file[256];
    unsigned major, minor;
};

struct facts {
    enum doctor_system system;
    const char *board;                     /* key of a board entry that the user named, or NULL */
    const struct boot0_database *database; /* the user's own entries; NULL: none */

    struct boot0_error usb; /* why this machine's USB is unusable */
    bool has_bus;           /* a USB host controller exists; unknown if !lists_all */
    bool lists_all;         /* `devices` holds everything plugged in, not only boards */
    struct doctor_device devices[DOCTOR_DEVICES_MAX];
    size_t device_count;

    /* Linux */
    enum answer has_udev;   /* /run/udev exists: not so in containers */
    enum answer at_seat;    /* the user has an active session at this machine */
    bool has_modem_manager; /* it is running */

    struct doctor_tool dfu_util; /* the first in PATH */
};

/* Adds a zeroed device; NULL if the list is full. */
struct doctor_device *facts_add(struct facts *facts);
/* Finds a device by path, or NULL. */
struct doctor_device *facts_device(struct facts *facts, const char *path);

/*
 * The kind of a device with these ids and DFU interface. `dfu_protocol` is as in a candidate, 0 if
 * it has none. Sets *name to the name it is known by, or NULL.
 */
enum device_kind facts_kind(uint16_t vendor, uint16_t product, uint8_t dfu_protocol,
                            const char **name);

/* Parses "dfu-util 0.11" and what follows. False: not a version. */
bool facts_parse_version(const char *text, struct doctor_tool *tool);

/*
 * linux.c: USB devices, permissions, programs that hold them; from the directories sys, dev, proc,
 * run, etc, usr and lib below `root`, which is "" for the machine itself. `user` has the user's
 * ids.
 */
struct doctor_user {
    unsigned id;
    unsigned groups[64];
    size_t group_count;
};
void facts_from_linux(struct facts *facts, const char *root, const struct doctor_user *user);

/* windows.c: devices and their drivers, from the device manager: all of them, or one. */
struct b0_setup;
struct b0_setup_device;
void facts_from_setup(struct facts *facts, const struct b0_setup *setup);
void facts_from_setup_device(struct facts *facts, const struct b0_setup_device *setup);

/* system/: everything that this machine's system reports. */
void facts_from_system(struct facts *facts);

/* boards.c: the answers of a bus's boards. Leaves them as it found them, or in dfuIDLE. */
void facts_from_boards(struct facts *facts, const struct boot0_bus *bus);

/* tools.c: the first dfu-util in `path`, the value of PATH. */
void facts_from_path(struct facts *facts, const char *path);

#endif
