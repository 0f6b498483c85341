#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Puts all C sources into the shape that .clang-format describes.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files --cached --others --exclude-standard -z -- '*.c' '*.h' | xargs -0 clang-format -i
