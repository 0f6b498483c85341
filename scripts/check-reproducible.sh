#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes archives of build/release once more, in another folder and without the compiler cache, and
# compares them:
#   scripts/check-reproducible.sh [--all]
# Without --all it makes only the source, the Arduino platform, and the command for x86_64 Linux
# with its bootloaders.
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
differs=no
while read -r name; do
    if cmp "$out/$name" "$again/build/release/$name"; then
        echo "identical: $name"
    else
        differs=yes
    fi
done < <(cd "$again/build/release" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort)
[ $differs = no ] || exit 1
rm -rf build/again
