#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks the packages in build/deb: lintian finds nothing, a bare Debian 12 installs them, sets up
# and flashes a new board with nothing else, and their removal leaves nothing behind. Exits with 69
# and a reason if that bare Debian cannot be made.
set -euo pipefail
cd "$(dirname "$0")/.."
base=$PWD/build/cache/bookworm
root=$PWD/build/deb/root
packages=(boot0 libboot0-0 libboot0-dev vboard)

unavailable() {
    echo "No bare Debian to install into: $1" >&2
    exit 69
}

check_form() {
    lintian --allow-root --info --display-info --fail-on error,warning,info build/deb/*.changes
}

# Kept in build/cache for the next run.
make_base() {
    local mirror
    [ -f "$base/complete" ] && return
    command -v debootstrap >/dev/null || unavailable "debootstrap is not installed"
    # shellcheck disable=SC2016 # the format is apt's
    mirror=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
        awk '$1 == "Debian" && $2 == "bookworm" { print $3; exit }')
    [ -n "$mirror" ] || unavailable "apt has no packages of Debian 12"
    rm -rf "$base"
    mkdir -p "$base"
    debootstrap --variant=minbase bookworm "$base" "$mirror" >"$base.log" 2>&1 ||
        unavailable "see $base.log"
    # apt with this machine's configuration.
    rm -rf "$base/etc/apt"
    cp -a /etc/apt "$base/etc/apt"
    find "$base/etc/apt/sources.list.d" -type f ! -name 'debian*' -delete
    touch "$base/complete"
}

# In separate namespaces: mounts and processes there end with it.
inside() {
    # shellcheck disable=SC2016 # for the shell inside
    unshare --mount --pid --fork --kill-child bash -c '
        root=$1
        shift
        mount -t proc proc "$root/proc"
        mount -t sysfs -o ro sysfs "$root/sys"
        mount --rbind /dev "$root/dev"
        exec chroot "$root" "$@"' inside "$root" env -i HOME=/root TERM=dumb \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
}

install_packages() {
    rm -rf "$root"
    cp -a --reflink=auto "$base" "$root"
    mkdir -p "$root/packages"
    cp build/deb/*.deb "$root/packages/"
    cp build/firmware/hello.elf "$root/root/"
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    inside sh -c 'apt-get -q update && apt-get -q -y install --no-install-recommends udev /packages/*.deb' \
        >build/deb/install.log 2>&1 || {
        tail -n 20 build/deb/install.log >&2
        exit 1
    }
}

# The steps of README.md, "Flash your board", with a virtual board in place of the real one.
check_first_flash() {
    inside sh -ec '
        cd /root
        boot0 --virtual f407 list | grep -F "F405/407"
        boot0 install-bootloader --yes --virtual f407:flash=board.bin,boot0=button
        boot0 flash --virtual f407:flash=board.bin,boot0=0 hello.elf
        boot0 verify --virtual f407:flash=board.bin,boot0=0 hello.elf
        vboard f407:flash=board.bin,boot0=0 -- boot0 list'
}

check_files() {
    # shellcheck disable=SC2016 # for the shell inside
    inside sh -ec '
        for file in man/man1/boot0.1.gz man/man1/vboard.1.gz man/man3/libboot0.3.gz \
            bash-completion/completions/boot0 zsh/vendor-completions/_boot0 \
            fish/vendor_completions.d/boot0.fish; do
            dpkg --search "/usr/share/$file"
        done
        bash -n /usr/share/bash-completion/completions/boot0
        udevadm test /sys/class/mem/null 2>&1 | tee /root/udev.log |
            grep -F "Reading rules file: /lib/udev/rules.d/60-boot0.rules" ||
            grep -F "Reading rules file: /usr/lib/udev/rules.d/60-boot0.rules" /root/udev.log
        ! grep -F "60-boot0.rules:" /root/udev.log'
}

check_removal() {
    inside sh -ec '
        dpkg --purge "$@" >/dev/null
        ! find / -xdev -not -path "/root/*" -not -path "/packages/*" \( -name "*boot0*" -o -name "*vboard*" \) | grep .
        ' removal "${packages[@]}"
}

check_form
[ "$(id -u)" -eq 0 ] || unavailable "only root can make it"
[ -f build/firmware/hello.elf ] || scripts/firmware.sh >/dev/null
make_base
install_packages
check_first_flash
check_files
check_removal
rm -rf "$root"
