// SPDX-License-Identifier: MIT
/*
 * From reset, which is boot0's startup code, to the sketch. Time and USB are boot0's runtime; the
 * sketch's author chooses the product's name in boards.txt, as with STM32duino.
 */
#include "Arduino.h"

#include <runtime/boot0_runtime.h>

extern "C" {
extern void (*constructors_start[])(void);
extern void (*constructors_end[])(void);
}

/*
 * The host requests the bootloader: boot0's runtime receives DFU_DETACH, STM32duino's USB serial
 * these characters. The variant then does the same for both.
 */
static void leaving()
{
    uint8_t wish[] = {'1', 'E', 'A', 'F'};
    uint32_t length = sizeof wish;

    dtr_togglingHook(wish, &length);
}

int main()
{
    struct boot0_options options = {};

    for (auto constructor = constructors_start; constructor < constructors_end; constructor++)
        (*constructor)();
    options.product = BOARD_NAME " CDC in FS Mode";
    options.leaving = leaving;
    boot0_start(&options);
    setup();
    for (;;) {
        loop();
        yield();
    }
}
