#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compiles boot0 for Linux, linked statically: one file that runs on any distribution.
#   scripts/linux.sh [x86_64-linux-gnu|aarch64-linux-gnu|arm-linux-gnueabihf…]     all three
# The result is build/linux-HOST/boot0. It is built without libunicorn, which is under GPL-2: its
# virtual boards have the bootloaders, not the emulated CPU.
# Exits 69, and says why, if Debian's packages of the libraries cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- x86_64-linux-gnu aarch64-linux-gnu arm-linux-gnueabihf

write_cross_file() { # HOST FILE
    local host=$1 cpu=${1%%-*} compiler_cache='' compile="'-fPIE'" link=-static-pie
    local -A families=([x86_64]=x86_64 [aarch64]=aarch64 [arm]=arm) cpus=([arm]=armv7hf)
    command -v ccache >/dev/null && compiler_cache="'ccache', "
    # glibc for 32-bit ARM has no start code for a static program at any address.
    [ "$cpu" != arm ] || { compile='' link=-static; }
    {
        echo "[binaries]"
        echo "c = [$compiler_cache'$host-gcc']"
        echo "ar = '$host-ar'"
        echo "strip = '$host-strip'"
        echo "pkgconfig = 'pkg-config'"
        echo "[properties]"
        echo "pkg_config_libdir = '$PWD/build/linux/$host/lib/pkgconfig'"
        echo "[built-in options]"
        echo "c_args = [$compile]"
        echo "c_link_args = ['$link']"
        echo "[host_machine]"
        echo "system = 'linux'"
        echo "cpu_family = '${families[$cpu]}'"
        echo "cpu = '${cpus[$cpu]:-$cpu}'"
        echo "endian = 'little'"
    } >"$2"
}

for host in "$@"; do
    scripts/linux-libraries.sh "$host"
    directory=build/linux-$host
    write_cross_file "$host" "$directory.cross"
    scripts/build.sh "$directory" --cross-file "$directory.cross" --buildtype=release \
        -Doptimization=2 -Ddefault_library=static -Dprefer_static=true -Db_pie=false \
        -Dvboard=disabled -Dmachine=disabled -Dserial=enabled -Dbootloaders=enabled -Dtests=disabled
    "$host-strip" -o "$directory/boot0" "$directory/cli/boot0"
done
