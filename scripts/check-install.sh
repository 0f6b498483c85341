#!/usr/bin/env bash
# Checks what `make install` puts in place: with nothing but that, pkg-config finds the library, the
# example compiles and links, and program and command run.
set -euo pipefail
cd "$(dirname "$0")/.."
stage=$PWD/build/stage
rm -rf "$stage"

# A build of its own: the prefix of build/host is the user's.
scripts/build.sh build/install --prefix /usr -Dtests=disabled
DESTDIR=$stage meson install -C build/install --no-rebuild --quiet
(cd "$stage" && find . -type f -o -type l | sort)

libraries=$(dirname "$(find "$stage" -name libboot0.so)")
export PKG_CONFIG_SYSROOT_DIR=$stage PKG_CONFIG_PATH=$libraries/pkgconfig
version=$(pkg-config --modversion boot0)
read -ra cflags < <(pkg-config --cflags boot0)
read -ra libs < <(pkg-config --libs boot0-virtual boot0)
for example in examples/*.c; do
    program=build/stage/$(basename "$example" .c)
    cc -std=c11 -Wall -Wextra -Werror "${cflags[@]}" -o "$program" "$example" "${libs[@]}"
    # Without arguments it tells its usage (64) or succeeds, so it was found and could be started.
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
LD_LIBRARY_PATH=$libraries "$stage/usr/bin/boot0" version | grep -F "$version"
