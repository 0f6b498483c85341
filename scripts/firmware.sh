#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compiles the bootloaders, the RAM loaders and the example programs into build/firmware and prints
# their sizes. Fails if a bootloader is larger than its sector. This tree's own boot0 makes their
# .uf2 and .dfu: the one in BOOT0, otherwise build/host.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh build/firmware --cross-file firmware/arm-none-eabi.ini firmware
if [ -z "${BOOT0:-}" ]; then
    scripts/build-host.sh
    BOOT0=$PWD/build/host/cli/boot0
fi
cd build/firmware
# Programs for flash have a .hex; the loaders, which are for RAM, have none.
for hex in *.hex; do
    name=${hex%.hex}
    if [ ! "$name.uf2" -nt "$hex" ] || [ ! "$name.dfu" -nt "$hex" ]; then
        "$BOOT0" convert --quiet --family f407 "$hex" "$name.uf2"
        "$BOOT0" convert --quiet --suffix 0483:df11 "$hex" "$name.dfu"
    fi
done
arm-none-eabi-size ./*.elf
readonly sector=16384
for binary in bootloader-*.bin; do
    size=$(wc -c <"$binary")
    printf '%-32s %5d of %d bytes\n' "$binary" "$size" "$sector"
    if [ "$size" -gt "$sector" ]; then
        echo "$binary does not fit its sector" >&2
        exit 1
    fi
done
