#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes all files of a release in build/release:
#   scripts/release.sh [--sample] [URL [REPOSITORY]]
# --sample makes only the archives of the source, the Arduino platform and the command for x86_64
# Linux. URL is the files' download address, REPOSITORY the address for git: manifests and the
# Arduino index contain them. The same tree makes the same bytes, in any folder. docs/howto/release.md
# lists the files. Exits with 69 and a reason if something it needs is not available.
set -euo pipefail
cd "$(dirname "$0")/.."

sample=no
if [ "${1:-}" = --sample ]; then
    sample=yes
    shift
fi
out=build/release
url=${1:-file://$PWD/$out}
repository=${2:-$url/boot0.git}
version=$(scripts/version.sh)
stage=$out/stage
linux=(x86_64-linux-gnu aarch64-linux-gnu arm-linux-gnueabihf)
windows=(x86_64 i686)

# The texts required by the licences of the statically linked code.
licences() { # FOLDER NAME=FILE…
    local pair
    mkdir -p "$1/licences"
    for pair in "${@:2}"; do
        cp "${pair#*=}" "$1/licences/${pair%%=*}.txt"
    done
    cp LICENSE "$1/"
}

copyright() { # of a Debian package
    echo "/usr/share/doc/$1/copyright"
}

pack_linux() { # HOST
    local host=$1 name=boot0-$version-$1 documents=build/linux-x86_64-linux-gnu/packaging share
    share=$stage/$name/share
    mkdir -p "$stage/$name/bin" "$share/man/man1" "$share/udev" "$share/completions"
    cp "build/linux-$host/boot0" "$stage/$name/bin/"
    cp "$documents"/boot0*.1 "$share/man/man1/"
    cp "$documents/boot0" "$share/completions/boot0.bash"
    cp "$documents/_boot0" "$documents/boot0.fish" "$share/completions/"
    cp packaging/60-boot0.rules "$share/udev/"
    cp README.md CHANGELOG.md "$stage/$name/"
    licences "$stage/$name" "glibc=$(copyright libc6-dev)" "gcc=$(copyright gcc-12-base)" \
        "libusb=$(copyright libusb-1.0-0-dev)" "libserialport=$(copyright libserialport-dev)"
    scripts/pack.py "$out/$name.tar.bz2" "$stage/$name"
}

pack_windows() { # ARCHITECTURE
    local name=boot0-$version-$1-windows
    mkdir -p "$stage/$name/bin"
    cp "build/windows-$1/boot0.exe" "$stage/$name/bin/"
    cp README.md CHANGELOG.md docs/howto/windows-driver.md "$stage/$name/"
    licences "$stage/$name" "mingw-w64=$(copyright mingw-w64-common)" \
        "gcc=$(copyright gcc-mingw-w64-base)" "libusb=$(copyright libusb-1.0-0-dev)"
    scripts/pack.py "$out/$name.zip" "$stage/$name"
}

pack_web() {
    cp -r build/web "$stage/boot0-web-$version"
    licences "$stage/boot0-web-$version" "wasi-libc=$(copyright wasi-libc)" \
        "compiler-rt=$(copyright libclang-rt-14-dev-wasm32)"
    scripts/pack.py "$out/boot0-web-$version.zip" "$stage/boot0-web-$version"
}

pack_source() {
    scripts/source-tree.sh "$stage/boot0-$version"
    scripts/pack.py "$out/boot0-$version.tar.gz" "$stage/boot0-$version"
}

write_sums() {
    local sums
    sums=$(cd $out && find . -type f -printf '%P\n' | LC_ALL=C sort | xargs sha256sum)
    echo "$sums" >$out/SHA256SUMS
}

[ $sample = no ] || linux=(x86_64-linux-gnu)
rm -rf $out
mkdir -p $stage
scripts/linux.sh "${linux[@]}"
for host in "${linux[@]}"; do pack_linux "$host"; done
scripts/pack-platform.sh $out
pack_source
if [ $sample = no ]; then
    TARGETS=cli/boot0.exe scripts/windows.sh "${windows[@]}"
    scripts/build-web.py
    for architecture in "${windows[@]}"; do pack_windows "$architecture"; done
    pack_web
    scripts/make-index.py $out "$url" >$out/package_boot0_index.json
    scripts/make-sbom.py $out "$url" >"$out/boot0-$version.spdx.json"
    scripts/make-manifests.py $out "$url" "$repository"
fi
rm -rf $stage
write_sums
