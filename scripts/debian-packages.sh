#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Unpacks packages of Debian into a folder, once:
#   scripts/debian-packages.sh FOLDER PACKAGE…                      source packages
#   scripts/debian-packages.sh --binary ARCHITECTURE FOLDER PACKAGE…
#                                                   binary packages: into FOLDER/usr/…
# apt downloads them from this machine's sources, with a separate apt configuration in FOLDER: the
# machine's stays unchanged. Exits with 69 and a reason if they are not available.
set -euo pipefail

architecture=
if [ "$1" = --binary ]; then
    architecture=$2
    shift 2
fi
mkdir -p "$1"
here=$(realpath "$1")
shift
packages=$*
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
log=$here/apt.log

[ "$(cat "$here/complete" 2>/dev/null)" = "$packages" ] && exit 0

unavailable() {
    echo "cannot download Debian's packages $packages: $1" >&2
    exit 69
}

apt_here() {
    local options=(-o "Dir::Etc::SourceList=$here/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$here/apt/lists" -o "Dir::Cache=$here/apt"
        -o APT::Sandbox::User=root -o Acquire::Languages=none)
    [ -z "$architecture" ] || options+=(-o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture")
    "$1" "${options[@]}" "${@:2}"
}

get() {
    if [ -z "$architecture" ]; then
        apt_here apt-get -q source "$@"
    else
        apt_here apt-get -q download "$@"
        find . -maxdepth 1 -name '*.deb' -exec dpkg-deb -x {} . \;
    fi
}

command -v apt-get >/dev/null || unavailable "there is no apt-get"
command -v dpkg-source >/dev/null || unavailable "there is no dpkg-source (package dpkg-dev)"
mkdir -p "$here/apt/lists/partial" "$here/apt/archives/partial"
kind=deb-src
[ -z "$architecture" ] || kind=deb
# shellcheck disable=SC2016 # the format is apt's
apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Created-By: Packages' | awk -v keyring="$keyring" -v kind=$kind '
        $1 == "Debian" { print kind " [signed-by=" keyring "] " $2 " " $3 " " $4 }' |
    sort -u >"$here/apt/sources.list"
[ -s "$here/apt/sources.list" ] || unavailable "apt has no packages of Debian"
# A list that cannot be downloaded may not be the one with these packages.
apt_here apt-get -q update >"$log" 2>&1 || true
(cd "$here" && get "$@") >>"$log" 2>&1 || unavailable "see $log"
echo "$packages" >"$here/complete"
