/* SPDX-License-Identifier: MIT */
/*
 * The bus host: time, and the state of what is attached. The intervals come from USB 2.0, 7.1.7.3
 * (connect), 7.1.7.5 (reset), 7.1.7.6 (suspend) and 7.1.7.7 (resume).
 */
#include "host_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS UINT64_C(1000000)

enum {
    STILL_MS = 3,     /* this long without activity is suspend */
    DEBOUNCE_MS = 97, /* after that: 100 ms in all */
    RESET_MS = 15,    /* a hub drives reset for 10 to 20 ms */
    RECOVERY_MS = 10,
    RESUME_MS = 20,
    BUS_RESET_MS = 10000, /* how long bus_reset() waits */
};

void vboard_host_event(struct vboard_host *host, const char *text)
{
    if (host->port.event)
        host->port.event(host->port.context, text);
}

void vboard_host_report(struct vboard_host *host, const char *format, ...)
{
    char text[160];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    host->port.violation(host->port.context, text);
}

/* ---- time ---- */

bool vboard_host_present(const struct vboard_host *host)
{
    return vboard_otg_connected(host->otg) && vboard_otg_connection(host->otg) == host->plug &&
           host->stalls < HOST_STALLS_MAX;
}

static bool pull_up_changed(const struct vboard_host *host, bool connected, unsigned connection)
{
    return vboard_otg_connected(host->otg) != connected ||
           vboard_otg_connection(host->otg) != connection;
}

static void run(struct vboard_host *host, uint64_t until_ns)
{
    uint64_t now_ns = host->port.run(host->port.context, until_ns);

    host->stalls = now_ns > host->now_ns ? 0 : host->stalls + 1;
    if (now_ns > host->now_ns)
        host->now_ns = now_ns;
}

void vboard_host_pass(struct vboard_host *host, uint64_t until_ns, uint32_t watch)
{
    bool connected = vboard_otg_connected(host->otg);
    unsigned connection = vboard_otg_connection(host->otg);

    watch &= ~vboard_otg_attentive(host->otg);
    while (host->now_ns < until_ns && host->stalls < HOST_STALLS_MAX &&
           !pull_up_changed(host, connected, connection) &&
           !(vboard_otg_attentive(host->otg) & watch)) {
        uint64_t sof_ns = vboard_otg_due_ns(host->otg);
        uint64_t step_ns = sof_ns < until_ns ? sof_ns : until_ns;

        vboard_otg_watch(host->otg, watch | VBOARD_OTG_CONNECTION);
        if (step_ns > host->now_ns)
            run(host, step_ns);
        if (host->now_ns >= sof_ns)
            vboard_otg_happen(host->otg);
    }
    vboard_otg_watch(host->otg, 0);
}

/* ---- states ---- */

void vboard_host_enter(struct vboard_host *host, enum host_phase phase, uint64_t duration_ns)
{
    host->phase = phase;
    host->phase_ns = host->now_ns + duration_ns;
}

static void detach(struct vboard_host *host)
{
    vboard_host_event(host, "disconnected");
    host->state = VBOARD_HOST_DETACHED;
    host->phase = PHASE_IDLE;
    host->problem = NULL;
    host->again = false;
}

static void attach(struct vboard_host *host)
{
    vboard_host_event(host, "connected");
    host->state = VBOARD_HOST_ATTACHING;
    host->plug = vboard_otg_connection(host->otg);
    host->attempts = 0;
    vboard_host_enter(host, PHASE_DEBOUNCE, STILL_MS * MS);
}

static void reset_bus(struct vboard_host *host)
{
    vboard_host_event(host, "bus reset");
    host->state = VBOARD_HOST_ATTACHING;
    host->address = 0;
    host->in_data1 = 0;
    host->out_data1 = 0;
    vboard_otg_reset_start(host->otg);
    vboard_host_enter(host, PHASE_RESET, RESET_MS * MS);
}

/* A waiting phase of attaching is over. */
static void next_phase(struct vboard_host *host)
{
    switch (host->phase) {
    case PHASE_DEBOUNCE:
        vboard_otg_suspend(host->otg);
        vboard_host_enter(host, PHASE_SETTLE, DEBOUNCE_MS * MS);
        break;
    case PHASE_SETTLE:
        reset_bus(host);
        break;
    case PHASE_RESET:
        vboard_otg_reset_end(host->otg);
        host->frames_ns = host->now_ns;
        vboard_host_enter(host, PHASE_RECOVERY, RECOVERY_MS * MS);
        break;
    case PHASE_RECOVERY:
        vboard_host_enumerate_start(host);
        break;
    case PHASE_RESUME:
        vboard_otg_resume(host->otg);
        vboard_host_event(host, "resumed");
        host->state = VBOARD_HOST_READY;
        host->phase = PHASE_IDLE;
        break;
    default:
        break;
    }
}

static void work(struct vboard_host *host, uint64_t until_ns)
{
    if (host->phase == PHASE_REQUEST) {
        vboard_host_enumerate(host, until_ns);
        if (host->state == VBOARD_HOST_FAILED && host->attempts < 3) {
            host->attempts++;
            reset_bus(host);
        }
    } else if (host->phase != PHASE_IDLE) {
        vboard_host_pass(host, host->phase_ns < until_ns ? host->phase_ns : until_ns, 0);
        if (host->now_ns >= host->phase_ns && vboard_host_present(host))
            next_phase(host);
    } else if (host->state == VBOARD_HOST_SUSPENDED) {
        if (!vboard_otg_wakes(host->otg))
            vboard_host_pass(host, until_ns, VBOARD_OTG_WAKE);
        if (vboard_otg_wakes(host->otg)) {
            vboard_host_event(host, "remote wake-up");
            vboard_host_enter(host, PHASE_RESUME, RESUME_MS * MS);
        }
    } else {
        vboard_host_pass(host, until_ns, 0);
    }
}

uint64_t vboard_host_idle(struct vboard_host *host, uint64_t until_ns)
{
    enum vboard_host_state state = host->state;

    host->stalls = 0;
    while (host->now_ns < until_ns && host->state == state && host->stalls < HOST_STALLS_MAX) {
        if (state == VBOARD_HOST_DETACHED && vboard_otg_connected(host->otg))
            attach(host);
        else if (state != VBOARD_HOST_DETACHED && !vboard_host_present(host))
            detach(host);
        else
            work(host, until_ns);
    }
    return host->now_ns;
}

uint64_t vboard_host_now_ns(const struct vboard_host *host)
{
    return host->now_ns;
}

enum vboard_host_state vboard_host_state(const struct vboard_host *host)
{
    return host->state;
}

unsigned vboard_host_connection(const struct vboard_host *host)
{
    return host->connection;
}

const char *vboard_host_problem(const struct vboard_host *host)
{
    return host->problem;
}

/* ---- requests from outside ---- */

bool vboard_host_bus_reset(struct vboard_host *host)
{
    unsigned connection = host->connection;
    uint64_t until_ns = host->now_ns + BUS_RESET_MS * MS;

    host->stalls = 0;
    if (host->state == VBOARD_HOST_DETACHED || !vboard_host_present(host))
        return false;
    host->again = host->state == VBOARD_HOST_READY || host->state == VBOARD_HOST_SUSPENDED;
    host->attempts = 0;
    host->problem = NULL;
    reset_bus(host);
    while (host->state == VBOARD_HOST_ATTACHING && host->now_ns < until_ns &&
           host->stalls < HOST_STALLS_MAX)
        vboard_host_idle(host, until_ns);
    return host->state == VBOARD_HOST_READY && host->connection == connection;
}

void vboard_host_suspend(struct vboard_host *host)
{
    if (host->state != VBOARD_HOST_READY)
        return;
    vboard_host_pass(host, host->now_ns + STILL_MS * MS, 0);
    vboard_otg_suspend(host->otg);
    vboard_host_event(host, "suspended");
    host->state = VBOARD_HOST_SUSPENDED;
}

void vboard_host_resume(struct vboard_host *host)
{
    if (host->state != VBOARD_HOST_SUSPENDED)
        return;
    if (host->phase != PHASE_RESUME)
        vboard_host_enter(host, PHASE_RESUME, RESUME_MS * MS);
    while (host->state == VBOARD_HOST_SUSPENDED && vboard_host_present(host))
        work(host, host->phase_ns);
}

/* ---- life ---- */

struct vboard_host *vboard_host_new(struct vboard_otg *otg, const struct vboard_host_port *port,
                                    uint64_t now_ns)
{
    struct vboard_host *host = calloc(1, sizeof *host);

    if (!host)
        return NULL;
    host->otg = otg;
    host->port = *port;
    host->now_ns = now_ns;
    host->state = VBOARD_HOST_DETACHED;
    return host;
}

void vboard_host_free(struct vboard_host *host)
{
    free(host);
}
