/* SPDX-License-Identifier: MIT */
/* Echoes bytes over USB serial, as fast as the host reads them. */
#include "runtime/boot0_runtime.h"

int main(void)
{
    uint8_t bytes[BOOT0_SERIAL_BUFFER];

    boot0_start(NULL);
    for (;;) {
        size_t room = boot0_serial_room();

        /* Reads only as much as can be sent at once: nothing is lost. */
        if (room > 0 && boot0_serial_available() > 0)
            boot0_serial_write(bytes, boot0_serial_read(bytes, room));
        else
            boot0_idle();
    }
}
