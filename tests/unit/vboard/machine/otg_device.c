/* SPDX-License-Identifier: MIT */
#include "otg_device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void port_irq(void *context, bool level)
{
    struct otg_device *device = context;

    device->irq = level;
}

static void port_violation(void *context, uint32_t offset, const char *text)
{
    struct otg_device *device = context;

    device->violations++;
    device->offset = offset;
    snprintf(device->text, sizeof device->text, "%s", text);
}

static void port_note(void *context, const char *text)
{
    struct otg_device *device = context;

    device->notes++;
    snprintf(device->text, sizeof device->text, "%s", text);
}

static uint64_t port_now_ns(void *context)
{
    const struct otg_device *device = context;

    return device->now_ns;
}

static void port_progress(void *context)
{
    struct otg_device *device = context;

    device->progress++;
}

void otg_device_new(struct otg_device *device, uint32_t core_id)
{
    const struct vboard_otg_port port = {device,    port_irq,    port_violation,
                                         port_note, port_now_ns, port_progress};

    memset(device, 0, sizeof *device);
    device->otg = vboard_otg_new(core_id, &port);
    assert_non_null(device->otg);
    vboard_otg_clocks(device->otg, true, true, 168000000);
    vboard_otg_vbus(device->otg, true, true);
}

void otg_device_free(struct otg_device *device)
{
    vboard_otg_free(device->otg);
}

uint32_t otg_get(struct otg_device *device, uint32_t offset)
{
    return vboard_otg_read(device->otg, offset, 4);
}

void otg_set(struct otg_device *device, uint32_t offset, uint32_t value)
{
    vboard_otg_write(device->otg, offset, 4, value);
}

void otg_or(struct otg_device *device, uint32_t offset, uint32_t bits)
{
    otg_set(device, offset, otg_get(device, offset) | bits);
}

void otg_expect_violations(struct otg_device *device, unsigned count)
{
    if (device->violations != count)
        fail_msg("%u violations, the last at 0x%03x: %s", device->violations,
                 (unsigned)device->offset, device->text);
    device->violations = 0;
}

void otg_initialise(struct otg_device *device)
{
    otg_set(device, GRSTCTL, BIT(0));
    while (otg_get(device, GRSTCTL) & BIT(0))
        ;
    assert_true(otg_get(device, GRSTCTL) & BIT(31));
    otg_set(device, GAHBCFG, BIT(0) | BIT(7));
    otg_set(device, GUSBCFG, BIT(30) | 6u << 10);
    otg_set(device, GCCFG, BIT(16) | BIT(21)); /* NOVBUSSENS; VBDEN of the newer core */
    otg_set(device, PCGCCTL, 0);
    otg_set(device, DCFG, 3);
    otg_set(device, DCTL, 0); /* the newer core starts disconnected */
    otg_set(device, GINTSTS, ~0u);
    otg_set(device, GINTMSK, USBRST | ENUMDNE | BIT(11) | BIT(31));
}

void otg_endpoint_zero(struct otg_device *device)
{
    for (unsigned n = 0; n < VBOARD_OTG_ENDPOINTS; n++)
        otg_set(device, DOEPCTL(n), SNAK);
    otg_set(device, DAINTMSK, BIT(0) | BIT(16));
    otg_set(device, DOEPMSK, BIT(3) | BIT(0));
    otg_set(device, DIEPMSK, BIT(3) | BIT(0));
    otg_set(device, GRXFSIZ, 128);
    otg_set(device, DIEPTXF0, 64u << 16 | 128);
    otg_set(device, DIEPTXF1, 64u << 16 | 192);
    otg_set(device, DIEPTXF2, 16u << 16 | 256);
    otg_set(device, DIEPTXF3, 16u << 16 | 272);
    otg_set(device, DOEPTSIZ(0), STUPCNT(3u));
    otg_or(device, GINTMSK, RXFLVL | BIT(18) | BIT(19));
}

void otg_enumerated(struct otg_device *device)
{
    otg_initialise(device);
    vboard_otg_reset_start(device->otg);
    assert_true(otg_get(device, GINTSTS) & USBRST);
    otg_set(device, GINTSTS, USBRST);
    otg_endpoint_zero(device);
    device->now_ns += 10000000;
    vboard_otg_reset_end(device->otg);
    assert_true(otg_get(device, GINTSTS) & ENUMDNE);
    otg_set(device, GINTSTS, ENUMDNE);
    otg_set(device, DIEPCTL(0), 0);
    otg_expect_violations(device, 0);
}

void otg_activate(struct otg_device *device, unsigned n)
{
    otg_set(device, DIEPCTL(n), 64 | USBAEP | BULK | TXFNUM(n) | SD0PID | SNAK);
    otg_set(device, DOEPCTL(n), 64 | USBAEP | BULK | SD0PID | SNAK);
    otg_or(device, DAINTMSK, BIT(n) | BIT(16 + n));
}

void otg_send(struct otg_device *device, unsigned n, const void *data, unsigned size)
{
    const uint8_t *bytes = data;

    otg_set(device, DIEPTSIZ(n), PKTCNT(size > 0 ? (size + 63) / 64 : 1) | size);
    otg_or(device, DIEPCTL(n), EPENA | CNAK);
    for (unsigned i = 0; i < size && otg_get(device, DTXFSTS(n)) > 0; i += 4) {
        uint32_t word = 0;

        for (unsigned k = 0; k < 4 && i + k < size; k++)
            word |= (uint32_t)bytes[i + k] << (8 * k);
        otg_set(device, FIFO(n), word);
    }
}

void otg_arm(struct otg_device *device, unsigned n, unsigned packets, unsigned size)
{
    otg_set(device, DOEPTSIZ(n), (n == 0 ? STUPCNT(3u) : 0) | PKTCNT(packets) | size);
    otg_or(device, DOEPCTL(n), EPENA | CNAK);
}

uint32_t otg_pop(struct otg_device *device, uint8_t *data)
{
    uint32_t status = otg_get(device, GRXSTSP);

    for (unsigned i = 0; i < BCNT_OF(status); i += 4) {
        uint32_t word = otg_get(device, FIFO(0));

        for (unsigned k = 0; k < 4 && i + k < BCNT_OF(status); k++)
            data[i + k] = (uint8_t)(word >> (8 * k));
    }
    return status;
}
