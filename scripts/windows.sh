#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Cross-compiles boot0.exe for Windows on Debian, with libusb in it and only Windows' own DLLs:
#   scripts/windows.sh [x86_64|i686…]        both
# The result is build/windows-ARCHITECTURE/boot0.exe; its unit tests use the same build directory.
# Exits with 69 and a reason if the sources of libusb are not available.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- x86_64 i686

# boot0.exe calls nothing newer than Windows 7: slim locks with time-outs, GetLongPath.
arguments="'-D_WIN32_WINNT=0x0601', '-D__USE_MINGW_ANSI_STDIO=1'"

hardening() { # of an architecture: ASLR, DEP; GCC has no CFG
    local flags="'-Wl,--dynamicbase', '-Wl,--nxcompat', '-Wl,--no-insert-timestamp'"
    [ "$1" != x86_64 ] || flags="$flags, '-Wl,--high-entropy-va'"
    echo "$flags"
}

write_cross_file() { # ARCHITECTURE FILE
    local host=$1-w64-mingw32 family=$1
    [ "$1" != i686 ] || family=x86
    cat >"$2" <<END
[binaries]
c = ['ccache', '$host-gcc']
ar = '$host-ar'
strip = '$host-strip'
windres = '$host-windres'
pkgconfig = 'pkg-config'
exe_wrapper = '$PWD/scripts/wine.sh'
[properties]
pkg_config_libdir = '$PWD/build/windows/$host/lib/pkgconfig'
[built-in options]
c_args = [$arguments]
c_link_args = ['-static', $(hardening "$1")]
[host_machine]
system = 'windows'
cpu_family = '$family'
cpu = '$1'
endian = 'little'
END
    command -v ccache >/dev/null || sed -i "s/\['ccache', \(.*\)\]/\1/" "$2"
}

for architecture in "$@"; do
    scripts/windows-libraries.sh "$architecture-w64-mingw32"
    mkdir -p build/windows
    write_cross_file "$architecture" "build/windows/$architecture.cross"
    scripts/build.sh "build/windows-$architecture" --cross-file "build/windows/$architecture.cross" \
        --buildtype=release -Doptimization=2 -Ddefault_library=static -Db_pie=false -Dvboard=disabled \
        -Dmachine=disabled -Dserial=enabled -Dtests=enabled
    # strip writes a time into the program: that of the commit.
    SOURCE_DATE_EPOCH=$(scripts/version.sh --epoch) "$architecture-w64-mingw32-strip" -o "build/windows-$architecture/boot0.exe" \
        "build/windows-$architecture/cli/boot0.exe"
    # A copy that acts as dfu-util by its name, as elsewhere.
    cp "build/windows-$architecture/boot0.exe" "build/windows-$architecture/dfu-util.exe"
done
