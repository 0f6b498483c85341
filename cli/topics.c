/* SPDX-License-Identifier: MIT */
#include "topics.h"
#include "print.h"
#include "text.h"

#include <core/array.h>
#include <string.h>

static const struct topic {
    const char *name, *summary;
    const char
        *paragraphs[6]; /* NULL ends them; those that begin with blanks are printed unwrapped */
} topics[] = {
    {"dfu-mode",
     "how to bring a board into DFU mode",
     {"ST's bootloader is in the ROM of each STM32 and needs no flashing. It starts instead of "
      "the program if the pin BOOT0 is at 3.3 V while the chip comes out of reset.",
      "  1. Connect BOOT0 to 3.3 V: a jumper, or a button that is held down.\n"
      "  2. Press and release reset, or plug the board in.\n"
      "  3. Connect the chip's own USB port (PA11 and PA12 of most chips), not that\n"
      "     of an ST-Link, with a cable that carries data.\n"
      "  4. Run `boot0 list`.\n",
      "If BOOT1 is a pin (F1, F2, F4: PB2), it must be low. On F4 (4 to 26 MHz, whole numbers) "
      "and most older chips, the ROM needs a crystal of the right frequency for USB.",
      "A board with boot0's own bootloader needs none of this: boot0 reboots its program over "
      "USB, or you press the reset button twice. See `boot0 help bootloader`.",
      "If no board appears, run `boot0 doctor`: it checks cable, permissions, drivers and other "
      "programs."}},
    {"windows",
     "drivers on Windows",
     {"boot0's own bootloader and programs with its runtime need no driver: they tell Windows to "
      "use "
      "WinUSB.",
      "ST's bootloader in ROM does not. It needs Windows' own WinUSB, once for each board: `boot0 "
      "driver` shows each board's driver, `boot0 driver install` binds WinUSB, `boot0 driver "
      "remove` goes back. No Zadig is needed.",
      "docs/howto/windows-driver.md describes each step."}},
    {"bootloader",
     "boot0's own bootloader: never press BOOT0 again",
     {"`boot0 install-bootloader` writes it once into the first 16 KiB of an STM32F4, through "
      "ST's bootloader in ROM. From then on:",
      "  - programs are linked for 0x08008000; `boot0 flash` writes them over USB;\n"
      "  - boot0 restarts a program with boot0's runtime, or a sketch of the Arduino\n"
      "    package, into the bootloader, so nobody presses a button;\n"
      "  - for any other program, press reset twice within half a second;\n"
      "  - a half-written program never starts, because there is a journal.\n",
      "`boot0 info` shows it, `boot0 update-bootloader` replaces it, `boot0 protect --bootloader` "
      "write-protects it. BOOT0 still starts ST's bootloader, whatever is in the flash."}},
    {"uart",
     "flashing over a serial port",
     {"ST's bootloader in ROM also listens on a UART (AN3155): on most chips USART1, PA9 (out) "
      "and PA10 (in). Connect a 3.3 V USB serial adapter: its TX to PA10, its RX to PA9, ground "
      "to ground; set BOOT0 high and press reset. Every command accepts the port instead of a USB "
      "board:",
      "  boot0 list --ports\n"
      "  boot0 flash --port /dev/ttyUSB0 firmware.elf\n",
      "If DTR and RTS of the adapter are wired to reset and BOOT0, --boot rts-boot0,dtr-reset "
      "drives them. --baud 57600 helps with long wires."}},
};

void topics_list(FILE *file)
{
    for (size_t i = 0; i < B0_LENGTH(topics); i++)
        print_entry(file, topics[i].name, topics[i].summary);
}

static void print_as_it_is(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        print("%.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

bool topics_print(const char *name)
{
    for (size_t i = 0; i < B0_LENGTH(topics); i++) {
        const char *const *paragraph = topics[i].paragraphs;

        if (strcmp(topics[i].name, name) != 0)
            continue;
        for (size_t p = 0; p < B0_LENGTH(topics[i].paragraphs) && paragraph[p]; p++) {
            if (p > 0)
                putchar('\n');
            if (paragraph[p][0] == ' ')
                print_as_it_is(paragraph[p]);
            else
                print_wrapped(stdout, "", paragraph[p]);
        }
        return true;
    }
    return false;
}

void topics_offer(struct nearest *nearest)
{
    for (size_t i = 0; i < B0_LENGTH(topics); i++)
        nearest_offer(nearest, topics[i].name);
}
