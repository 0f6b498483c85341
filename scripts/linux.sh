#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compiles boot0 for Linux, linked statically: one file that runs on any distribution.
#   scripts/linux.sh [x86_64-linux-gnu|aarch64-linux-gnu|arm-linux-gnueabihf…]     all three
# The result is build/linux-HOST/boot0. It is built without libunicorn, which is under GPL-2: its
# virtual boards have the bootloaders, not the emulated CPU. Exits with 69 and a reason if Debian's
# packages of the libraries are not available.
set -euo pipefail
cd "$(dirname "$0")/.."

hosts="x86_64-linux-gnu aarch64-linux-gnu arm-linux-gnueabihf"
# shellcheck disable=SC2086 # words
[ $# -gt 0 ] || set -- $hosts

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

# Compiles the bootloaders for boards once for all of these programs.
scripts/build.sh build/firmware --cross-file firmware/arm-none-eabi.ini firmware
for host in "$@"; do
    [[ " $hosts " == *" $host "* ]] || {
        echo "scripts/linux.sh: $host is not one of $hosts" >&2
        exit 64
    }
    targets=cli/boot0
    # Man pages and completions come from this machine's program.
    [ "$host" != x86_64-linux-gnu ] || targets="$targets documents"
    scripts/linux-libraries.sh "$host"
    directory=build/linux-$host
    write_cross_file "$host" "$directory.cross"
    TARGETS=$targets scripts/build.sh "$directory" --cross-file "$directory.cross" --buildtype=release \
        -Doptimization=2 -Ddefault_library=static -Dprefer_static=true -Db_pie=false \
        -Dvboard=disabled -Dmachine=disabled -Dserial=enabled \
        -Dbootloader_binaries=build/firmware -Dtests=disabled
    "$host-strip" -o "$directory/boot0" "$directory/cli/boot0"
done
