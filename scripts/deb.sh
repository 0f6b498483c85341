#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the Debian packages boot0, libboot0-0, libboot0-dev and vboard into build/deb, from the
# files of this tree that git tracks or would add.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(scripts/version.sh)
stage=build/deb/boot0-$version
[ "$version" = "$(dpkg-parsechangelog --show-field Version)" ] || {
    echo "debian/changelog and meson.build have different versions." >&2
    exit 1
}
rm -rf build/deb
scripts/source-tree.sh "$stage"

export CCACHE_DIR=${CCACHE_DIR:-$PWD/build/cache/ccache} CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD}
export CCACHE_NOHASHDIR=1 SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(scripts/version.sh --epoch)
log=build/deb/build.log
# Packages with debug symbols would take half of the time.
(cd "$stage" && DEB_BUILD_OPTIONS="noautodbgsym parallel=$(nproc) ${DEB_BUILD_OPTIONS:-}" \
    dpkg-buildpackage --no-sign --build=full) >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    echo "dpkg-buildpackage failed; its output is in $log" >&2
    exit 1
}
rm -rf "$stage"
ls build/deb/*.deb
