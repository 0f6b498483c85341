# SPDX-License-Identifier: MIT
"""The failures of docs/howto/troubles.md: dfu-util shows the symptom on a virtual board, boot0 succeeds
on the same board or says what to do.
"""

import os
import re

from system import (BOOT0, Directory, check, equal, firmware, need, ordinary_user, read, run, say,
                    vboard, vboard_stats)

QUICK = "poll_address=0,poll_erase=0"  # dfu-util sleeps for the ROM's poll timeout
NODE = "$UMOCKDEV_DIR/dev/bus/usb/001/002"
SIZE = 6144
PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/howto/troubles.md")


def board(*faults, model="f407", **keys):
    keys = [f"{key}={value}" for key, value in keys.items()]
    return f"{model}:" + ",".join([QUICK, *keys, *(f"fault={fault}" for fault in faults)])


class Troubles:
    """Shared by the cases: a firmware file, and ways to run both programs."""

    def __init__(self, directory):
        self.directory = directory
        self.image = firmware(SIZE)
        self.source = directory.file("firmware.bin", self.image)
        self.flash = directory.file("flash")

    def dfu_util(self, boards, status, phrase, *arguments):
        """dfu-util's download exits with this status and prints this phrase."""
        arguments = arguments or ["-a", "0", "-s", "0x08000000", "-D", self.source]
        done = vboard(boards, ["dfu-util", *arguments], status)
        said = done.stdout + done.stderr
        check(phrase in said, f"dfu-util does not say {phrase!r}: {said}")
        check(phrase.split(":")[0].split(" 0x")[0] in read(PAGE).decode(), f"{phrase!r} is not in the page")

    def succeeds(self, fault=None, model="f407", *arguments):
        """boot0 flashes such a board, whose flash then holds the file."""
        if os.path.exists(self.flash):
            os.remove(self.flash)
        boards = board(*[fault] if fault else [], model=model, flash=self.flash)
        done = vboard(boards, [BOOT0, "flash", *arguments, self.source])
        equal(read(self.flash)[:SIZE], self.image, "what is in the flash")
        return done

    def explains(self, boards, status, *phrases, arguments=()):
        """boot0 fails, and its error has these phrases and a hint below it."""
        done = vboard(boards, [BOOT0, "flash", *(arguments or [self.source])], status)
        check_error(done, *phrases)


def check_error(done, *phrases):
    said = " ".join(done.stderr.split())
    for phrase in phrases:
        check(phrase in said, f"boot0 does not say {phrase!r}: {done.stderr}")
    check("\n       " in done.stderr[done.stderr.index("boot0: "):], f"no hint: {done.stderr}")


def error_state(t):
    say("1. dfuERROR, status 10")
    t.dfu_util(board(), 0, "DFU state(10) = dfuERROR, status(10)")
    done = t.succeeds()
    check("dfuERROR" not in done.stdout + done.stderr, "boot0 troubles the user with it")


def suffix(t):
    say("2. Invalid DFU suffix signature")
    t.dfu_util(board(), 0, "Invalid DFU suffix signature")
    check("suffix" not in t.succeeds().stderr, "boot0 warns")
    other = t.directory.file("other.dfu")
    run([BOOT0, "convert", "-F", "dfu", "--suffix", "1eaf:0003", t.source, other])
    t.dfu_util(board(), 64, "does not match device", "-d", "0483:df11", "-a", "0", "-s", "0x08000000",
               "-D", other)
    t.explains(board(), 65, "for another device", "1eaf:0003", "--ignore-suffix", arguments=[other])


def cannot_open(t):
    say("3. Cannot open DFU device, and 7. LIBUSB_ERROR_IO")
    spoil = f"rm {NODE}; mkdir {NODE};"  # replaces the device file by a directory: opening it fails
    done = vboard("f407", ["sh", "-c", f"{spoil} dfu-util -a 0 -s 0x08000000 -D {t.source}"], 74)
    check("Cannot open DFU device 0483:df11 found on devnum 2 (LIBUSB_ERROR_IO)" in done.stderr,
          done.stderr)
    done = vboard("f407", ["sh", "-c", f"{spoil} {BOOT0} flash {t.source}"], 74)
    check_error(done, "cannot open the board 0483:df11 at 1-1", "`boot0 doctor`")


def no_device(t):
    say("4. No DFU capable USB device available")
    t.dfu_util("f407:boot0=0", 74, "No DFU capable USB device available")
    t.explains("f407:boot0=0", 69, "no board in DFU mode was found", "BOOT0 to 3.3 V", "--wait")


def access(t):
    say("5. LIBUSB_ERROR_ACCESS")
    user = ordinary_user()  # root is allowed everything
    if user is None:
        return
    for path in [t.directory.path, t.source]:
        os.chmod(path, 0o755)
    shut = f"chmod -R a+rwX $UMOCKDEV_DIR; chmod 000 {NODE}; {user}"
    done = vboard("f407", ["sh", "-c", f"{shut} dfu-util -a 0 -s 0x08000000 -D {t.source}"], 74)
    check("found on devnum 2 (LIBUSB_ERROR_ACCESS)" in done.stderr, done.stderr)
    check("No DFU capable USB device available" in done.stderr, done.stderr)
    done = vboard("f407", ["sh", "-c", f"{shut} {BOOT0} flash {t.source}"], 77)
    check_error(done, "no permission", "`boot0 udev`")


def pipe(t):
    say("6. LIBUSB_ERROR_PIPE")
    t.dfu_util(board("stall@4"), 74, "LIBUSB_ERROR_PIPE")
    t.succeeds("stall@4")
    t.succeeds("stall@10")


def gone(t):
    say("8. LIBUSB_ERROR_NO_DEVICE")
    t.dfu_util(board("unplug@1"), 74, "LIBUSB_ERROR_NO_DEVICE")
    t.explains(board("unplug@20"), 74, "the board went away", "repeat the command")
    again = f"{BOOT0} flash {t.source} || {BOOT0} flash --wait=10 {t.source}"
    vboard(board("unplug@20:200", flash=t.flash), ["sh", "-c", again])
    equal(read(t.flash)[:SIZE], t.image, "after the second time")


def timeout(t):
    say("9. LIBUSB_ERROR_TIMEOUT")
    t.dfu_util(board("timeout@1"), 74, "LIBUSB_ERROR_TIMEOUT")
    t.succeeds("timeout@1")


def clear_status(t):
    say("10. error clear_status")
    t.dfu_util(board("stall@2"), 74, "error clear_status")
    t.succeeds("stall@2")


def lost_device(t):
    say("11. Lost device after RESET: a program that does not go to DFU mode")
    # The descriptors of a program: one run-time interface; the ROM behind them refuses DETACH.
    program = "+".join(["descriptor@16=01", *(f"descriptor@{at}=ff" for at in (23, 32, 41))])
    t.explains(board(program), 74, "rebooting the program into DFU mode", "into DFU mode")


def last_page(t):
    say("12. Last page is not writeable")
    large = t.directory.file("large.bin", firmware((1 << 20) + 4096))
    t.dfu_util(board(), 64, "Last page at 0x08100fff is not writeable", "-a", "0", "-s", "0x08000000",
               "-D", large)
    done, stats = vboard_stats(board(), [BOOT0, "flash", large], 65)
    check_error(done, "data at 0x08100000", "begins at 0x08000000 and has 1024 KiB")
    equal(stats[0]["sectors_erased"], 0, "sectors erased")


def wrong_state(t):
    say("13. Wrong state after command")
    t.dfu_util(board("status@3"), 76, 'Wrong state after command "ERASE_PAGE" download')
    t.succeeds("status@3")
    t.dfu_util("h743:" + QUICK, 74, "Device stuck after special command request", "-a", "0", "-s",
               "0x08100000", "-D", t.source)
    vboard("h743:" + QUICK, [BOOT0, "flash", "-A", "0x08100000", "--force", t.source])


def several_devices(t):
    say("14. more than one DFU capable USB device")
    t.dfu_util([board(), "f411"], 74, "More than one DFU capable USB device found!")
    t.explains([board(), "f411"], 69, "found 2 boards", "--path, --serial or -d", "1-2")
    vboard([board(), "f411"], [BOOT0, "flash", "--path", "1-2", t.source])


def several_alternates(t):
    say("15. more than one alternate setting, and no address")
    t.dfu_util(board(), 74, "More than one DFU capable USB device found!", "-s", "0x08000000", "-D",
               t.source)
    t.dfu_util(board(), 64, "for raw binary download, use the --dfuse-address option", "-a", "0",
               "-D", t.source)
    t.succeeds()


def read_protection(t):
    say("and: read protection")
    t.dfu_util(board(rdp=1), 74, "ERASE_PAGE not correctly executed")
    t.explains(board(rdp=1), 77, "read protection is on", "--unprotect")


def page():
    say("the page has fifteen sections, each with what happens, why, and what to do")
    sections = re.split(r"^## ", read(PAGE).decode(), flags=re.M)[1:]
    numbered = [section for section in sections if re.match(r"\d+\. ", section)]
    equal([int(section.split(".")[0]) for section in numbered], list(range(1, 16)), "numbers")
    for section in numbered:
        for part in ["**Cause.**", "**Cure.**", "**boot0**"]:
            check(part in section, f"{section.splitlines()[0]}: no {part}")


def main():
    need("dfu-util")
    page()
    for case in [error_state, suffix, cannot_open, no_device, access, pipe, gone, timeout,
                 clear_status, lost_device, last_page, wrong_state, several_devices,
                 several_alternates, read_protection]:
        with Directory() as directory:
            case(Troubles(directory))


main()
