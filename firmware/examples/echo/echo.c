/* SPDX-License-Identifier: MIT */
/* Sends back over USB serial what comes, byte by byte as it is, as fast as the host takes it. */
#include "runtime/boot0_runtime.h"

int main(void)
{
    uint8_t bytes[BOOT0_SERIAL_BUFFER];

    boot0_start(NULL);
    for (;;) {
        size_t room = boot0_serial_room();

        /* Never more than can go back at once: then nothing is lost. */
        if (room > 0 && boot0_serial_available() > 0)
            boot0_serial_write(bytes, boot0_serial_read(bytes, room));
        else
            boot0_idle();
    }
}
