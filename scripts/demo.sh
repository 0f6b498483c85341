#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs `make demo`: a factory-new STM32F407, from its ROM to a program that is replaced while it
# runs, on a virtual board. Prints each command before it runs it, in a form that can be typed
# again.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' plain=$'\e[0m'
else
    bold='' plain=''
fi

# Prints a sentence or two for the reader; run() then prints the command and its output.
tell() {
    printf '\n%s\n' "$*" | fmt -w 80 -g 79
}
run() {
    printf '%s$ %s%s\n' "$bold" "$1" "$plain"
    local status=0
    # In a separate shell with the words as shown, as the reader would type them.
    bash -c "$1" </dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        echo "The demo stops here: exit status $status." >&2
        exit 1
    fi
}

scripts/install-packages.sh demo
echo "Compiling libboot0, boot0 and the virtual boards into build/host …"
scripts/build-host.sh
echo "Compiling the bootloader and programs for the board into build/firmware …"
scripts/firmware.sh >/dev/null

rm -rf build/demo
mkdir -p build/demo
cd build/demo
cp ../firmware/hello.elf ../firmware/hello-2.elf ../firmware/hello.dfu .
export PATH="$PWD/../host/cli:$PWD/../host/vboard:$PATH"

tell "To type these commands yourself afterwards, begin with these two:"
printf '%s$ cd build/demo && rm -f ./flash.bin%s\n' "$bold" "$plain"
# Printed literally: it is for the reader's shell.
# shellcheck disable=SC2016
printf '%s$ PATH=$PWD/../host/cli:$PWD/../host/vboard:$PATH%s\n' "$bold" "$plain"

tell "1. vboard plugs in a factory-new virtual STM32F407 while a command runs. Its BOOT0 button is" \
    "held down at power-on, so ST's bootloader in ROM answers. A file is its flash:"
run "vboard f407:flash=flash.bin,boot0=button -- boot0 list"

tell "2. boot0 installs its own bootloader through the one in ROM, at the chip's real speed. Nobody" \
    "touches BOOT0 from here on:"
run "vboard --speed 1 f407:flash=flash.bin,boot0=button -- \\
    boot0 install-bootloader --yes --board black-f407ve"

tell "3. boot0 flashes a program that prints one line per second over USB (firmware/examples/hello)." \
    "vboard emulates the chip instruction by instruction, including its USB controller:"
run "vboard --speed 1 --trace trace.txt f407:flash=flash.bin,boot0=0 -- sh -c '
    boot0 flash hello.elf
    sleep 1; timeout 10 head -n 3 /dev/ttyACM0'"

tell "4. The next version prints another text. boot0 finds the running program, restarts it into the" \
    "bootloader, reads digests of the flash, and writes the one sector that differs:"
run "vboard --speed 1 --stats stats.json f407:flash=flash.bin,boot0=0 -- sh -c '
    sleep 1; timeout 10 head -n 1 /dev/ttyACM0
    boot0 flash hello-2.elf
    sleep 1; timeout 10 head -n 2 /dev/ttyACM0'"

tell "5. boot0 flashes the same file again. The board holds it already:"
run "vboard --speed 1 f407:flash=flash.bin,boot0=0 -- sh -c '
    sleep 1; boot0 flash hello-2.elf'"

tell "6. Debian's unmodified dfu-util works too: it detaches the program itself."
run "vboard f407:flash=flash.bin,boot0=0 -- sh -c '
    sleep 1
    dfu-util -d 0483:5740,0483:df11 -a 0 -s :leave -D hello.dfu > dfu-util.log
    sleep 1; timeout 10 head -n 1 /dev/ttyACM0'"

tell "7. The trace of step 3 shows everything that happened to the board, by its own clock."
run "grep -E 'connected|erase|programmed|started' trace.txt | cut -c 1-78"

tell "With a real board, run the same commands without vboard:"
printf '%s$ boot0 flash hello.elf%s\n' "$bold" "$plain"
