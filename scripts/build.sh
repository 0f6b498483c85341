#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Configures and compiles one build directory, silently unless something fails:
#   scripts/build.sh DIRECTORY [MESON-SETUP-OPTION…]
# Options apply only to a new directory. Warnings are errors, so silence hides nothing. TARGETS
# lists the targets to build (empty: all).
set -euo pipefail
cd "$(dirname "$0")/.."

directory=$1
shift
# Several build directories compile the same sources: meson uses ccache where it is installed.
export CCACHE_DIR=${CCACHE_DIR:-$PWD/build/cache/ccache} CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD}
export CCACHE_NOHASHDIR=1
mkdir -p "$(dirname "$directory")"
log=$directory.log

quietly() {
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        echo "failed: $*" >&2
        exit 1
    fi
}

if [ ! -f "$directory/build.ninja" ]; then
    rm -rf "$directory"
    quietly meson setup "$@" "$directory"
fi
read -ra targets <<<"${TARGETS:-}"
quietly ninja --quiet -C "$directory" "${targets[@]}"
