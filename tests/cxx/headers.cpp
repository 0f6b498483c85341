// SPDX-License-Identifier: MIT
// The public headers in C++: all in one translation unit, linked with the library.
#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <cstdio>
#include <cstring>

int main()
{
    boot0_image_options options = {};
    boot0_session_options session = {};
    boot0_selection selection = {};
    boot0_error error = {};
    boot0_layout layout = {};
    const char text[] = "@Internal Flash  /0x08000000/04*016Kg";
    bool parsed = boot0_layout_parse(text, sizeof text - 1, &layout, nullptr);

    (void)options;
    (void)session;
    (void)selection;
    boot0_fail(&error, BOOT0_E_USAGE, "%s", "from C++");
    if (!parsed || boot0_layout_size(&layout) != 65536 || error.code != BOOT0_E_USAGE ||
        std::strcmp(boot0_version(), BOOT0_VERSION) != 0)
        return 1;
    std::printf("1..1\nok 1 - headers\n");
    return 0;
}
