#!/usr/bin/env bash
# Compiles what is installed into build/host: libboot0, boot0, vboard. The tests have their own
# build directories, see scripts/test.py.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh build/host -Dtests=disabled -Dvboard=enabled -Dserial=enabled
