#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks build/release: SHA256SUMS, the forms of manifests, index and SBOM. Each program for Linux
# must run, on an emulated CPU where it is not this machine's, and set up and flash a virtual board
# with no other files.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
out=$PWD/build/release
firmware=$PWD/build/firmware
version=$(scripts/version.sh)
stage=$PWD/build/release-check
declare -A emulators=([x86_64-linux-gnu]='' [aarch64-linux-gnu]=qemu-aarch64-static
    [arm-linux-gnueabihf]=qemu-arm-static)

fail() {
    echo "check-release: $*" >&2
    exit 1
}

check_sums() {
    (cd "$out" && sha256sum --check --quiet SHA256SUMS)
    diff <(cd "$out" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort) \
        <(sed 's/^[0-9a-f]*  //' "$out/SHA256SUMS") || fail "SHA256SUMS does not name all files"
}

check_program() { # HOST FILE
    local headers type=DYN
    [ "$1" != arm-linux-gnueabihf ] || type=EXEC # scripts/linux.sh has the reason
    shift
    headers=$(readelf --wide --file-header --program-headers --dynamic "$1")
    [[ $headers =~ Type:\ +$type ]] || fail "$1: not position independent"
    [[ $headers == *' GNU_RELRO '* && $headers != *' INTERP '* && $headers != *'(NEEDED)'* ]] ||
        fail "$1: not linked statically, or its relocations can be written"
    [[ $headers =~ GNU_STACK[^$'\n']*RW\ ' ' ]] || fail "$1: its stack can be executed"
    grep -qF "stack smashing detected" "$1" || fail "$1: no stack protector"
    ! grep -qF "$root" "$1" || fail "$1: names a folder of this machine"
}

is_written() { # FILE FLASH
    cmp --bytes="$(stat -c %s "$firmware/$1")" "$firmware/$1" "$2"
}

# The steps of README.md, "Flash your board", for the bootloader in ROM.
check_linux() { # HOST
    local archive=$out/boot0-$version-$1.tar.bz2 boot0=$stage/boot0-$version-$1/bin/boot0
    local run=("$boot0")
    [ -z "${emulators[$1]}" ] || run=("${emulators[$1]}" "$boot0")
    tar --extract --file "$archive" --directory "$stage"
    check_program "$1" "$boot0"
    [ -s "${boot0%/bin/boot0}/share/man/man1/boot0-flash.1" ] || fail "$archive: no man pages"
    (
        cd "$stage/empty"
        "${run[@]}" version | grep -F "boot0 $version"
        "${run[@]}" list --virtual f407 | grep -F "F405/407"
        "${run[@]}" flash --no-run --virtual "f407:flash=../$1.bin" "$firmware/blink.elf"
        "${run[@]}" verify --virtual "f407:flash=../$1.bin" "$firmware/blink.elf"
        is_written blink.bin "../$1.bin"
        "${run[@]}" install-bootloader --yes --virtual "f407:flash=../$1.bin"
        is_written bootloader-generic-f407.bin "../$1.bin"
        [ -z "$(ls -A)" ]
    )
}

check_index() {
    python3 - "$out" "$version" <<'END'
import hashlib, json, pathlib, sys
out, version = pathlib.Path(sys.argv[1]), sys.argv[2]
package = json.loads((out / "package_boot0_index.json").read_text())["packages"][0]
entries = package["platforms"] + package["tools"][0]["systems"]
hosts = {entry["host"] for entry in package["tools"][0]["systems"]}
assert hosts == {"x86_64-pc-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf",
                 "x86_64-mingw32", "i686-mingw32"}, hosts
for entry in entries:
    data = (out / entry["archiveFileName"]).read_bytes()
    assert entry["checksum"] == "SHA-256:" + hashlib.sha256(data).hexdigest(), entry
    assert entry["size"] == str(len(data)), entry

sbom = json.loads((out / f"boot0-{version}.spdx.json").read_text())
known = {"SPDXRef-DOCUMENT"} | {package["SPDXID"] for package in sbom["packages"]}
for relationship in sbom["relationships"]:
    assert {relationship["spdxElementId"], relationship["relatedSpdxElement"]} <= known, relationship
described = {package["packageFileName"]: package["checksums"][0]["checksumValue"]
             for package in sbom["packages"] if "packageFileName" in package}
archives = [path for path in out.iterdir() if path.suffix in (".gz", ".bz2", ".zip")]
assert described == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in archives}
linked = {r["spdxElementId"] for r in sbom["relationships"] if r["relationshipType"] == "STATIC_LINK"}
assert len(linked) == 6, linked
print(f"index: {len(hosts)} hosts; SBOM: {len(described)} archives, {len(linked)} with linked parts")
END
}

rm -rf "$stage"
mkdir -p "$stage/empty"
[ -f "$firmware/blink.bin" ] || scripts/firmware.sh >/dev/null
check_sums
scripts/check-manifests.py "$out/manifests"
check_index
for host in "${!emulators[@]}"; do
    [ -z "${emulators[$host]}" ] || command -v "${emulators[$host]}" >/dev/null ||
        fail "there is no ${emulators[$host]} (package qemu-user-static)"
    check_linux "$host"
done
rm -rf "$stage"
