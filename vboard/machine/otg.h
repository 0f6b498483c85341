/* SPDX-License-Identifier: MIT */
/*
 * The USB device controller of STM32F4 chips: OTG_FS in device mode, as RM0090 chapter 34 describes
 * it, written from that chapter without regard to any driver; the newer core of F412 and F446 where
 * RM0402 and RM0390 differ from it. Two sides meet here:
 *
 *   registers   what the CPU reads and writes at 0x50000000, by offset;
 *   bus         what a host does on the wire, one transaction per call.
 *
 * The model has no clock and knows no CPU: the port tells it the time and takes its interrupt. What
 * the hardware forbids has the hardware's effect, where that is known, and a report.
 *
 * Not modelled: host mode, isochronous endpoints, SRP and HNP. The model reports their use.
 */
#ifndef VBOARD_MACHINE_OTG_H
#define VBOARD_MACHINE_OTG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    VBOARD_OTG_ENDPOINTS = 6,   /* at most, per direction, including endpoint 0 */
    VBOARD_OTG_PACKET_MAX = 64, /* of control, bulk and interrupt at full speed */
};

/* OTG_FS_CID of the parts; a table in otg.c has their differences. */
enum {
    VBOARD_OTG_CORE_1100 = 0x1100, /* early F405/407 by RM0090, also F105/107 */
    VBOARD_OTG_CORE_1200 = 0x1200, /* reported by F401, F405/407, F411 and F42x parts */
    VBOARD_OTG_CORE_2000 = 0x2000, /* F412 and F446 */
};

/* What the controller needs from the machine; everything but `context` is required. */
struct vboard_otg_port {
    void *context;
    /* The interrupt line has changed to this level. */
    void (*irq)(void *context, bool level);
    /* A use that the manual forbids; `offset` of the accessed register. */
    void (*violation)(void *context, uint32_t offset, const char *text);
    /* A use that works, although the manual requires another. */
    void (*note)(void *context, const char *text);
    uint64_t (*now_ns)(void *context);
    /*
     * A condition that the host waits for has become true (vboard_otg_watch()), or SOFs are wanted
     * from now on: the CPU should stop soon, so that the host can continue at the right time.
     */
    void (*progress)(void *context);
};

struct vboard_otg;

/* Starts in the state of power-on, clocks off, VBUS off. NULL: no memory, or no such core. */
struct vboard_otg *vboard_otg_new(uint32_t core_id, const struct vboard_otg_port *port);
void vboard_otg_free(struct vboard_otg *otg);

/* ---- the machine's side ---- */

/* The reset of the peripheral: by the chip's reset or RCC_AHB2RSTR. Clocks and VBUS stay. */
void vboard_otg_reset(struct vboard_otg *otg);
/*
 * RCC_AHB2ENR.OTGFSEN: registers are accessible. The 48 MHz clock: the PHY and the core work.
 * hclk_hz is checked against the turnaround time in GUSBCFG; 0 if unknown.
 */
/*
 * The deviation of the 48 MHz, in millionths; 0 at first. From some deviation on the core still
 * sees the bus states and the frames, but takes no part in traffic.
 */
void vboard_otg_deviation(struct vboard_otg *otg, uint32_t ppm);
void vboard_otg_clocks(struct vboard_otg *otg, bool bus_clock, bool usb_clock, uint32_t hclk_hz);
/* VBUS at the connector; `wired`: PA9 sees it. */
/*
 * The state of D+ by the board and the pins: `pulled_up` by a resistor on the board, `held_low` by
 * a pin. Neither at first.
 */
void vboard_otg_line(struct vboard_otg *otg, bool pulled_up, bool held_low);
/*
 * The delay of STUP, XFRC, INEPNE and EPDISD after their cause; 0 at first: at once. The core takes
 * some microseconds, so a driver that looks only once misses them.
 */
void vboard_otg_latency(struct vboard_otg *otg, uint64_t ns);
void vboard_otg_vbus(struct vboard_otg *otg, bool present, bool wired);

/* One access; offset below 0x40000, width 1, 2 or 4 bytes. */
uint32_t vboard_otg_read(struct vboard_otg *otg, uint32_t offset, unsigned width);
void vboard_otg_write(struct vboard_otg *otg, uint32_t offset, unsigned width, uint32_t value);

bool vboard_otg_irq(const struct vboard_otg *otg);
/*
 * The time of the next frame that the firmware wants (GINTMSK.SOFM), or of an endpoint's interrupt:
 * call vboard_otg_happen() then. UINT64_MAX: never. The frame number needs no calls.
 */
uint64_t vboard_otg_due_ns(const struct vboard_otg *otg);
void vboard_otg_happen(struct vboard_otg *otg);

/* ---- the bus side ---- */

enum vboard_otg_answer {
    VBOARD_OTG_NONE, /* silence: not connected, another address, no such endpoint */
    VBOARD_OTG_ACK,  /* accepted, or data was sent */
    VBOARD_OTG_NAK,
    VBOARD_OTG_STALL,
};

/* Whether the pull-up is on; a number that grows each time it appears. */
bool vboard_otg_connected(const struct vboard_otg *otg);
unsigned vboard_otg_connection(const struct vboard_otg *otg);
/* The host drives reset; ends it (the frames begin); lets the bus go idle; wakes it. */
void vboard_otg_reset_start(struct vboard_otg *otg);
void vboard_otg_reset_end(struct vboard_otg *otg);
void vboard_otg_suspend(struct vboard_otg *otg);
void vboard_otg_resume(struct vboard_otg *otg);
/* The device signals remote wake-up (DCTL.RWUSIG while suspended). */
bool vboard_otg_wakes(const struct vboard_otg *otg);

/*
 * Transactions. `data1`: the PID is DATA1. in(): `data` has room for VBOARD_OTG_PACKET_MAX bytes;
 * the host's ACK is implied.
 */
enum vboard_otg_answer vboard_otg_setup(struct vboard_otg *otg, uint8_t address,
                                        const uint8_t setup[8]);
enum vboard_otg_answer vboard_otg_in(struct vboard_otg *otg, uint8_t address, uint8_t endpoint,
                                     uint8_t *data, size_t *size, bool *data1);
enum vboard_otg_answer vboard_otg_out(struct vboard_otg *otg, uint8_t address, uint8_t endpoint,
                                      const uint8_t *data, size_t size, bool data1);

/*
 * What a host can wait for, as bits: endpoint n would answer an IN (OUT) token with something other
 * than NAK; the pull-up appeared or disappeared; the device signals remote wake-up.
 */
#define VBOARD_OTG_IN(n)  (1u << (n))
#define VBOARD_OTG_OUT(n) (0x100u << (n))
enum {
    VBOARD_OTG_CONNECTION = 0x10000, /* in a watch: connected() has changed since then */
    VBOARD_OTG_WAKE = 0x20000,
};
/* The endpoints that are ready now; includes VBOARD_OTG_WAKE. */
uint32_t vboard_otg_ready(const struct vboard_otg *otg);
/*
 * The same, and endpoints whose firmware requested interrupts for tokens that meet NAK (ITTXFE,
 * NAK, OTEPDIS unmasked) and has had none yet: a token there is worth sending.
 */
uint32_t vboard_otg_attentive(const struct vboard_otg *otg);
/* The size in bytes of the packet that an IN token would get. */
size_t vboard_otg_next_size(const struct vboard_otg *otg, uint8_t endpoint);
/*
 * From now on calls progress(), once, when one of these endpoints becomes attentive that is not
 * now, or another requested condition becomes true. 0: nothing. That call ends the watch.
 */
void vboard_otg_watch(struct vboard_otg *otg, uint32_t what);

#endif
