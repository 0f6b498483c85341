/* SPDX-License-Identifier: MIT */
/*
 * Registers of the STM32F4's USB OTG_FS controller that a device uses: RM0090, 34.16; RM0390,
 * 31.15, for the later version of the F412 and the F446. Names are the manual's without OTG_FS_.
 */
#ifndef CHIP_STM32F4_OTG_REGISTERS_H
#define CHIP_STM32F4_OTG_REGISTERS_H

#include "registers.h"

enum {
    OTG_ENDPOINTS = CHIP_OTG_ENDPOINTS,
    OTG_FIFO_WORDS = 320,  /* 1.25 Kbytes for all FIFOs together: 34.11 */
    OTG_FIFO_MINIMUM = 16, /* minimum words of one FIFO: 34.16.2, DIEPTXF */
};

/* 34.16.2: global. */
struct otg_global {
    volatile uint32_t gotgctl;
    volatile uint32_t gotgint;
    volatile uint32_t gahbcfg;
    volatile uint32_t gusbcfg;
    volatile uint32_t grstctl;
    volatile uint32_t gintsts;
    volatile uint32_t gintmsk;
    volatile uint32_t grxstsr;
    volatile uint32_t grxstsp;
    volatile uint32_t grxfsiz;
    volatile uint32_t dieptxf0;
    volatile uint32_t hnptxsts;
    uint32_t reserved_30[2];
    volatile uint32_t gccfg;
    volatile uint32_t cid;
    uint32_t reserved_40[48];
    volatile uint32_t hptxfsiz;
    volatile uint32_t dieptxf[OTG_ENDPOINTS - 1]; /* of endpoints 1 and up */
};
REGISTER_AT(0x38, struct otg_global, gccfg);
REGISTER_AT(0x104, struct otg_global, dieptxf);

/* 34.16.4: device. */
struct otg_device {
    volatile uint32_t dcfg;
    volatile uint32_t dctl;
    volatile uint32_t dsts;
    uint32_t reserved_0c;
    volatile uint32_t diepmsk;
    volatile uint32_t doepmsk;
    volatile uint32_t daint;
    volatile uint32_t daintmsk;
    uint32_t reserved_20[2];
    volatile uint32_t dvbusdis;
    volatile uint32_t dvbuspulse;
    uint32_t reserved_30;
    volatile uint32_t diepempmsk;
};
REGISTER_AT(0x1c, struct otg_device, daintmsk);
REGISTER_AT(0x34, struct otg_device, diepempmsk);

/* One endpoint in one direction; `txfsts` for IN only. */
struct otg_endpoint {
    volatile uint32_t ctl;
    uint32_t reserved_04;
    volatile uint32_t interrupt;
    uint32_t reserved_0c;
    volatile uint32_t tsiz;
    uint32_t reserved_14;
    volatile uint32_t txfsts;
    uint32_t reserved_1c;
};
REGISTER_AT(0x18, struct otg_endpoint, txfsts);
_Static_assert(sizeof(struct otg_endpoint) == 0x20, "endpoints are 0x20 apart");

#define OTG_FS_BASE 0x50000000u /* 2.3, table 1 */
#define OTG         ((struct otg_global *)OTG_FS_BASE)
#define OTG_DEVICE  ((struct otg_device *)(OTG_FS_BASE + 0x800))
#define OTG_IN(n)   ((struct otg_endpoint *)(OTG_FS_BASE + 0x900) + (n))
#define OTG_OUT(n)  ((struct otg_endpoint *)(OTG_FS_BASE + 0xb00) + (n))
/*
 * Any address of the window pushes to the FIFO of an IN endpoint, or pops from the single RX FIFO.
 */
#define OTG_FIFO(n) ((volatile uint32_t *)(OTG_FS_BASE + 0x1000 * ((n) + 1u)))
#define OTG_PCGCCTL (*(volatile uint32_t *)(OTG_FS_BASE + 0xe00)) /* 34.16.5 */

#define OTG_GOTGCTL_BVALOEN      (1u << 6) /* later version: BVALOVAL replaces VBUS */
#define OTG_GOTGCTL_BVALOVAL     (1u << 7)
#define OTG_GAHBCFG_GINTMSK      (1u << 0)
#define OTG_GUSBCFG_TRDT_SHIFT   10
#define OTG_GUSBCFG_PHYSEL       (1u << 6)
#define OTG_GUSBCFG_FDMOD        (1u << 30)
#define OTG_GRSTCTL_CSRST        (1u << 0)
#define OTG_GRSTCTL_RXFFLSH      (1u << 4)
#define OTG_GRSTCTL_TXFFLSH      (1u << 5)
#define OTG_GRSTCTL_TXFNUM(n)    ((uint32_t)(n) << 6)
#define OTG_GRSTCTL_AHBIDL       (1u << 31)
#define OTG_GINT_CMOD            (1u << 0) /* host mode */
#define OTG_GINT_RXFLVL          (1u << 4)
#define OTG_GINT_GONAKEFF        (1u << 7)
#define OTG_GINT_USBSUSP         (1u << 11)
#define OTG_GINT_USBRST          (1u << 12)
#define OTG_GINT_ENUMDNE         (1u << 13)
#define OTG_GINT_IEPINT          (1u << 18)
#define OTG_GINT_OEPINT          (1u << 19)
#define OTG_GINT_WKUPINT         (1u << 31)
#define OTG_GRXSTSP_EPNUM(word)  ((word)&0xfu)
#define OTG_GRXSTSP_BCNT(word)   ((word) >> 4 & 0x7ffu)
#define OTG_GRXSTSP_PKTSTS(word) ((word) >> 17 & 0xfu)
#define OTG_GCCFG_PWRDWN         (1u << 16) /* set: the transceiver is on */
#define OTG_GCCFG_NOVBUSSENS     (1u << 21) /* earlier version; later: VBDEN, inverted */
#define OTG_DCFG_DSPD_FULL       (3u << 0)
#define OTG_DCFG_DAD_SHIFT       4
#define OTG_DCTL_SDIS            (1u << 1)
#define OTG_DCTL_SGONAK          (1u << 9)
#define OTG_DCTL_CGONAK          (1u << 10)
#define OTG_DSTS_FNSOF(word)     ((uint16_t)((word) >> 8 & 0x3fffu))
#define OTG_DAINT_OUT_SHIFT      16

/* DIEPCTL and DOEPCTL. */
#define OTG_CTL_MPSIZ        0x7ffu
#define OTG_CTL_USBAEP       (1u << 15)
#define OTG_CTL_EPTYP_SHIFT  18
#define OTG_CTL_STALL        (1u << 21)
#define OTG_CTL_TXFNUM_SHIFT 22
#define OTG_CTL_CNAK         (1u << 26)
#define OTG_CTL_SNAK         (1u << 27)
#define OTG_CTL_SD0PID       (1u << 28)
#define OTG_CTL_EPDIS        (1u << 30)
#define OTG_CTL_EPENA        (1u << 31)

/* DIEPINT and DOEPINT. */
#define OTG_INT_XFRC   (1u << 0)
#define OTG_INT_EPDISD (1u << 1)
#define OTG_INT_STUP   (1u << 3) /* OUT 0 */
#define OTG_INT_INEPNE (1u << 6) /* IN */

/* DIEPTSIZ and DOEPTSIZ. */
#define OTG_TSIZ_PKTCNT_SHIFT  19
#define OTG_TSIZ_STUPCNT_SHIFT 29 /* OUT 0 */

/* GRXSTSP: PKTSTS of a device. */
enum {
    OTG_PKTSTS_OUT_DATA = 2,
    OTG_PKTSTS_OUT_DONE = 3,
    OTG_PKTSTS_SETUP_DONE = 4,
    OTG_PKTSTS_SETUP_DATA = 6,
};

#endif
