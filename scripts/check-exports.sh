#!/usr/bin/env bash
# Compares the symbols that libboot0 exports with the list in tests/exports.txt, so that none
# appears or goes by accident:
#   scripts/check-exports.sh [--update] LIBRARY
set -euo pipefail
list=$(dirname "$0")/../tests/exports.txt

exported() {
    nm --dynamic --defined-only --format=posix "$1" | cut -d ' ' -f 1 | LC_ALL=C sort
}

if [ "$1" = --update ]; then
    exported "$2" >"$list"
elif ! diff -u --label tests/exports.txt --label "$1" "$list" <(exported "$1"); then
    echo "The library's exported symbols have changed. If that is meant:" >&2
    echo "  scripts/check-exports.sh --update $1" >&2
    exit 1
fi
