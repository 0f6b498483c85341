#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# All tests: installs what they need, then runs scripts/test.py. Its last line holds the totals.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-packages.sh test
if ! scripts/install-packages.sh arduino >/dev/null 2>&1; then
    echo "The packages of the Arduino IDE cannot be installed: its tests will be skipped."
fi
if ! scripts/install-packages.sh chromium >/dev/null 2>&1; then
    echo "The packages of the flasher for the browser cannot be installed: its tests will be skipped."
fi
if ! command -v npm >/dev/null && ! scripts/install-packages.sh npm >/dev/null 2>&1; then
    echo "npm cannot be installed: most tests of the flasher for the browser will be skipped."
fi
if ! scripts/install-packages.sh windows >/dev/null 2>&1; then
    echo "The packages for Windows cannot be installed: its tests will be skipped."
fi
# Debian's Python has Debian's modules; another one in PATH has not.
exec /usr/bin/python3 scripts/test.py "$@"
