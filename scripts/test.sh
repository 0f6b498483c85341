#!/usr/bin/env bash
# All tests: installs what they need, then runs scripts/test.py. Its last line holds the totals.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-packages.sh test
# Debian's Python has Debian's modules; another one in PATH has not.
exec /usr/bin/python3 scripts/test.py "$@"
