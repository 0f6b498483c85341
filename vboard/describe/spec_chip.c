/* SPDX-License-Identifier: MIT */
/* The keys of a board's spec that set the chip, and what is soldered to it. */
#include "spec_private.h"

#include <stdlib.h>

bool vboard_spec_number(const char *text, unsigned long limit, unsigned long *value)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    *value = strtoul(text, &end, 0);
    return *end == '\0' && *value <= limit;
}

enum boot0_status vboard_spec_bad(struct boot0_error *error, const char *value, const char *wanted)
{
    return boot0_fail(error, BOOT0_E_USAGE, "invalid value \"%s\": expected %s", value, wanted);
}

static enum boot0_status set_flag(bool *flag, const char *value, struct boot0_error *error)
{
    unsigned long on;

    if (!vboard_spec_number(value, 1, &on))
        return vboard_spec_bad(error, value, "0 or 1");
    *flag = on;
    return BOOT0_OK;
}

/*
 * Parses a number below 100 with up to three decimals, in thousandths; moves `*text` past it.
 * Avoids strtod(): its decimal point depends on the locale.
 */
static bool take_thousandths(const char **text, unsigned *value)
{
    const char *p = *text;
    unsigned scale = 1000;

    *value = 0;
    for (; *p >= '0' && *p <= '9' && p - *text < 2; p++)
        *value = *value * 10 + (unsigned)(*p - '0') * 1000;
    if (p == *text)
        return false;
    if (*p == '.') {
        for (p++; *p >= '0' && *p <= '9' && scale > 1; p++) {
            scale /= 10;
            *value += (unsigned)(*p - '0') * scale;
        }
    }
    *text = p;
    return true;
}

enum boot0_status vboard_spec_supply(struct vboard_settings *settings, const char *value,
                                     struct boot0_error *error)
{
    const char *rest = value;
    unsigned mv;

    if (!take_thousandths(&rest, &mv) || *rest != '\0' || mv < 1650 || mv > 3600)
        return vboard_spec_bad(error, value, "a supply voltage from 1.65 to 3.6");
    settings->supply_mv = mv;
    return BOOT0_OK;
}

enum boot0_status vboard_spec_crystal(struct vboard_settings *settings, const char *value,
                                      struct boot0_error *error)
{
    unsigned long mhz;

    if (!vboard_spec_number(value, 26, &mhz) || (mhz > 0 && mhz < 4))
        return vboard_spec_bad(error, value, "a crystal of 4 to 26 MHz, or 0 for none");
    settings->crystal_hz = (uint32_t)mhz * 1000000;
    return BOOT0_OK;
}

/* DS8626, 5.3.9: 1 % at 25 °C, -8 to 4.5 % over all temperatures. */
enum boot0_status vboard_spec_hsi(struct vboard_settings *settings, const char *value,
                                  struct boot0_error *error)
{
    bool is_slow = *value == '-';
    const char *rest = value + (is_slow || *value == '+');
    unsigned thousandths;
    int32_t off_hz;

    if (!take_thousandths(&rest, &thousandths) || *rest != '\0' || thousandths > 10000)
        return vboard_spec_bad(error, value, "a deviation from -10 to 10 percent");
    off_hz = (int32_t)thousandths * (VBOARD_HSI_HZ / 100000);
    settings->hsi_hz = (uint32_t)(VBOARD_HSI_HZ + (is_slow ? -off_hz : off_hz));
    return BOOT0_OK;
}

enum boot0_status vboard_spec_lsi(struct vboard_settings *settings, const char *value,
                                  struct boot0_error *error)
{
    unsigned long khz;

    if (!vboard_spec_number(value, 47, &khz) || khz < 17)
        return vboard_spec_bad(error, value, "an oscillator of 17 to 47 kHz");
    settings->lsi_hz = (uint32_t)khz * 1000;
    return BOOT0_OK;
}

enum boot0_status vboard_spec_watchdog(struct vboard_settings *settings, const char *value,
                                       struct boot0_error *error)
{
    return set_flag(&settings->hardware_watchdog, value, error);
}

enum boot0_status vboard_spec_pull_up(struct vboard_settings *settings, const char *value,
                                      struct boot0_error *error)
{
    return set_flag(&settings->pull_up, value, error);
}

enum boot0_status vboard_spec_erase_factor(struct vboard_settings *settings, const char *value,
                                           struct boot0_error *error)
{
    const char *rest = value;
    unsigned thousandths;

    if (!take_thousandths(&rest, &thousandths) || *rest != '\0' || thousandths < 1000 ||
        thousandths > 4000)
        return vboard_spec_bad(error, value, "a factor from 1 to 4");
    settings->erase_percent = thousandths / 10;
    return BOOT0_OK;
}

/* Parses milliseconds up to a day; moves `*text` past them. */
static bool take_ms(const char **text, uint64_t *us)
{
    char *end;
    unsigned long ms;

    if (**text < '0' || **text > '9')
        return false;
    ms = strtoul(*text, &end, 10);
    *text = end;
    *us = (uint64_t)ms * 1000;
    return ms <= 86400000;
}

/* "500:20": from 500 ms after the start, for 20 ms; without ":20" until the end. */
static bool take_span(const char **text, uint64_t *from_us, uint64_t *until_us)
{
    uint64_t span_us = UINT64_MAX / 2;

    if (!take_ms(text, from_us))
        return false;
    if (**text == ':') {
        (*text)++;
        if (!take_ms(text, &span_us))
            return false;
    }
    *until_us = *from_us + span_us;
    return **text == '\0';
}

/* "2.3@500:20": to 2.3 V for that span. */
enum boot0_status vboard_spec_brownout(struct vboard_settings *settings, const char *value,
                                       struct boot0_error *error)
{
    const char *rest = value;
    uint64_t from_us, until_us;
    unsigned mv;

    if (!take_thousandths(&rest, &mv) || *rest++ != '@' || !take_span(&rest, &from_us, &until_us) ||
        mv < 1500 || mv > 3600)
        return vboard_spec_bad(error, value, "a voltage and times in ms, e.g. 2.3@500:20");
    settings->brownout.mv = mv;
    settings->brownout.from_us = from_us;
    settings->brownout.until_us = until_us;
    return BOOT0_OK;
}

enum boot0_status vboard_spec_crystal_stop(struct vboard_settings *settings, const char *value,
                                           struct boot0_error *error)
{
    const char *rest = value;
    uint64_t from_us, until_us;

    if (!take_span(&rest, &from_us, &until_us))
        return vboard_spec_bad(error, value, "times in ms, e.g. 500:20");
    settings->crystal_stop.from_us = from_us;
    settings->crystal_stop.until_us = until_us;
    return BOOT0_OK;
}

enum boot0_status vboard_spec_standby(struct vboard_settings *settings, const char *value,
                                      struct boot0_error *error)
{
    return set_flag(&settings->from_standby, value, error);
}

enum boot0_status vboard_spec_vbus(struct vboard_settings *settings, const char *value,
                                   struct boot0_error *error)
{
    return set_flag(&settings->vbus_wired, value, error);
}

enum boot0_status vboard_spec_vbat(struct vboard_settings *settings, const char *value,
                                   struct boot0_error *error)
{
    return set_flag(&settings->battery, value, error);
}

/* "PA0:1": the port, the pin, and the level at which it is held. */
enum boot0_status vboard_spec_button(struct vboard_settings *settings, const char *value,
                                     struct boot0_error *error)
{
    const char *p = value + 2;
    unsigned pin = 0;

    if (value[0] != 'P' || value[1] < 'A' || value[1] > 'I')
        return vboard_spec_bad(error, value, "a pin and its level, e.g. PA0:1");
    for (; *p >= '0' && *p <= '9' && pin < 16; p++)
        pin = pin * 10 + (unsigned)(*p - '0');
    if (p == value + 2 || pin > 15 || p[0] != ':' || (p[1] != '0' && p[1] != '1') || p[2] != '\0')
        return vboard_spec_bad(error, value, "a pin and its level, e.g. PA0:1");
    settings->button_set = true;
    settings->button_high = p[1] == '1';
    settings->button_pin = (unsigned)(value[1] - 'A') * 16 + pin;
    return BOOT0_OK;
}
