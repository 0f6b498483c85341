#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Packs the platform for the Arduino IDE into FOLDER/boot0-stm32-VERSION.tar.bz2:
#   scripts/pack-platform.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
name=boot0-stm32-$(scripts/version.sh)
stage=$1/stage-platform/$name
rm -rf "$stage"
mkdir -p "$stage"
cp -r arduino/. "$stage/"
rm -f "$stage/platform.local.txt"
cp LICENSE "$stage/"
scripts/pack.py "$1/$name.tar.bz2" "$stage"
rm -rf "$1/stage-platform"
