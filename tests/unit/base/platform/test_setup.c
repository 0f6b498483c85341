/* SPDX-License-Identifier: MIT */
/* Recorded texts of Windows' device manager. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <base/platform/setup.h>
#include <cmocka.h>
#include <core/array.h>
#include <string.h>

/* Registry values: lists end with an empty string. */
static void test_flatten(void **state)
{
    char text[32] = "USB\\Vid_0483\0USB\\Class_FE\0", small[8] = "WinUSB_x", none[4] = "abc";

    (void)state;
    b0_setup_flatten(text, 28, sizeof text);
    assert_string_equal(text, "USB\\VID_0483 USB\\CLASS_FE");
    b0_setup_flatten(small, 9, sizeof small); /* did not fit */
    assert_string_equal(small, "WINUSB_");
    b0_setup_flatten(none, 0, sizeof none);
    assert_string_equal(none, "");
}

static void test_port(void **state)
{
    static const char hosts[][B0_SETUP_NAME] = {"PCIROOT(0)#PCI(1400)", "", "PCIROOT(0)#PCI(14)",
                                                "ACPI(_SB_)#ACPI(XHC1)"};
    static const struct {
        const char *location, *path; /* "": none */
    } rows[] = {
        {"PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(2)", "1-2"},
        {"PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(2)#USB(3)#USBMI(0)", "1-2.3"},
        {"PCIROOT(0)#PCI(14)#USBROOT(0)#USB(14)#USB(1)#USB(4)", "3-14.1.4"},
        {"ACPI(_SB_)#ACPI(XHC1)#USBROOT(0)#USB(1)", "4-1"},
        {"PCIROOT(0)#PCI(1400)#USBROOT(0)", ""},              /* the root hub */
        {"PCIROOT(0)#PCI(1A00)#USBROOT(0)#USB(2)", ""},       /* a host that is not listed */
        {"PCIROOT(0)#PCI(1400)", ""},                         /* the host itself */
        {"PCIROOT(0)#PCI(1400)#USBROOT(0#USB(2)", ""},        /* not a location at all */
        {"PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(2#USB(3)", ""}, /* not a location either */
        {"", ""},
    };
    char path[B0_SETUP_PATH], small[4];

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        assert_int_equal(
            b0_setup_port(rows[i].location, hosts, B0_LENGTH(hosts), path, sizeof path),
            rows[i].path[0] != '\0');
        assert_string_equal(path, rows[i].path);
    }
    assert_false(b0_setup_port(rows[1].location, hosts, B0_LENGTH(hosts), small, sizeof small));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flatten),
        cmocka_unit_test(test_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
