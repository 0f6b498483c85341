#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs a program for Windows under Wine, without a display and without Wine's own words:
#   scripts/wine.sh PROGRAM.exe [ARGUMENT…]
# WINEPREFIX says which Windows; else it is build/windows/prefix.
set -euo pipefail
export WINEPREFIX=${WINEPREFIX:-$(realpath "$(dirname "$0")/..")/build/windows/prefix}
export WINEDEBUG=${WINEDEBUG:--all} WINEDLLOVERRIDES=${WINEDLLOVERRIDES:-mscoree,mshtml,winemenubuilder.exe=}
# Names of files are the host's bytes by its locale: in "C" there would be ASCII only.
[ -n "${LC_ALL:-}${LC_CTYPE:-}${LANG:-}" ] || export LC_ALL=C.UTF-8
unset DISPLAY WAYLAND_DISPLAY
exec "${WINE:-wine}" "$@"
