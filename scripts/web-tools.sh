#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the tools that check and test the flasher from npm into build/web-tools, in the versions
# of web/package-lock.json. No scripts of packages run.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly tools=build/web-tools
mkdir -p "$tools"
if [ -e "$tools/node_modules/.package-lock.json" ] &&
    cmp -s web/package-lock.json "$tools/package-lock.json"; then
    exit 0
fi
rm -f "$tools/package-lock.json"
cp web/package.json web/.npmrc "$tools"
cp web/package-lock.json "$tools/package-lock.json"
if ! npm ci --ignore-scripts --prefix "$tools"; then
    rm -f "$tools/package-lock.json"
    exit 69
fi
