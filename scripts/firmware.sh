#!/usr/bin/env bash
# Compiles the example programs for the STM32F407 into build/firmware and prints their sizes.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh build/firmware --cross-file firmware/arm-none-eabi.ini firmware
cd build/firmware
arm-none-eabi-size ./*.elf
