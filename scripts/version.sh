#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Prints this tree's version, or the time of its last commit, which is the time of all archives:
#   scripts/version.sh [--epoch]
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = --epoch ]; then
    echo "${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}"
else
    sed -n "s/^  version: '\(.*\)',/\1/p" meson.build | head -n 1
fi
