# SPDX-License-Identifier: MIT
"""Boards with faults: dfu-util fails as it does on real ones, vboard ends cleanly, and every client
sees boards that come back.
"""

from system import (Directory, check, equal, firmware, need, read, say, until, vboard,
                    vboard_stats)

QUICK = "poll_address=0,poll_erase=0"
FLASH = "0x08000000"


def download(source):
    return ["dfu-util", "-a", "0", "-s", FLASH, "-D", source]


def fails(directory):
    source = directory.file("source.bin", firmware(6144))
    for fault, message in [
        ("unplug@12", "Error during download"),
        ("stall@12", "Error during download"),
        ("powercut@2", "Error during"),
    ]:
        say(f"{fault}: dfu-util fails, and says so")
        done, _ = vboard_stats(f"f407:{QUICK},fault={fault}", download(source), 74)
        check(message in done.stdout + done.stderr, f"{message} is not what dfu-util says")


def never_answered(directory):
    say("timeout@3: dfu-util gives up after its 5 s, and the board is as before")
    source = directory.file("source.bin", firmware(2048))
    done = vboard(f"f407:{QUICK},fault=timeout@3",
                  ["sh", "-c", " ".join(download(source)) + "; dfu-util -l"])
    check("Found DFU" in done.stdout, "the board does not answer any more")


def killed(directory):
    say("a client that is killed in the middle of a request gives the board free")
    source = directory.file("source.bin", firmware(2048))
    command = " ".join(download(source))
    log = directory.file("log")
    done = vboard(f"f407:{QUICK},fault=timeout@3",
                  ["sh", "-c", f"{command} >{log} & {until(f'grep -q Clearing {log}')}; kill -KILL $!; "
                               f"wait $!; {command}"])
    check("File downloaded successfully" in done.stdout, "the second client failed")
    check("CRITICAL" not in done.stderr, "umockdev's view of it is shown")


def events(path):
    """Returns the action and path of each event that udevadm monitor has written."""
    return [line.split()[2:4] for line in read(path).decode().splitlines()
            if line.startswith("UDEV  ")]


def comes_back(directory):
    say("unplug@12:4000: the board comes back as a new device, and everyone who listens is told")
    need("udevadm")
    source = directory.file("source.bin", firmware(6144))
    first, second = directory.file("first"), directory.file("second")
    # The second has a socket filter, which checks hashes in the event's header.
    script = (f"udevadm monitor --udev >{first} & "
              f"udevadm monitor --udev --subsystem-match=usb/usb_device >{second} & "
              f"{until(f'grep -q ^UDEV {first} && grep -q ^UDEV {second}')}; "
              f"{' '.join(download(source))}; dfu-util -l; "
              f"dfu-util -w -d 0483:df11 -a 0 -s {FLASH} -U {source}.back 2>/dev/null; "
              f"{until(f'test $(grep -c ^UDEV.*add {first}) = 2')}; "
              f"{until(f'grep -q ^UDEV.*add {second}')}; lsusb; kill %1 %2")
    done = vboard(f"f407:{QUICK},fault=unplug@12:4000", ["bash", "-c", script])
    check("Found DFU" not in done.stdout.split("Waiting")[0], "it is listed while it is away")
    check("Device 003: ID 0483:df11" in done.stdout, "it is not back as device 3")
    device = "/devices/platform/vboard.0/usb1/1-1"
    equal(events(first), [["remove", f"{device}/1-1:1.0"], ["remove", device],
                          ["add", device], ["add", f"{device}/1-1:1.0"]], "events")
    equal(events(second), [["remove", device], ["add", device]], "events of devices")


def bad_descriptors():
    say("a descriptor with impossible bytes does not harm the others")
    for fault in ["descriptor@0=00", "descriptor@9=ff", "descriptor@4=7f", "descriptor@11=09"]:
        done = vboard([f"f407:fault={fault}", "f411"], ["dfu-util", "-l"])
        check('path="1-2"' in done.stdout, "the other board is not there")
        vboard([f"f407:fault={fault}", "f411"], ["lsusb", "-v"])


def main():
    need("dfu-util", "lsusb")
    bad_descriptors()
    for part in (fails, killed, comes_back, never_answered):
        with Directory() as directory:
            part(directory)


main()
