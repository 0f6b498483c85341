#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compares the symbols that libboot0 exports with the list in tests/exports.txt, so that none is
# added or removed by accident:
#   scripts/check-exports.sh [--update] LIBRARY
set -euo pipefail
list=$(dirname "$0")/../tests/exports.txt

exported() {
    # Each function carries the version of lib/libboot0.map, which is a separate symbol.
    nm --dynamic --defined-only --format=posix "$1" | awk '$2 != "A" { print $1 }' |
        sed -n 's/@@BOOT0_0$//p; t; s/$/ (without a version)/p' | LC_ALL=C sort
}

if [ "$1" = --update ]; then
    exported "$2" >"$list"
elif ! diff -u --label tests/exports.txt --label "$1" "$list" <(exported "$1"); then
    echo "The library's exported symbols have changed. If this is intended, run:" >&2
    echo "  scripts/check-exports.sh --update $1" >&2
    exit 1
fi
