#!/usr/bin/env bash
# Compiles the bootloader and the example programs for the STM32F407 into build/firmware and prints
# their sizes. Fails if a bootloader is larger than its sector.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh build/firmware --cross-file firmware/arm-none-eabi.ini firmware
cd build/firmware
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
