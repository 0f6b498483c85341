#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Formats all C sources by .clang-format.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files --cached --others --exclude-standard -z -- '*.c' '*.h' | xargs -0 clang-format -i
