#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compiles the libraries of boot0.exe and its tests from Debian's source packages, statically, into
# build/windows/HOST:
#   scripts/windows-libraries.sh HOST        x86_64-w64-mingw32 or i686-w64-mingw32
# Exits with 69 if the sources are not available.
set -euo pipefail
cd "$(dirname "$0")/.."

host=$1
here=$PWD/build/windows
prefix=$here/$host
log=$here/$host.log

[ -f "$prefix/complete" ] && exit 0
scripts/debian-packages.sh "$here/sources" libusb-1.0 cmocka

unpacked() { # the folder of a source package, whatever its version
    find "$here/sources" -maxdepth 1 -type d -name "$1-[0-9]*" | sort | tail -n 1
}

build_libusb() {
    local source
    source=$(unpacked libusb-1.0)
    rm -rf "$here/build-$host"
    mkdir -p "$here/build-$host"
    cd "$here/build-$host"
    # With a relative path, which ends up in the objects.
    "$(realpath --relative-to=. "$source")/configure" --host="$host" --prefix="$prefix" --enable-static --disable-shared \
        --disable-examples-build --disable-tests-build CFLAGS='-O2 -g0'
    make -j2 install
    cd "$here/.."
}

# Its own build needs CMake, although it is one file.
build_cmocka() {
    local source
    source=$(unpacked cmocka)
    "$host-gcc" -O2 -DHAVE_MALLOC_H=1 -DHAVE_INTTYPES_H=1 -DHAVE_STDINT_H=1 -DHAVE_STRING_H=1 \
        -DHAVE_STDLIB_H=1 -DHAVE_STDIO_H=1 -DHAVE_SIGNAL_H=1 -DHAVE_SETJMP_H=1 -DHAVE_TIME_H=1 \
        -DHAVE_STDARG_H=1 -DHAVE_STDDEF_H=1 -DHAVE_STRUCT_TIMESPEC=1 -DHAVE_GCC_THREAD_LOCAL_STORAGE=1 \
        -DHAVE_SNPRINTF=1 -DHAVE_VSNPRINTF=1 -D__USE_MINGW_ANSI_STDIO=1 -I"$source/include" \
        -c "$source/src/cmocka.c" -o "$here/build-$host/cmocka.o"
    "$host-ar" rcs "$prefix/lib/libcmocka.a" "$here/build-$host/cmocka.o"
    cp "$source"/include/cmocka*.h "$prefix/include/"
    cat >"$prefix/lib/pkgconfig/cmocka.pc" <<END
Name: cmocka
Description: unit tests
Version: $(basename "$source" | sed 's/cmocka-//')
Libs: -L$prefix/lib -lcmocka
Cflags: -I$prefix/include
END
}

if ! (build_libusb && build_cmocka) >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
fi
touch "$prefix/complete"
