#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds and installs: scripts/install.sh PREFIX [DESTDIR [BUILD-DIRECTORY]]
# Run as a user first (`make`), then as root if the prefix belongs to root. Root compiles nothing in
# a user's directory: outdated files are built as the user, and no file of root's remains.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=$1
destdir=${2:-}
directory=${3:-build/host}

owner=$(stat -c %u "$directory" 2>/dev/null || id -u)
as_owner=()
if [ "$(id -u)" -eq 0 ] && [ "$owner" -ne 0 ]; then
    as_owner=(setpriv "--reuid=$owner" "--regid=$(stat -c %g "$directory")" --clear-groups)
fi

is_current() { # writes nothing
    [ -f "$directory/build.ninja" ] && ninja -C "$directory" -n | grep -q 'no work to do' &&
        [ "$(scripts/configured.py "$directory" prefix)" = "$prefix" ]
}

if ! is_current; then
    "${as_owner[@]}" scripts/build-host.sh "$directory"
    if [ "$(scripts/configured.py "$directory" prefix)" != "$prefix" ]; then
        "${as_owner[@]}" meson configure "$directory" -Dprefix="$prefix"
        "${as_owner[@]}" scripts/build-host.sh "$directory"
    fi
fi
DESTDIR=$destdir meson install -C "$directory" --no-rebuild --quiet
if [ ${#as_owner[@]} -gt 0 ]; then
    chown --reference="$directory" "$directory/meson-logs/install-log.txt"
fi
# Lets programs find the new library at once; nothing loads libraries from a package's DESTDIR.
if [ -z "$destdir" ] && [ "$(id -u)" -eq 0 ] && command -v ldconfig >/dev/null; then
    ldconfig
fi
echo "Installed into $destdir$prefix. Try \`boot0 list\`; \`boot0 udev\` prints the rule that gives users access to boards."
