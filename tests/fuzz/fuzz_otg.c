/* SPDX-License-Identifier: MIT */
/*
 * The model of OTG_FS and its bus host. The fuzzer is the CPU that uses the registers, and
 * sometimes the host: any access and any transaction in any order. Each must end, stay within the
 * FIFOs, and return to the host at the time given to it.
 */
#include "vboard/machine/host.h"

#include <core/array.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLICE_ACCESSES = 24, /* maximum CPU accesses in one run() */
    ROUNDS_MAX = 200,
};

struct input {
    const uint8_t *data;
    size_t size;
    size_t at;
};

struct fuzz {
    struct input in;
    struct vboard_otg *otg;
    uint64_t now_ns;
    bool level;
    bool stop;
};

static uint8_t take(struct input *in)
{
    return in->at < in->size ? in->data[in->at++] : 0;
}

static uint32_t take32(struct input *in)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++)
        value = value << 8 | take(in);
    return value;
}

static bool more(const struct fuzz *f)
{
    return f->in.at < f->in.size;
}

/* ---- the controller's port ---- */

static void port_irq(void *context, bool level)
{
    struct fuzz *f = context;

    /* Only changes are reported. */
    if (level == f->level)
        abort();
    f->level = level;
}

static void port_violation(void *context, uint32_t offset, const char *text)
{
    (void)context;
    (void)offset;
    if (text[0] == '\0')
        abort();
}

static void port_note(void *context, const char *text)
{
    port_violation(context, 0, text);
}

static uint64_t port_now_ns(void *context)
{
    const struct fuzz *f = context;

    return f->now_ns;
}

static void port_progress(void *context)
{
    struct fuzz *f = context;

    f->stop = true;
}

/* ---- the CPU ---- */

/* Important registers, so that an input of few bytes reaches far; one row per byte. */
static const uint16_t places[] = {
    0x000, 0x004, 0x008, 0x00C, 0x010, 0x014, 0x018,  0x01C,  0x020,  0x024,  0x028,  0x038, 0x104,
    0x108, 0x10C, 0x400, 0x800, 0x804, 0x808, 0x810,  0x814,  0x818,  0x81C,  0x834,  0x900, 0x908,
    0x910, 0x918, 0x920, 0x928, 0x930, 0x938, 0x940,  0x948,  0x950,  0x960,  0xB00,  0xB08, 0xB10,
    0xB20, 0xB28, 0xB30, 0xB40, 0xB50, 0xE00, 0x1000, 0x2000, 0x3000, 0x4000, 0x5000,
};

/* Values that have an effect together with one of these. */
static uint32_t value_for(struct input *in)
{
    static const uint32_t values[] = {
        0x84000000, /* EPENA, CNAK */
        0x90098040, /* …, bulk, active, 64 bytes, SD0PID */
        0x84498040, /* the same with FIFO 1 */
        0x00080040, /* one packet of 64 bytes */
        0x00180092, /* three packets of 146 bytes */
        0x60080040, /* STUPCNT 3, one packet */
        0x00290000, /* GCCFG */
        0x48000000, /* EPDIS, SNAK */
        0x00000003, 0x00000001, 0x00000020, 0x00000410, 0x00400080, 0xFFFFFFFF,
    };
    uint8_t which = take(in);

    return which < B0_LENGTH(values) ? values[which] : take32(in);
}

static void access(struct fuzz *f)
{
    uint8_t what = take(&f->in);
    uint32_t offset = places[what % (B0_LENGTH(places))];
    unsigned width = 4;

    if (what >= 240) {
        offset = take32(&f->in) % 0x40000;
        width = 1u << (what % 3);
    }
    if (what & 0x80)
        vboard_otg_read(f->otg, offset, width);
    else
        vboard_otg_write(f->otg, offset, width, value_for(&f->in));
}

/* ---- unexpected bus traffic ---- */

static void disturb(struct fuzz *f)
{
    uint8_t what = take(&f->in), n = take(&f->in);
    uint8_t data[VBOARD_OTG_PACKET_MAX] = {n};
    size_t size = 0;
    bool data1 = false;

    switch (what % 12) {
    case 0:
        vboard_otg_reset_start(f->otg);
        break;
    case 1:
        vboard_otg_reset_end(f->otg);
        break;
    case 2:
        vboard_otg_suspend(f->otg);
        break;
    case 3:
        vboard_otg_resume(f->otg);
        break;
    case 4:
        vboard_otg_setup(f->otg, 0, data);
        break;
    case 5:
        vboard_otg_in(f->otg, n & 1, n >> 1 & 7, data, &size, &data1);
        if (size > sizeof data)
            abort();
        break;
    case 6:
        vboard_otg_out(f->otg, 0, n & 7, data, n >> 2, n >> 1 & 1);
        break;
    case 7:
        vboard_otg_vbus(f->otg, n & 1, n & 2);
        break;
    case 8:
        vboard_otg_clocks(f->otg, n & 1, n & 2, (uint32_t)n << 20);
        break;
    case 9:
        vboard_otg_reset(f->otg);
        break;
    case 10:
        vboard_otg_watch(f->otg, (uint32_t)n << 8 | n);
        break;
    default:
        f->now_ns += (uint64_t)n * 100000;
        vboard_otg_happen(f->otg);
        break;
    }
}

static void play_registers(struct fuzz *f)
{
    while (more(f))
        if (take(&f->in) % 3 == 0)
            disturb(f);
        else
            access(f);
}

/* ---- under the host ---- */

static uint64_t run(void *context, uint64_t until_ns)
{
    struct fuzz *f = context;

    f->stop = false;
    for (int i = 0; i < SLICE_ACCESSES && more(f) && !f->stop; i++)
        access(f);
    /* The input is exhausted: the CPU sleeps, and time passes. */
    if (!f->stop || !more(f))
        f->now_ns = until_ns > f->now_ns ? until_ns : f->now_ns;
    return f->now_ns;
}

static void host_violation(void *context, const char *text)
{
    (void)context;
    (void)text;
}

static void transfer(struct fuzz *f, struct vboard_host *host)
{
    uint8_t data[512], n = take(&f->in);
    const struct boot0_setup setup = {n, take(&f->in), 0, 0, (uint16_t)(n * 2u)};
    uint64_t deadline_ns = vboard_host_now_ns(host) + (uint64_t)take(&f->in) * 1000;
    size_t actual = 0;

    memset(data, n, sizeof data);
    switch (take(&f->in) % 3) {
    case 0:
        vboard_host_control(host, &setup, data, &actual, deadline_ns);
        if (actual > setup.wLength)
            abort();
        break;
    case 1:
        vboard_host_in(host, n & 3, data, &actual, deadline_ns);
        if (actual > VBOARD_OTG_PACKET_MAX)
            abort();
        break;
    default:
        vboard_host_out(host, n & 3, data, n & 0x7F, deadline_ns);
        break;
    }
}

static void play_host(struct fuzz *f)
{
    const struct vboard_host_port port = {f, run, host_violation, NULL};
    struct vboard_host *host = vboard_host_new(f->otg, &port, f->now_ns);

    for (int i = 0; host && i < ROUNDS_MAX && more(f); i++) {
        uint64_t until_ns = vboard_host_now_ns(host) + (uint64_t)take(&f->in) * 500000;
        uint8_t what = take(&f->in);

        if (vboard_host_idle(host, until_ns) > until_ns)
            abort();
        if (what % 4 == 0)
            transfer(f, host);
        else if (what == 1)
            vboard_host_bus_reset(host);
        else if (what == 2)
            vboard_host_suspend(host);
        else if (what == 3)
            vboard_host_resume(host);
    }
    vboard_host_free(host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = {.in = {data, size, 0}};
    const struct vboard_otg_port port = {&f,        port_irq,    port_violation,
                                         port_note, port_now_ns, port_progress};

    f.otg = vboard_otg_new(take(&f.in) & 1 ? VBOARD_OTG_CORE_1100 : VBOARD_OTG_CORE_1200, &port);
    if (!f.otg)
        return 0;
    vboard_otg_clocks(f.otg, true, true, 168000000);
    vboard_otg_vbus(f.otg, true, true);
    if (take(&f.in) & 1)
        play_host(&f);
    else
        play_registers(&f);
    vboard_otg_free(f.otg);
    return 0;
}
