#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Prepares libusb and libserialport for a statically linked boot0, in build/linux/HOST:
#   scripts/linux-libraries.sh HOST     x86_64-linux-gnu, aarch64-linux-gnu or arm-linux-gnueabihf
# libserialport comes from Debian's package for that architecture. libusb is compiled from Debian's
# source: it then gets events from the kernel in place of udev, which has no static library. Exits
# with 69 and a reason if they are not available.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A debian=([x86_64-linux-gnu]=amd64 [aarch64-linux-gnu]=arm64 [arm-linux-gnueabihf]=armhf)
host=$1
sources=$PWD/build/linux/sources
package=$PWD/build/linux/package-$host
prefix=$PWD/build/linux/$host
log=$PWD/build/linux/$host.log

[ -f "$prefix/complete" ] && exit 0
scripts/debian-packages.sh "$sources" libusb-1.0
scripts/debian-packages.sh --binary "${debian[$host]}" "$package" libserialport-dev

# With a relative path of the source, so that the objects contain no path of this machine.
build_libusb() {
    local folder=$PWD/build/linux/build-$host source
    source=$(find "$sources" -maxdepth 1 -type d -name 'libusb-1.0-[0-9]*' | sort | tail -n 1)
    rm -rf "$folder"
    mkdir -p "$folder"
    (
        cd "$folder" &&
            "$(realpath --relative-to=. "$source")/configure" --host="$host" --prefix="$prefix" \
                --enable-static --disable-shared --disable-udev --disable-examples-build \
                --disable-tests-build CC="$host-gcc" \
                CFLAGS='-O2 -g0 -fPIC -fstack-protector-strong -D_FORTIFY_SOURCE=2' &&
            make -j2 install
    ) >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        exit 1
    }
}

take_libserialport() {
    local pc=$prefix/lib/pkgconfig/libserialport.pc
    cp "$package/usr/lib/$host/libserialport.a" "$prefix/lib/"
    cp "$package/usr/include/libserialport.h" "$prefix/include/"
    sed "s|^prefix=.*|prefix=$prefix|; s|^libdir=.*|libdir=$prefix/lib|" \
        "$package/usr/lib/$host/pkgconfig/libserialport.pc" >"$pc"
}

build_libusb
take_libserialport
touch "$prefix/complete"
