#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# For tests of USB under Wine, which has no WinUSB: builds boot0.exe with a libusb-1.0.dll in place
# of the linked-in libusb, into build/windows/usb. The DLL forwards to the host's libusb. Otherwise
# this boot0.exe equals the one from scripts/windows.sh. Exits with 69 if winegcc is missing
# (packages wine64-tools and libwine-dev).
set -euo pipefail
cd "$(dirname "$0")/.."

command -v winegcc >/dev/null || {
    echo "winegcc is missing: USB under Wine cannot be tested." >&2
    exit 69
}
here=$PWD/build/windows/usb
mkdir -p "$here"
# winegcc would take the host's libusb for Windows', so gcc compiles this.
gcc -O2 -fPIC -Wall -Wextra -Werror -c tests/windows/libusb_forward.c -o "$here/libusb_forward.o"
winegcc -shared -m64 -o "$here/libusb-1.0.dll.so" "$here/libusb_forward.o" \
    tests/windows/libusb_forward.spec -lusb-1.0
# Wine looks for this file beside the program to learn that it must load the other one.
winebuild --dll --fake-module -m64 -E tests/windows/libusb_forward.spec -F libusb-1.0.dll \
    -o "$here/libusb-1.0.dll"
{
    echo EXPORTS
    sed -n 's/^@ stdcall \([a-z_]*\)(.*/\1/p' tests/windows/libusb_forward.spec
} >"$here/libusb.def"
x86_64-w64-mingw32-dlltool -d "$here/libusb.def" -D libusb-1.0.dll -l "$here/libusb-1.0.a"
link=$(ninja -C build/windows-x86_64 -t commands cli/boot0.exe | tail -n 1)
link=${link/-o cli\/boot0.exe/-o $here/boot0.exe}
link=${link//$PWD\/build\/windows\/x86_64-w64-mingw32\/lib\/libusb-1.0.a/$here/libusb-1.0.a}
(cd build/windows-x86_64 && eval "$link")
[[ $(objdump -p "$here/boot0.exe") == *'DLL Name: libusb-1.0.dll'* ]]
cp "$here/boot0.exe" "$here/dfu-util.exe"
