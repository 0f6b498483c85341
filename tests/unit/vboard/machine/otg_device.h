/* SPDX-License-Identifier: MIT */
/*
 * The OTG_FS model with its registers driven by hand: a port that counts its calls, and the
 * sequences of RM0090 34.17 with which tests begin, step by step as in the manual.
 */
#ifndef TESTS_OTG_DEVICE_H
#define TESTS_OTG_DEVICE_H

#include "vboard/machine/otg.h"

enum {
    GAHBCFG = 0x008,
    GUSBCFG = 0x00C,
    GRSTCTL = 0x010,
    GINTSTS = 0x014,
    GINTMSK = 0x018,
    GRXSTSR = 0x01C,
    GRXSTSP = 0x020,
    GRXFSIZ = 0x024,
    DIEPTXF0 = 0x028,
    GCCFG = 0x038,
    CID = 0x03C,
    DIEPTXF1 = 0x104,
    DIEPTXF2 = 0x108,
    DIEPTXF3 = 0x10C,
    DCFG = 0x800,
    DCTL = 0x804,
    DSTS = 0x808,
    DIEPMSK = 0x810,
    DOEPMSK = 0x814,
    DAINT = 0x818,
    DAINTMSK = 0x81C,
    DIEPEMPMSK = 0x834,
    PCGCCTL = 0xE00,
};
#define DIEPCTL(n)  (0x900u + 0x20u * (n))
#define DIEPINT(n)  (0x908u + 0x20u * (n))
#define DIEPTSIZ(n) (0x910u + 0x20u * (n))
#define DTXFSTS(n)  (0x918u + 0x20u * (n))
#define DOEPCTL(n)  (0xB00u + 0x20u * (n))
#define DOEPINT(n)  (0xB08u + 0x20u * (n))
#define DOEPTSIZ(n) (0xB10u + 0x20u * (n))
#define FIFO(n)     (0x1000u + 0x1000u * (n))

#define BIT(n)       (1u << (n))
#define EPENA        BIT(31)
#define EPDIS        BIT(30)
#define SD1PID       BIT(29)
#define SD0PID       BIT(28)
#define SNAK         BIT(27)
#define CNAK         BIT(26)
#define STALL        BIT(21)
#define NAKSTS       BIT(17)
#define DPID         BIT(16)
#define USBAEP       BIT(15)
#define TXFNUM(n)    ((n) << 22)
#define BULK         (2u << 18)
#define INTERRUPT    (3u << 18)
#define PKTCNT(n)    ((n) << 19)
#define PKTCNT_OF(v) ((v) >> 19 & 0x3FFu)
#define STUPCNT(n)   ((n) << 29)
#define PKTSTS_OF(v) ((v) >> 17 & 0xFu)
#define BCNT_OF(v)   ((v) >> 4 & 0x7FFu)
#define EPNUM_OF(v)  ((v)&0xFu)
#define USBRST       BIT(12)
#define ENUMDNE      BIT(13)
#define RXFLVL       BIT(4)

struct otg_device {
    struct vboard_otg *otg;
    uint64_t now_ns;
    bool irq;
    unsigned violations;
    unsigned notes;
    uint32_t offset; /* of the last one */
    char text[160];  /* of the last violation or note */
    unsigned progress;
    uint8_t address; /* destination of bus transactions */
};

/* Powered, with clocks and VBUS, registers as after reset. Takes `device` as the port's context. */
void otg_device_new(struct otg_device *device, uint32_t core_id);
void otg_device_free(struct otg_device *device);

uint32_t otg_get(struct otg_device *device, uint32_t offset);
void otg_set(struct otg_device *device, uint32_t offset, uint32_t value);
/* Reads, sets bits, writes. */
void otg_or(struct otg_device *device, uint32_t offset, uint32_t bits);
/* Fails the test unless there were `count` violations; clears them. */
void otg_expect_violations(struct otg_device *device, unsigned count);

/* 34.17.1 and 34.17.3: core and device initialisation, up to the pull-up. */
void otg_initialise(struct otg_device *device);
/* 34.17.5, on USB reset and on enumeration done; with the FIFOs 128 + 64 + 64 + 16 + 16 words. */
void otg_endpoint_zero(struct otg_device *device);
/* Both, with a bus reset in between: ready for SETUP packets at address 0. */
void otg_enumerated(struct otg_device *device);
/* 34.17.5, endpoint activation: IN and OUT endpoint n, bulk. */
void otg_activate(struct otg_device *device, unsigned n);

/* Starts an IN transfer and writes its data as far as the FIFO has room. */
void otg_send(struct otg_device *device, unsigned n, const void *data, unsigned size);
/* Arms an OUT endpoint. */
void otg_arm(struct otg_device *device, unsigned n, unsigned packets, unsigned size);
/* Pops an entry and reads its data. Returns the status word. */
uint32_t otg_pop(struct otg_device *device, uint8_t *data);

#endif
