#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes the Arduino IDE's downloads in build/dist: the platform, the boot0 command for this machine,
# and the index that lists them. `make release` has the command for all machines.
#   scripts/dist.sh [URL]      where the archives will be, for the index
# The same sources make the same bytes: names in order, no times but that of the last commit.
set -euo pipefail
cd "$(dirname "$0")/.."

url=${1:-file://$PWD/build/dist}
name=boot0-$(scripts/version.sh)-$(uname -m)-linux-gnu
stage=build/dist/stage

rm -rf build/dist
mkdir -p "$stage/$name/bin"

# The command needs nothing beyond a plain system: it contains our libraries, those that are rarely
# installed, and the bootloaders for boards.
scripts/build.sh build/dist-host --buildtype=release --strip -Ddefault_library=static \
    -Dprefer_static=true -Dtests=disabled -Dvboard=disabled -Dmachine=disabled \
    -Dserial=enabled -Dbootloaders=enabled
strip -o "$stage/$name/bin/boot0" build/dist-host/cli/boot0
cp LICENSE "$stage/$name/"
scripts/pack.py "build/dist/$name.tar.bz2" "$stage/$name"

scripts/pack-platform.sh build/dist
scripts/make-index.py build/dist "$url" >build/dist/package_boot0_index.json
rm -rf "$stage"
ls -l build/dist
