/* SPDX-License-Identifier: MIT */
/*
 * The internals of the OTG_FS model: its state, the bits of its registers (RM0090 34.16) and what
 * its files share.
 *
 *   otg.c            life, clocks, VBUS, bus states, interrupt line, what the host waits for
 *   otg_registers.c  the register map; global and device registers
 *   otg_endpoints.c  endpoint registers
 *   otg_transactions.c  what endpoints answer on the bus
 *   otg_fifo.c       the receive FIFO, the transmit FIFOs, the memory that they share
 */
#ifndef VBOARD_MACHINE_OTG_PRIVATE_H
#define VBOARD_MACHINE_OTG_PRIVATE_H

#include "otg.h"

/* ---- bits ---- */

#define GAHBCFG_GINTMSK (1u << 0)
#define GAHBCFG_TXFELVL (1u << 7)

#define GUSBCFG_PHYSEL  (1u << 6)
#define GUSBCFG_FHMOD   (1u << 29)
#define GUSBCFG_TRDT(v) ((v) >> 10 & 0xFu)

#define GRSTCTL_CSRST     (1u << 0)
#define GRSTCTL_HSRST     (1u << 1)
#define GRSTCTL_FCRST     (1u << 2)
#define GRSTCTL_RXFFLSH   (1u << 4)
#define GRSTCTL_TXFFLSH   (1u << 5)
#define GRSTCTL_TXFNUM(v) ((v) >> 6 & 0x1Fu)
#define GRSTCTL_ACTIONS                                                                            \
    (GRSTCTL_CSRST | GRSTCTL_HSRST | GRSTCTL_FCRST | GRSTCTL_RXFFLSH | GRSTCTL_TXFFLSH)
#define GRSTCTL_AHBIDL (1u << 31)

/* GINTSTS and GINTMSK. */
#define GINT_MMIS     (1u << 1)
#define GINT_OTGINT   (1u << 2)
#define GINT_SOF      (1u << 3)
#define GINT_RXFLVL   (1u << 4)
#define GINT_NPTXFE   (1u << 5)
#define GINT_GINAKEFF (1u << 6)
#define GINT_GONAKEFF (1u << 7)
#define GINT_ESUSP    (1u << 10)
#define GINT_USBSUSP  (1u << 11)
#define GINT_USBRST   (1u << 12)
#define GINT_ENUMDNE  (1u << 13)
#define GINT_IEPINT   (1u << 18)
#define GINT_OEPINT   (1u << 19)
#define GINT_PTXFE    (1u << 26)
#define GINT_SRQINT   (1u << 30)
#define GINT_WKUPINT  (1u << 31)

#define GOTGINT_SEDET (1u << 2)

/* Of the newer core. */
#define GOTGCTL_BVALOEN  (1u << 6)
#define GOTGCTL_BVALOVAL (1u << 7)

#define GCCFG_PWRDWN     (1u << 16)
#define GCCFG_VBUSBSEN   (1u << 19)
#define GCCFG_NOVBUSSENS (1u << 21)
#define GCCFG_VBDEN      (1u << 21) /* of the newer core */

#define DCFG_DSPD   3u
#define DCFG_DAD(v) ((v) >> 4 & 0x7Fu)

#define DCTL_RWUSIG (1u << 0)
#define DCTL_SDIS   (1u << 1)
#define DCTL_GINSTS (1u << 2)
#define DCTL_GONSTS (1u << 3)
#define DCTL_SGINAK (1u << 7)
#define DCTL_CGINAK (1u << 8)
#define DCTL_SGONAK (1u << 9)
#define DCTL_CGONAK (1u << 10)

#define PCGCCTL_STPPCLK (1u << 0)

/* DIEPCTLx and DOEPCTLx. */
#define EPCTL_MPSIZ  0x7FFu
#define EPCTL_USBAEP (1u << 15)
#define EPCTL_DPID   (1u << 16)
#define EPCTL_NAKSTS (1u << 17)
#define EPCTL_EPTYP  (3u << 18)
#define EPCTL_SNPM   (1u << 20)
#define EPCTL_STALL  (1u << 21)
#define EPCTL_TXFNUM (0xFu << 22)
#define EPCTL_CNAK   (1u << 26)
#define EPCTL_SNAK   (1u << 27)
#define EPCTL_SD0PID (1u << 28)
#define EPCTL_SD1PID (1u << 29)
#define EPCTL_EPDIS  (1u << 30)
#define EPCTL_EPENA  (1u << 31)
#define EPTYP_ISO    (1u << 18)

/* DIEPINTx and DOEPINTx. */
#define EPINT_XFRC       (1u << 0)
#define EPINT_EPDISD     (1u << 1)
#define DOEPINT_STUP     (1u << 3)
#define DIEPINT_ITTXFE   (1u << 4)
#define DOEPINT_OTEPDIS  (1u << 4)
#define DOEPINT_STSPHSRX (1u << 5)
#define DIEPINT_INEPNE   (1u << 6)
#define DOEPINT_B2BSTUP  (1u << 6)
#define DIEPINT_TXFE     (1u << 7)
#define EPINT_NAK        (1u << 13)
#define DOEPINT_STPKTRX  (1u << 15)

/* DIEPTSIZx and DOEPTSIZx. */
#define EPTSIZ_XFRSIZ     0x7FFFFu
#define EPTSIZ_PKTCNT(v)  ((v) >> 19 & 0x3FFu)
#define EPTSIZ_PACKET     (1u << 19)     /* one packet in PKTCNT */
#define EPTSIZ_COUNT      (0x3FFu << 19) /* PKTCNT */
#define EPTSIZ_STUPCNT(v) ((v) >> 29 & 3u)
#define EPTSIZ_SETUP      (1u << 29) /* one packet in STUPCNT */

/* GRXSTSP.PKTSTS in device mode. */
enum {
    PKTSTS_GLOBAL_NAK = 1,
    PKTSTS_OUT = 2,
    PKTSTS_OUT_DONE = 3,
    PKTSTS_SETUP_DONE = 4,
    PKTSTS_SETUP = 6,
};

/* ---- register offsets at which other files report violations ---- */

enum {
    OTG_GUSBCFG = 0x00C,
    OTG_GRSTCTL = 0x010,
    OTG_GRXSTSP = 0x020,
    OTG_GRXFSIZ = 0x024,
    OTG_DIEPTXF0 = 0x028,
    OTG_GCCFG = 0x038,
    OTG_DIEPTXF1 = 0x104,
    OTG_DCFG = 0x800,
    OTG_DCTL = 0x804,
    OTG_PCGCCTL = 0xE00,
    OTG_IN = 0x900,
    OTG_OUT = 0xB00,
    OTG_EP_STEP = 0x20,
    OTG_EPCTL = 0x00, /* in an endpoint's block */
    OTG_EPINT = 0x08,
    OTG_EPTSIZ = 0x10,
    OTG_DTXFSTS = 0x18,
    OTG_FIFO = 0x1000,
    OTG_FIFO_STEP = 0x1000,
    OTG_FIFO_DEBUG = 0x20000, /* the memory itself, for debugging: not modelled */
};

enum {
    OTG_RAM_WORDS = 320,    /* 1.25 Kbytes for all FIFOs: RM0090 34.3 */
    OTG_RX_WORDS_MAX = 512, /* reset value of GRXFSIZ */
    OTG_SETUP_RESERVE = 10, /* words that only SETUP packets may use: 34.17.6 */
};

/* ---- cores ---- */

enum {
    OTG_HARDWARE_WORDS = 5, /* GSNPSID, GHWCFG1 to 4 */
};

/* The differences between the cores: one row each in otg.c. */
struct otg_core {
    uint16_t id;
    uint8_t endpoints; /* in each direction */
    /* VBDEN and the overrides in GOTGCTL decide on a session, not NOVBUSSENS and VBUSBSEN. */
    bool has_vbden;
    bool tells_phases; /* DOEPINT0: STPKTRX and STSPHSRX */
    /* Enabling OUT endpoint 0 before the Setup stage done word spoils its data. */
    bool spoils_early;
    /* CNAK between the data and the end of a transfer loses a word. */
    bool loses_word;
    /* Writable bits. */
    uint32_t gotgctl, gccfg, gintmsk;
    /* Values after a reset. */
    uint32_t gusbcfg, dctl;
    uint32_t hardware[OTG_HARDWARE_WORDS];
};

/* ---- state ---- */

struct otg_endpoint {
    uint32_t ctl;
    uint32_t interrupts; /* the latched ones */
    uint32_t coming;     /* those to be set, */
    uint64_t coming_ns;  /* at this time */
    uint32_t tsiz;
    /*
     * The rest of the transfer that was written to the size register: bytes still to be sent or
     * received; for IN also those to be written to the FIFO, and of these those of the packet that
     * is being written.
     */
    uint32_t on_bus;
    uint32_t unwritten;
    uint32_t packet_left;
    uint32_t packet_size;
    bool fresh;     /* the size register was written since the endpoint last started to work */
    bool uncounted; /* OUT: works without a packet count */
    /* OUT: complete transfers in the receive FIFO; and complete ones since EPENA was written. */
    uint16_t done_unread;
    uint16_t done_since_enable;
};

struct otg_tx_fifo {
    uint32_t words[OTG_RAM_WORDS];
    uint16_t first;
    uint16_t count;
};

struct otg_rx_word {
    uint32_t value;
    bool is_status;
    bool is_setup; /* in the space reserved for SETUP packets */
};

struct otg_rx_fifo {
    struct otg_rx_word words[OTG_RX_WORDS_MAX];
    uint16_t first;
    uint16_t count;
    uint16_t setup_words; /* of these, those in the reserved space */
    /* The packet whose status was popped: PKTSTS, endpoint, bytes, words not yet read. */
    uint8_t status;
    uint8_t endpoint;
    uint16_t bytes;
    uint16_t words_left;
};

struct vboard_otg {
    struct vboard_otg_port port;
    const struct otg_core *core;
    uint32_t hardware[OTG_HARDWARE_WORDS]; /* the core's, among the registers */

    bool bus_clock;
    bool usb_clock;
    uint32_t hclk_hz;
    uint64_t latency_ns;
    uint32_t off_ppm; /* of the 48 MHz */
    bool vbus;
    bool vbus_wired;

    uint32_t gotgctl;
    uint32_t gotgint;
    uint32_t gahbcfg;
    uint32_t gusbcfg;
    uint32_t txfnum;    /* GRSTCTL: the field, in place */
    uint32_t at_work;   /* GRSTCTL: actions whose end was not read yet */
    uint64_t worked_ns; /* when they began */
    uint32_t gintsts;   /* the latched ones */
    uint32_t gintmsk;
    uint32_t grxfsiz;
    uint32_t dieptxf[VBOARD_OTG_ENDPOINTS];
    uint32_t gccfg;
    uint32_t dcfg;
    uint32_t dctl; /* with GINSTS and GONSTS */
    uint32_t diepmsk;
    uint32_t doepmsk;
    uint32_t daintmsk;
    uint32_t dvbusdis;
    uint32_t dvbuspulse;
    uint32_t diepempmsk;
    uint32_t pcgcctl;
    struct otg_endpoint in[VBOARD_OTG_ENDPOINTS];
    struct otg_endpoint out[VBOARD_OTG_ENDPOINTS];
    struct otg_tx_fifo tx[VBOARD_OTG_ENDPOINTS];
    struct otg_rx_fifo rx;
    bool turnaround_checked; /* TRDT, since the last bus reset */
    bool layout_checked;     /* the FIFO sizes, since they were written */

    bool session;   /* VBUS is valid for the core */
    bool pulled_up; /* by the board */
    bool held_low;
    bool attached;  /* the core is on the bus, and its pull-up on */
    bool connected; /* the host sees a pull-up */
    unsigned connection;
    bool in_reset;   /* the host drives reset */
    bool enumerated; /* reset is over */
    bool suspended;
    bool frames;        /* SOFs are on the bus */
    uint64_t frames_ns; /* since this time */
    uint64_t sof_ns;    /* when the next SOF sets GINTSTS.SOF */
    bool gonak_effective;
    uint8_t address;    /* that the core answers to: DCFG.DAD, but see vboard_otg_set_address() */
    bool address_due;   /* DAD becomes the address with the next packet of IN endpoint 0 */
    bool in_request;    /* a SETUP packet was received, IN endpoint 0 has sent nothing since */
    bool setup_open;    /* a SETUP packet was received, no setup-done word written */
    bool setup_unread;  /* the setup-done word was not popped */
    bool enabled_early; /* EPENA of OUT endpoint 0 was set before that */
    bool has_written;   /* data of the Data stage of a control write has arrived */
    uint8_t setups;     /* back to back */
    bool told_count;    /* reported: STUPCNT was 0 at a SETUP packet */

    bool level; /* of the interrupt line */
    uint32_t watch;
    unsigned watch_connection;
    bool watch_connected;
    bool sofs_wanted;
};

/* ---- otg.c ---- */

void vboard_otg_violation(struct vboard_otg *otg, uint32_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
uint64_t vboard_otg_now(const struct vboard_otg *otg);
/* GINTSTS as it reads now, except for changes by time alone. */
uint32_t vboard_otg_interrupts(const struct vboard_otg *otg);
uint32_t vboard_otg_daint(const struct vboard_otg *otg);
/* Sets GINTSTS.SOF if a frame has begun since it was cleared; clears it. */
void vboard_otg_frame(struct vboard_otg *otg);
void vboard_otg_frame_seen(struct vboard_otg *otg);
uint32_t vboard_otg_frame_number(const struct vboard_otg *otg);
/* Call this after everything that may change interrupts, connection or readiness. */
void vboard_otg_changed(struct vboard_otg *otg);
/* The reset by GRSTCTL.CSRST. */
void vboard_otg_core_reset(struct vboard_otg *otg);
/*
 * DCFG.DAD was written. 34.17.5, endpoint initialization on SetAddress command: the firmware does
 * that before the Status stage, which still uses the old address.
 */
void vboard_otg_set_address(struct vboard_otg *otg);
/* Reports, once, a TRDT that is too small: it matters when data is sent. */
void vboard_otg_check_turnaround(struct vboard_otg *otg);
/* Whether the device takes part in traffic. */
bool vboard_otg_listens(const struct vboard_otg *otg);

/* ---- otg_endpoints.c ---- */

/* Whether an endpoint works: it is enabled, and not told to send NAK. */
static inline bool vboard_otg_works(const struct otg_endpoint *ep)
{
    return (ep->ctl & (EPCTL_EPENA | EPCTL_NAKSTS)) == EPCTL_EPENA;
}

static inline uint32_t vboard_otg_offset(uint32_t direction, unsigned n, uint32_t reg)
{
    return direction + n * OTG_EP_STEP + reg;
}

/* Sets interrupts of an endpoint after the core's latency; sets those that are due. */
void vboard_otg_raise(struct vboard_otg *otg, struct otg_endpoint *ep, uint32_t interrupts);
bool vboard_otg_settle(struct vboard_otg *otg); /* true if any were */
/* When the next ones are due; UINT64_MAX: none. */
uint64_t vboard_otg_coming_ns(const struct vboard_otg *otg);
void vboard_otg_endpoints_reset(struct vboard_otg *otg);
void vboard_otg_endpoints_bus_reset(struct vboard_otg *otg);
/* Registers from 0x900 to 0xCFF. */
uint32_t vboard_otg_endpoint_read(struct vboard_otg *otg, uint32_t offset);
void vboard_otg_endpoint_write(struct vboard_otg *otg, uint32_t offset, uint32_t value);
/* DIEPINTx as it reads. */
uint32_t vboard_otg_in_interrupts(const struct vboard_otg *otg, unsigned n);
unsigned vboard_otg_packet_max(const struct vboard_otg *otg, const struct otg_endpoint *ep);
unsigned vboard_otg_tx_number(const struct vboard_otg *otg, unsigned n);
/* A status word of the receive FIFO was popped; the data of an OUT packet was read. */
void vboard_otg_popped(struct vboard_otg *otg, unsigned status, unsigned n);
void vboard_otg_packet_read(struct vboard_otg *otg, unsigned n, unsigned bytes);

/* ---- otg_fifo.c ---- */

void vboard_otg_rx_flush(struct vboard_otg *otg);
void vboard_otg_tx_flush(struct vboard_otg *otg, unsigned number);
uint32_t vboard_otg_tx_space(const struct vboard_otg *otg, unsigned number);
uint32_t vboard_otg_tx_depth(const struct vboard_otg *otg, unsigned number);
/* Whether a data packet of this size (with its status words) fits; whether it ever would. */
bool vboard_otg_rx_room(const struct vboard_otg *otg, unsigned bytes, bool ever);
/* Appends a packet, or only a status (no bytes). False: the FIFO is full. */
bool vboard_otg_rx_push(struct vboard_otg *otg, unsigned status, unsigned endpoint, bool data1,
                        const uint8_t *data, unsigned bytes);
/* GRXSTSR and GRXSTSP; a read and a write in a FIFO's window. */
uint32_t vboard_otg_rx_peek(const struct vboard_otg *otg);
uint32_t vboard_otg_rx_pop(struct vboard_otg *otg);
uint32_t vboard_otg_fifo_read(struct vboard_otg *otg, uint32_t offset);
void vboard_otg_fifo_write(struct vboard_otg *otg, uint32_t offset, uint32_t value);
/* Loses a word of the packet that is being read. */
void vboard_otg_rx_lose(struct vboard_otg *otg);
/* Takes a packet out of a transmit FIFO. */
void vboard_otg_tx_take(struct vboard_otg *otg, unsigned number, uint8_t *data, unsigned bytes);
/* Reports, once, mistakes in the division of the memory. */
void vboard_otg_check_layout(struct vboard_otg *otg);

#endif
