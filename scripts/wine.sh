#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs a program for Windows under Wine, without a display and without Wine's own messages:
#   scripts/wine.sh PROGRAM.exe [ARGUMENT…]
# WINEPREFIX selects the Windows (default: build/windows/prefix).
set -euo pipefail
export WINEPREFIX=${WINEPREFIX:-$(realpath "$(dirname "$0")/..")/build/windows/prefix}
export WINEDEBUG=${WINEDEBUG:--all} WINEDLLOVERRIDES=${WINEDLLOVERRIDES:-mscoree,mshtml,winemenubuilder.exe=}
# File names are the host's bytes in its locale: "C" would restrict them to ASCII.
[ -n "${LC_ALL:-}${LC_CTYPE:-}${LANG:-}" ] || export LC_ALL=C.UTF-8
unset DISPLAY WAYLAND_DISPLAY
exec "${WINE:-wine}" "$@"
