#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes what the Arduino IDE downloads into build/dist: the platform, the boot0 command for this
# machine, and the index that names them.
#   scripts/dist.sh [URL]      where the archives will be, for the index
# The same sources make the same bytes: names in order, no times but that of the last commit.
set -euo pipefail
cd "$(dirname "$0")/.."

url=${1:-file://$PWD/build/dist}
version=$(sed -n "s/^  version: '\(.*\)',/\1/p" meson.build | head -n 1)
host=$(uname -m)-linux-gnu
stage=build/dist/stage
epoch=$(git log -1 --format=%ct 2>/dev/null || echo 0)

rm -rf build/dist
mkdir -p "$stage"

pack() { # NAME: stage/NAME becomes NAME.tar.bz2
    tar --create --bzip2 --file "build/dist/$1.tar.bz2" --directory "$stage" --sort=name \
        --owner=0 --group=0 --numeric-owner --mtime="@$epoch" "$1"
}

# The command, which may need nothing that the user's machine has not: libraries of ours and those
# that few have installed are part of it, and so are the bootloaders for boards.
scripts/build.sh build/release --buildtype=release --strip -Ddefault_library=static \
    -Dprefer_static=true -Dtests=disabled -Dvboard=disabled -Dmachine=disabled \
    -Dserial=enabled -Dbootloaders=enabled
mkdir -p "$stage/boot0-$version-$host/bin"
cp build/release/cli/boot0 "$stage/boot0-$version-$host/bin/"
strip "$stage/boot0-$version-$host/bin/boot0"
cp LICENSE "$stage/boot0-$version-$host/"
pack "boot0-$version-$host"

mkdir -p "$stage/boot0-stm32-$version"
cp -r arduino/. "$stage/boot0-stm32-$version/"
rm -f "$stage/boot0-stm32-$version/platform.local.txt"
cp LICENSE "$stage/boot0-stm32-$version/"
pack "boot0-stm32-$version"

scripts/make-index.py build/dist "$url" >build/dist/package_boot0_index.json
rm -rf "$stage"
ls -l build/dist
