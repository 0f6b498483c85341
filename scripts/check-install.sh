#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks the result of `make install`. With nothing else, pkg-config finds the library, the examples
# compile and link, the programs run, and boot0 installs its bootloader on a board from an empty
# directory. The same build without a compiler for boards reports what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
stage=$PWD/build/stage
build=build/install # a separate one: the prefix of build/host is the user's
rm -rf "$stage"
mkdir -p "$stage/empty"

check_library() {
    local libraries version cflags libs example program header language
    libraries=$(dirname "$(find "$stage/usr" -name libboot0.so)")
    export PKG_CONFIG_PATH=$libraries/pkgconfig
    version=$(pkg-config --modversion boot0)
    read -ra cflags < <(pkg-config --cflags boot0)
    read -ra libs < <(pkg-config --libs boot0-virtual boot0)
    for example in examples/*.c; do
        program=$stage/$(basename "$example" .c)
        cc -std=c11 -Wall -Wextra -Werror "${cflags[@]}" -o "$program" "$example" "${libs[@]}"
        # Without arguments it prints its usage (64) or succeeds: it was found and could be started.
        LD_LIBRARY_PATH=$libraries "$program" >"$program.out" 2>&1 && status=0 || status=$?
        cat "$program.out"
        [ "$status" -eq 0 ] || [ "$status" -eq 64 ] || exit 1
    done
    # Every public header compiles by itself, as C and as C++.
    for header in "$stage"/usr/include/boot0/*.h; do
        for language in c c++; do
            echo "#include <boot0/$(basename "$header")>" |
                clang -Wall -Wextra -Werror -pedantic -fsyntax-only -x "$language" "${cflags[@]}" -
        done
    done
    "$stage/usr/bin/boot0" version | grep -F "$version"
}

# A new board, from an empty directory, with only the installed files.
check_board() {
    local binary=$root/build/firmware/bootloader-generic-f407.bin
    cp build/firmware/hello.elf "$stage/"
    (
        cd "$stage/empty"
        export PATH=$stage/usr/bin:/usr/bin:/bin
        vboard f407:flash=../flash.bin,boot0=button -- boot0 install-bootloader --yes
        cmp --bytes="$(stat -c %s "$binary")" ../flash.bin "$binary"
        vboard f407:flash=../flash.bin,boot0=0 -- boot0 flash ../hello.elf
        [ -z "$(ls -A)" ]
    )
}

# As root, with a user's build directory: no file in it becomes root's.
check_ownership() {
    local foreign
    [ "$(id -u)" -eq 0 ] || return 0
    trap 'chown -R 0:0 $build' EXIT
    chown -R 65534:65534 $build
    scripts/install.sh "$stage/usr" "$stage/destination" $build
    foreign=$(find $build ! -user 65534)
    chown -R 0:0 $build
    [ -z "$foreign" ] || {
        echo "files of root in the user's $build: $foreign" >&2
        exit 1
    }
    diff <(cd "$stage/usr" && find . | sort) <(cd "$stage/destination$stage/usr" && find . | sort)
}

# Without a compiler for boards, and with one that is installed afterwards.
check_without_compiler() {
    local status=0
    mkdir "$stage/bin"
    find /usr/bin /bin -mindepth 1 -maxdepth 1 ! -name 'arm-none-eabi-*' \
        -exec ln -sf -t "$stage/bin" {} +
    PATH=$stage/bin meson setup --reconfigure $build >$build.log
    PATH=$stage/bin scripts/build-host.sh $build 2>"$stage/note"
    grep -F gcc-arm-none-eabi "$stage/note"
    $build/cli/boot0 install-bootloader --virtual f407 2>"$stage/missing" || status=$?
    cat "$stage/missing"
    [ "$status" -eq 66 ]
    grep -F gcc-arm-none-eabi "$stage/missing"
    $build/cli/boot0 install-bootloader --virtual f407 build/firmware/bootloader-generic-f407.bin
    scripts/build-host.sh $build
    $build/cli/boot0 install-bootloader --list | grep generic-f407
    # Prebuilt bootloaders, as in a distribution.
    PATH=$stage/bin meson setup --reconfigure -Dbootloader_binaries=build/firmware $build >$build.log
    PATH=$stage/bin scripts/build-host.sh $build
    $build/cli/boot0 install-bootloader --list | grep generic-f407
    meson configure -Dbootloader_binaries= $build
}

scripts/install.sh "$stage/usr" "" $build
(cd "$stage" && find usr -type f -o -type l | sort)
BOOT0=$stage/usr/bin/boot0 scripts/firmware.sh
check_library
check_board
check_ownership
check_without_compiler
