#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes archives of build/release once more, in another folder and without the compiler cache, and
# compares them:
#   scripts/check-reproducible.sh [--all]
# Without --all it is the source, the Arduino platform, and the command for x86_64 Linux with the
# bootloaders in it.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/build/release
again=$PWD/build/again/a-folder-of-another-name
parts=(--sample)
[ "${1:-}" != --all ] || parts=()

rm -rf build/again
scripts/source-tree.sh "$again"
# The unpacked packages of Debian are input; libusb is compiled again.
mkdir -p "$again/build/linux" "$again/build/windows"
cp -a build/linux/sources build/linux/package-* "$again/build/linux/"
[ ${#parts[@]} -gt 0 ] || cp -a build/windows/sources "$again/build/windows/"
(
    SOURCE_DATE_EPOCH=$(scripts/version.sh --epoch)
    export SOURCE_DATE_EPOCH CCACHE_DISABLE=1
    cd "$again"
    git init --quiet
    git add --all
    scripts/release.sh "${parts[@]}" "file://$out"
)
for archive in "$again"/build/release/*; do
    name=$(basename "$archive")
    # Of a sample this file names other archives.
    [ "$name" != SHA256SUMS ] || [ ${#parts[@]} -eq 0 ] || continue
    [ -f "$archive" ] || continue
    cmp "$out/$name" "$archive"
    echo "the same bytes: $name"
done
rm -rf build/again
