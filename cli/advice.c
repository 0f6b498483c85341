/* SPDX-License-Identifier: MIT */
/*
 * See advice.h. One table holds every sentence that names an option or command as the remedy of a
 * library error. "{hint}" stands for the library's own hint, the other marks for the facts of the
 * error.
 */
#include "advice.h"
#include "text.h"

#include <core/array.h>
#include <string.h>

static const struct row {
    const char *sentence;
    const char *line; /* start of each line of {text}, instead of the library's; or NULL */
} rows[] = {
    [BOOT0_ADVICE_NONE] = {"{hint}", NULL},
    [BOOT0_ADVICE_FIND_BOARD] = {"{hint} Then run `boot0 list` to see the board, or use --wait to "
                                 "wait for it. Run `boot0 doctor` to find out what is wrong.",
                                 NULL},
    [BOOT0_ADVICE_LIST_BOARDS] = {"Run `boot0 list` to see the connected boards, or `boot0 "
                                  "doctor` to find out why one is missing.",
                                  NULL},
    [BOOT0_ADVICE_CHOOSE_BOARD] = {"Choose one with --path, --serial or -d:{text}", NULL},
    [BOOT0_ADVICE_CHOOSE_INTERFACE] = {"Choose one with --interface:{text}", "\n  --interface "},
    [BOOT0_ADVICE_NAME_CHIP] = {"Use one of {text}. For any other board use --chip and --vdd.",
                                NULL},
    [BOOT0_ADVICE_USB_ACCESS] = {"Install a udev rule to give users access: `boot0 udev` prints "
                                 "it and the place for it. If a rule is installed already, run "
                                 "`boot0 doctor` to find the reason. Until then, `sudo` works.",
                                 NULL},
    [BOOT0_ADVICE_USB_DRIVER] = {"Run `boot0 driver install` to bind WinUSB, which is part of "
                                 "Windows, to the board. `boot0 driver` shows the drivers of all "
                                 "boards.",
                                 NULL},
    [BOOT0_ADVICE_USB_OPEN] = {"{hint} Run `boot0 doctor` to find the reason.", NULL},
    [BOOT0_ADVICE_USB_MISSING] = {"{hint} `--virtual f407` works without USB.", NULL},
    [BOOT0_ADVICE_LIST_PORTS] =
        {"Run `boot0 list --ports` to see the serial ports. Check that the adapter is plugged in.",
         NULL},
    [BOOT0_ADVICE_LINE_SPEED] = {"{hint} Use --baud to set the speed.", NULL},
    [BOOT0_ADVICE_RESET_LINES] = {"{hint} Use --boot if DTR or RTS are wired to BOOT0 or reset.",
                                  NULL},
    [BOOT0_ADVICE_SEE_MEMORIES] =
        {"{hint} Run `boot0 info` to see the board's memories and their access rights.", NULL},
    [BOOT0_ADVICE_CHOOSE_MEMORY] = {"Choose one with --alt: {text}. Nothing was changed.", NULL},
    [BOOT0_ADVICE_OTHER_MEMORY] = {"Check that the file is for this board, or use --alt to put the "
                                   "data elsewhere. The board has: {text}. Nothing was written.",
                                   NULL},
    [BOOT0_ADVICE_LINK_FOR_MEMORY] =
        {"Build it for one of these, or choose one with --alt: {text}.", NULL},
    [BOOT0_ADVICE_EACH_MEMORY] =
        {"Omit --alt: each part goes to its own memory. Nothing was written.", NULL},
    [BOOT0_ADVICE_MAIN_FLASH] = {"Omit --alt to erase the main flash. Nothing was erased.", NULL},
    [BOOT0_ADVICE_TARGET_NAME] =
        {"Check that the file is for this board. If its data belongs there, use --force; --alt "
         "selects another memory. Nothing was written.",
         NULL},
    [BOOT0_ADVICE_TARGET_ADDRESS] = {"Use --force to select the memory by address. The board has: "
                                     "{text}. Nothing was written.",
                                     NULL},
    [BOOT0_ADVICE_FAMILY] = {"Use --force if you are sure. Nothing was written.", NULL},
    [BOOT0_ADVICE_NO_PROGRAM] =
        {"Check that the file is for this chip: the first word of a program points into RAM of "
         "the chip ({text}), the second into its flash, and the second is odd. Use --force to "
         "write data that is not a program. Nothing was written.",
         NULL},
    [BOOT0_ADVICE_ALIGNMENT] = {"Place the vector table at a multiple of {number}. Use --force if "
                                "this is not a program. Nothing was written.",
                                NULL},
    [BOOT0_ADVICE_OTHER_CHIP] =
        {"Build the program for the board's chip ({text}), use --chip if the chip is another one, "
         "or use --force to write the file anyway. Nothing was written.",
         NULL},
    [BOOT0_ADVICE_UNSTARTED] =
        {"Name the board's chip with --chip, or use --force to write the file anyway. No code at "
         "{address} starts the program either. Nothing was written.",
         NULL},
    [BOOT0_ADVICE_IGNORE_SUFFIX] =
        {"Use --ignore-suffix if the program is for this board. Some build tools append the wrong "
         "suffix. Nothing was written.",
         NULL},
    [BOOT0_ADVICE_ALLOW_OPTION_BYTES] =
        {"Use --allow-option-bytes to write them. Wrong option bytes can lock the chip "
         "permanently, and OTP cannot be erased. Nothing was written.",
         NULL},
    [BOOT0_ADVICE_SKIP_RAM] =
        {"Use --skip-ram to leave these bytes out, or, if the section in RAM has no load address, "
         "end it with `AT> FLASH` in the linker script. Nothing was written.",
         NULL},
    [BOOT0_ADVICE_PLACE] = {"Use --address to give the address that the program is linked for, or "
                            "flash the .elf or .hex: a raw binary contains no address. Use "
                            "--force to write it anyway. Nothing was written.",
                            NULL},
    [BOOT0_ADVICE_PLACE_AT] =
        {"Use --address {address}: the vector table fits there. Or flash the .elf or .hex, which "
         "contain their addresses. Use --force to write it at the requested address anyway. "
         "Nothing was written.",
         NULL},
    [BOOT0_ADVICE_NO_ADDRESS] = {"Omit --address: it is for raw binaries only.", NULL},
    [BOOT0_ADVICE_START_ADDRESS] =
        {"Flash a program first, or use --address to give the address of its vector table.", NULL},
    [BOOT0_ADVICE_SEE_FILES] = {"Run `boot0 info FILE` to see which chip or device a file is for.",
                                NULL},
    [BOOT0_ADVICE_FILL_GAPS] =
        {"Run `boot0 convert` to convert it to a .bin first, which fills the gaps.", NULL},
    [BOOT0_ADVICE_REMOVE_PREFIX] = {"Run `boot0 convert --prefix none` to remove the prefix.",
                                    NULL},
    [BOOT0_ADVICE_WRITE_ALL] = {"{hint} Use --full to write all of it.", NULL},
    [BOOT0_ADVICE_SUPPLY] =
        {"Try again with --full. Possible causes: the sector is write-protected (erasing it then "
         "has no effect), the supply is lower than --vdd says, or the flash is worn.",
         NULL},
    [BOOT0_ADVICE_REPEAT] = {"{hint} Then repeat the command: it writes what is missing.", NULL},
    [BOOT0_ADVICE_CONTINUE] = {"{hint} Repeat the command: it continues from what the board holds.",
                               NULL},
    [BOOT0_ADVICE_WRITE_DIFFERENCE] = {"Run `boot0 flash` to write the differences.", NULL},
    [BOOT0_ADVICE_UNPROTECT_READ] =
        {"Run `boot0 erase --unprotect` to remove read protection: ST's bootloaders give this "
         "answer when it is on. That erases everything in the chip's flash.",
         NULL},
    [BOOT0_ADVICE_UNPROTECT_WRITE] =
        {"Run `boot0 unprotect` to remove the write protection of sectors 0 and 1, and try again.",
         NULL},
    [BOOT0_ADVICE_SAY_CHIP] = {"Read the chip's marking, then use --chip: {text}.", NULL},
    [BOOT0_ADVICE_LOCK_FOR_EVER] = {"{hint} Use --lock-this-chip-for-ever if that is intended.",
                                    NULL},
    [BOOT0_ADVICE_PROTECT_BY_SERIAL] = {"Use --port: the bootloader can do this over its UART. "
                                        "Over USB, write the option bytes to set protection.",
                                        NULL},
    [BOOT0_ADVICE_INSTALL_BOOTLOADER] = {"Run `boot0 install-bootloader` to install boot0's own "
                                         "bootloader, which can do this.",
                                         NULL},
    [BOOT0_ADVICE_UPDATE_BOOTLOADER] =
        {"Run `boot0 update-bootloader` to install a newer one: it may be older than this boot0. "
         "`boot0 info` shows its version.",
         NULL},
    [BOOT0_ADVICE_REPLACE_BOOTLOADER] =
        {"Run `boot0 update-bootloader` to install another version.", NULL},
    [BOOT0_ADVICE_NAME_BOOTLOADER_CHIP] =
        {"{hint} If the board has that chip, use --chip {text}, or --board.", NULL},
    [BOOT0_ADVICE_UPDATE_AND_UNPROTECT] =
        {"Run `boot0 update-bootloader`, then `boot0 unprotect` to remove the write protection of "
         "sectors 0 and 1, and try again.",
         NULL},
    [BOOT0_ADVICE_LEAVE_BOOTLOADER] =
        {"{hint} To flash without this bootloader, run `boot0 reset --to rom` and flash again.",
         NULL},
    [BOOT0_ADVICE_WITHOUT_LOADER] = {"{hint} Then try without --fast.", NULL},
    [BOOT0_ADVICE_RECORD] = {"{hint} Use `boot0 --trace FILE` to write one.", NULL},
    [BOOT0_ADVICE_RECORD_SERIAL] = {"Use a record that `boot0 --trace FILE --port PORT` wrote. "
                                    "Replay a record of a USB board without --port.",
                                    NULL},
    [BOOT0_ADVICE_RECORD_USB] = {"Use a record that `boot0 --trace FILE` wrote. Replay a record "
                                 "of a board on a serial port with any --port.",
                                 NULL},
    [BOOT0_ADVICE_REPORT] =
        {"{hint} If it happens each time, report it with the output of `boot0 info`.", NULL},

    [BOOT0_ADVICE_STARTER] = {"install the bootloader with `boot0 install-bootloader`, or link the "
                              "program for {address}",
                              NULL},
    [BOOT0_ADVICE_SUPPLY_IGNORED] = {"--vdd is ignored", NULL},
};

_Static_assert(B0_LENGTH(rows) == BOOT0_ADVICE_COUNT, "every advice has a sentence");

/* Replaces each "\n  " of the text, the start of a line, with `line`. */
static const char *begin_lines(char *text, size_t size, const char *from, const char *line)
{
    static const char start[] = "\n  ";
    size_t length = 0;

    text[0] = '\0';
    while (line && *from && length + 1 < size) {
        bool is_start = strncmp(from, start, sizeof start - 1) == 0;

        length += (size_t)snprintf(text + length, size - length, "%.*s",
                                   is_start ? (int)strlen(line) : 1, is_start ? line : from);
        from += is_start ? sizeof start - 1 : 1;
    }
    return line ? text : from;
}

const char *advice_text(char text[ADVICE_TEXT], const struct boot0_error *error)
{
    const struct row *row =
        &rows[(unsigned)error->advice < BOOT0_ADVICE_COUNT ? error->advice : BOOT0_ADVICE_NONE];
    char address[TEXT_SHORT], number[TEXT_SHORT], lines[ADVICE_TEXT / 2];
    const struct text_mark marks[] = {
        {"{hint}", error->hint},
        {"{address}", address},
        {"{number}", number},
        {"{text}", begin_lines(lines, sizeof lines, error->facts.text, row->line)},
    };

    snprintf(address, sizeof address, "0x%08x", (unsigned)error->facts.address);
    snprintf(number, sizeof number, "%u", (unsigned)error->facts.number);
    return text_expand(text, ADVICE_TEXT, row->sentence, marks, B0_LENGTH(marks));
}

const char *advice_note(char text[ADVICE_TEXT], const struct boot0_error *note)
{
    char remedy[ADVICE_TEXT];

    snprintf(text, ADVICE_TEXT, "%s: %.*s", note->message,
             ADVICE_TEXT - (int)sizeof note->message - 3, advice_text(remedy, note));
    return text;
}
