#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compiles the installed parts into build/host: libboot0, boot0, vboard. The tests have their own
# build directories, see scripts/test.py.
#   scripts/build-host.sh [DIRECTORY]      build/host
set -euo pipefail
cd "$(dirname "$0")/.."
directory=${1:-build/host}

embeds_bootloaders() {
    grep -q 'embed-bootloaders.py .*--\(build\|from\) ' "$directory/build.ninja"
}
option() {
    scripts/configured.py "$directory" "$1"
}

scripts/build.sh "$directory" -Dtests=disabled -Dvboard=enabled -Dserial=enabled
embeds_bootloaders && exit
# The compiler for boards may have been installed after this directory was configured.
if command -v arm-none-eabi-gcc >/dev/null && [ "$(option bootloaders)" = auto ]; then
    meson setup --reconfigure "$directory" >"$directory.log" 2>&1 || {
        cat "$directory.log" >&2
        exit 1
    }
    scripts/build.sh "$directory"
fi
embeds_bootloaders || cat >&2 <<END
Note: this boot0 is built without the bootloaders for boards: \`boot0 install-bootloader\` needs a
      FILE. To include them, install arm-none-eabi-gcc (Debian: gcc-arm-none-eabi) and run make again.
END
