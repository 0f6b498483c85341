#!/usr/bin/env bash
# What `make demo` shows: a program for the STM32F407, from C to running on a virtual board. Prints
# each command before it runs it, in a form that can be typed again.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' plain=$'\e[0m'
else
    bold='' plain=''
fi

# A sentence or two for the reader, then the command, then what it says.
tell() {
    printf '\n%s\n' "$*" | fmt -w 80 -g 79
}
run() {
    printf '%s$ %s%s\n' "$bold" "$1" "$plain"
    local status=0
    # In a shell of its own with the words as shown, which is what the reader would do.
    bash -c "$1" </dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        echo "The demo stops here: exit status $status." >&2
        exit 1
    fi
}

scripts/install-packages.sh demo
echo "Compiling libboot0, boot0 and the virtual boards into build/host …"
scripts/build-host.sh
echo "Compiling the program for the board into build/firmware …"
scripts/firmware.sh >/dev/null

rm -rf build/demo
mkdir -p build/demo
cd build/demo
cp ../firmware/blink.elf ../firmware/blink-fast.elf .
export PATH="$PWD/../host/cli:$PWD/../host/vboard:$PATH"

tell "To type these commands yourself afterwards, begin with these two:"
printf '%s$ cd build/demo && rm -f ./*.bin%s\n' "$bold" "$plain"
# Literally so: it is for the reader's shell.
# shellcheck disable=SC2016
printf '%s$ PATH=$PWD/../host/cli:$PWD/../host/vboard:$PATH%s\n' "$bold" "$plain"

tell "1. A blinking LED, compiled from firmware/examples/blink by Debian's compiler:"
run "boot0 info blink.elf"
tell "   And 160 KB of data that it might use, for a place further up in flash:"
run "seq -f 'This is line %05g.' 1 8000 > data.bin"
run "boot0 convert --address 0x08020000 data.bin data.hex"

tell "2. A virtual STM32F407 is plugged in while a command runs. It is in DFU mode, as with" \
    "BOOT0 held high. Its flash is kept in a file:"
run "vboard f407:flash=flash.bin -- boot0 list"

tell "3. Flash both files, verify, start the program, in the time that the chip takes:"
run "vboard --speed 1 --stats stats.json f407:flash=flash.bin -- \\
    boot0 flash blink.elf data.hex"

tell "4. The same again. The board holds it already:"
run "vboard --speed 1 f407:flash=flash.bin -- boot0 flash blink.elf data.hex"

tell "5. A new version in which one word differs. Only its sector is erased and written:"
run "vboard --speed 1 f407:flash=flash.bin -- boot0 flash blink-fast.elf data.hex"

tell "6. Debian's dfu-util reads back what boot0 wrote:"
run "vboard f407:flash=flash.bin -- \\
    dfu-util -a 0 -s 0x08020000:160000 -U back.bin > dfu-util.log"
run "cmp data.bin back.bin && echo equal"

tell "7. What the board saw in step 3, in seconds of its own clock, and in numbers:"
run "tr , '\\n' < stats.json | grep -E '_s\"|transfers|erased|programmed|started'"

tell "With a real board in DFU mode the same commands go without vboard:"
printf '%s$ boot0 flash blink.elf%s\n' "$bold" "$plain"
