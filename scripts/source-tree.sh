#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copies the files of this tree that git tracks, or would add, into a new folder:
#   scripts/source-tree.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf "$1"
mkdir -p "$1"
git ls-files --cached --others --exclude-standard -z |
    while IFS= read -r -d '' name; do
        [ ! -e "$name" ] || printf '%s\0' "$name"
    done | tar --create --null --files-from=- | tar --extract --directory "$1"
