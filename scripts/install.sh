#!/usr/bin/env bash
# Builds and installs: scripts/install.sh PREFIX [DESTDIR]
# Run as a user first (`make`), then as root for a prefix that is root's: nothing is compiled then.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=$1
destdir=${2:-}

configured_prefix() {
    meson introspect --buildoptions build/host | /usr/bin/python3 -c '
import json, sys
print(next(row["value"] for row in json.load(sys.stdin) if row["name"] == "prefix"))'
}

scripts/build-host.sh
if [ "$(configured_prefix)" != "$prefix" ]; then
    meson configure build/host -Dprefix="$prefix"
    scripts/build-host.sh
fi
DESTDIR=$destdir meson install -C build/host --no-rebuild --quiet
# The bootloader for boards, if it was compiled: it needs a compiler that not everybody has.
if compgen -G 'build/firmware/bootloader-*.bin' >/dev/null; then
    install -d "$destdir$prefix/share/boot0"
    install -m 644 build/firmware/bootloader-*.bin "$destdir$prefix/share/boot0"
else
    echo "boot0's bootloader for boards is left out: \`make firmware\` before compiles it."
fi
# So that programs find the new library at once; a package's DESTDIR is nobody's to look into yet.
if [ -z "$destdir" ] && [ "$(id -u)" -eq 0 ] && command -v ldconfig >/dev/null; then
    ldconfig
fi
echo "Installed into $destdir$prefix. Try \`boot0 list\`; \`boot0 udev\` lets users reach boards."
