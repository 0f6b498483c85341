#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the missing Debian packages for parts of this repository:
#   scripts/install-packages.sh [--check] PART…
# PART is build, firmware, demo, lint, test, dist, windows, macos, deb, release, arduino, web,
# chromium, npm or pictures. Without the right to install, or with --check, it prints the command to type and
# exits with 69.
set -euo pipefail

build=(gcc libc6-dev make meson ninja-build pkg-config libusb-1.0-0-dev libserialport-dev
       libumockdev-dev libunicorn-dev umockdev)
firmware=(gcc-arm-none-eabi)
# The Arduino IDE's downloads: they contain libusb, which needs some more packages.
dist=("${build[@]}" "${firmware[@]}" bzip2 git libudev-dev python3)
# The IDE itself, with Java: not available everywhere, so the tests run without it.
arduino=("${dist[@]}" libnewlib-arm-none-eabi arduino)
# The flasher for the browser, and its test tools.
web=("${firmware[@]}" binaryen clang lld libclang-rt-14-dev-wasm32 meson ninja-build python3
     wasi-libc)
chromium=("${web[@]}" "${build[@]}" chromium nodejs xauth xdotool xvfb)
# A separate package where nodejs comes without it, as on Debian.
npm=(npm)
demo=("${build[@]}" "${firmware[@]}" dfu-util)
# boot0.exe: compilers, tools to unpack the libraries' sources, Wine to run it.
windows=("${build[@]}" gcc-mingw-w64-x86-64-win32 gcc-mingw-w64-i686-win32 dpkg-dev wine wine64
         wine64-tools libwine-dev)
# The compiler for macOS comes from npm, if npm is installed.
macos=("${build[@]}" ccache)
# Packages for Debian, and a bare Debian into which they are installed.
deb=("${build[@]}" "${firmware[@]}" debhelper debootstrap dpkg-dev git lintian)
# All archives; parsers for manifests, and emulators for other CPUs.
release=("${build[@]}" "${firmware[@]}" "${web[@]}" dpkg-dev gcc-aarch64-linux-gnu
         gcc-arm-linux-gnueabihf gcc-mingw-w64-i686-win32 gcc-mingw-w64-x86-64-win32 git libc6-dev
         libc6-dev-arm64-cross libc6-dev-armhf-cross python3-yaml qemu-user-static rpm ruby)
lint=("${build[@]}" clang clang-format clang-tidy cppcheck shellcheck)
test=("${demo[@]}" "${lint[@]}" ccache cmake g++ git libcmocka-dev libclang-rt-dev valgrind
      libnewlib-arm-none-eabi fwupd postgresql python3 python3-usb sqlite3 stm32flash udev usbutils
      groff zsh fish)
# Drawing docs/pictures, and recording the demo.
pictures=("${test[@]}" python3-pyte)

check=no
wanted=()
for argument in "$@"; do
    case $argument in
    --check) check=yes ;;
    build) wanted+=("${build[@]}") ;;
    firmware) wanted+=("${firmware[@]}") ;;
    dist) wanted+=("${dist[@]}") ;;
    arduino) wanted+=("${arduino[@]}") ;;
    web) wanted+=("${web[@]}") ;;
    chromium) wanted+=("${chromium[@]}") ;;
    npm) wanted+=("${npm[@]}") ;;
    demo) wanted+=("${demo[@]}") ;;
    lint) wanted+=("${lint[@]}") ;;
    windows) wanted+=("${windows[@]}") ;;
    macos) wanted+=("${macos[@]}") ;;
    deb) wanted+=("${deb[@]}") ;;
    release) wanted+=("${release[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    pictures) wanted+=("${pictures[@]}") ;;
    *)
        echo "usage: scripts/install-packages.sh [--check] build|firmware|demo|lint|test|pictures|dist|windows|macos|deb|release|arduino|web|chromium|npm…" >&2
        exit 64
        ;;
    esac
done

# Other systems have the same packages under other names. meson and the compilers report missing
# ones.
command -v dpkg-query >/dev/null || exit 0

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=()
while read -r package; do
    is_installed "$package" || missing+=("$package")
done < <(printf '%s\n' "${wanted[@]}" | sort -u)
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
    if [ $check = yes ] || ! sudo -n true 2>/dev/null; then
        check=yes
    fi
fi

if [ $check = yes ]; then
    {
        echo "These Debian packages are missing. Install them, then try again:"
        echo
        echo "  ${as_root[*]:+${as_root[*]} }apt-get install ${missing[*]}"
    } >&2
    exit 69
fi

echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

apt_get() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" </dev/null >>"$log" 2>&1
}
install_missing() {
    apt_get install --no-install-recommends "${missing[@]}"
}

# The lists of packages may be missing, or older than the archive: only then, update.
if ! install_missing; then
    if ! apt_get update || ! install_missing; then
        tail -n 30 "$log" >&2
        echo "The packages could not be installed; the last lines of apt-get are above." >&2
        exit 69
    fi
fi
