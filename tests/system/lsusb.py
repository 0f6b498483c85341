# SPDX-License-Identifier: MIT
"""lsusb decodes every board without a complaint, and sees a sane tree."""

from system import UART_ONLY, check, described_boards, equal, model_names, need, say, vboard

COMPLETE = [
    "Device Descriptor:", "Configuration Descriptor:", "bInterfaceClass       254 Application",
    "bInterfaceSubClass      1 Device Firmware Update", "Device Firmware Upgrade Interface",
    "wTransferSize", "Device Status:",
]
# lsusb's messages in the middle of its output when it cannot decode something.
COMPLAINTS = ["junk at descriptor end", "Unable to", "UNRECOGNIZED", "bad", "Warning"]


def decode_every_board():
    described = {f"custom:describe={path}" for path in described_boards()}
    for name in (set(model_names()) - set(UART_ONLY)) | described:
        done = vboard(name, ["lsusb", "-v"])
        equal(done.stderr, "", f"complaints of lsusb -v about {name}")
        for text in COMPLETE:
            check(text in done.stdout, f"lsusb -v says nothing of {text!r} for {name}")
        for text in COMPLAINTS:
            check(text not in done.stdout, f"lsusb -v finds {text!r} in {name}")


def tree():
    say("two boards in the tree of the bus")
    done = vboard(["f407", "g431"], ["lsusb", "-t"])
    equal(done.stderr, "", "complaints of lsusb -t")
    lines = done.stdout.splitlines()
    check("root_hub, Driver=vboard_hcd/4p, 480M" in lines[0], "no root hub")
    for port, line in enumerate(lines[1:], 1):
        check(f"Port {port}: Dev {port + 1}, If 0" in line and line.endswith("12M"),
              f"line {line!r} is not a board in port {port}")
    equal(len(lines), 3, "lines of the tree")

    done = vboard(["f407", "g431"], ["lsusb"])
    equal([line[:33] for line in done.stdout.splitlines()],
          ["Bus 001 Device 003: ID 0483:df11 ", "Bus 001 Device 002: ID 0483:df11 ",
           "Bus 001 Device 001: ID 1d6b:0002 "], "lsusb's list")


def main():
    need("lsusb")
    decode_every_board()
    tree()


main()
