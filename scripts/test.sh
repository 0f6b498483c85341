#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs all tests: installs what they need, then runs scripts/test.py. Its last line holds the
# totals.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-packages.sh test
# Some of these packages are not available everywhere: their tests are then skipped, with the
# reason.
for part in arduino chromium windows macos deb release; do
    scripts/install-packages.sh $part >/dev/null 2>&1 ||
        echo "The packages for $part cannot be installed: skipping its tests."
done
if ! command -v npm >/dev/null && ! scripts/install-packages.sh npm >/dev/null 2>&1; then
    echo "npm cannot be installed: skipping most tests of the flasher for the browser."
fi
# Debian's Python has Debian's modules; another one in PATH does not.
exec /usr/bin/python3 scripts/test.py "$@"
