# SPDX-License-Identifier: MIT
"""boot0.exe driver and doctor with Wine's SetupAPI, and devices that this test writes into Wine's
registry in Windows' form. Wine has no lists of a class's drivers, so installing ends at that step:
the test shows how far it gets, and that the device is left unchanged. tests/unit/cli/driver covers
the rest, with recorded answers.
"""

import json
import subprocess
import sys

from wine import PREFIX, ROOT  # first: it adds the path to the others
from system import BOOT0, TIMEOUT_S, Directory, check, equal, run, say

WINUSB_INF = PREFIX / "drive_c/windows/inf/winusb.inf"
ENUM = r"HKEY_LOCAL_MACHINE\System\CurrentControlSet\Enum\USB"
CLASS = r"HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\Class"
USB_CLASS = "{36fc9e60-c465-11cf-8056-444553540000}"
DFU = [r"USB\Class_FE&SubClass_01&Prot_02", r"USB\Class_FE&SubClass_01", r"USB\Class_FE"]
ROM = r"USB\VID_0483&PID_DF11\3276365D3336"
BOUND = r"USB\VID_1EAF&PID_0003\LLM 003"
MOUSE, HUB = r"USB\VID_046D&PID_C077\5&1", r"USB\ROOT_HUB30\4&1"
GUID = "{b0070000-6d2b-4d1c-9d55-5a3c1f0b5e00}"
# In the form of Windows' own: a model for other devices, then the one for all.
INF = r"""[Version]
Signature = "$Windows NT$"
Class = USBDevice
ClassGuid = {88BAE032-5A81-49f0-BC3D-A4FF138216D6}
Provider = %Maker%

[Manufacturer]
%Maker% = Generic, NTx86, NTamd64

[Generic.NTamd64]
%Other% = Other, USB\MS_COMP_OTHER
%Device% = WINUSB, USB\MS_COMP_WINUSB

[Strings]
Maker = "Maker"
Other = "Other Device"
Device = "WinUsb Device"
"""


def multi(*texts):
    """Returns a REG_MULTI_SZ as a REGEDIT file writes it."""
    data = ("\0".join(texts) + "\0\0").encode("utf-16-le")
    return "hex(7):" + ",".join(f"{byte:02x}" for byte in data)


def device(instance, ids, compatible, **values):
    rows = [f"[{ENUM}\\{instance.removeprefix('USB')[1:]}]", f'"HardwareID"={multi(*ids)}',
            f'"CompatibleIDs"={multi(*compatible)}', f'"ClassGUID"="{USB_CLASS}"',
            '"Capabilities"=dword:00000014']
    return rows + [f'"{name}"="{value}"' for name, value in values.items()]


def regedit(directory, rows):
    text = "\r\n".join(["Windows Registry Editor Version 5.00", "", *rows, ""])
    path = directory.file("devices.reg", b"\xff\xfe" + text.encode("utf-16-le"))
    subprocess.run([ROOT / "scripts/wine.sh", "regedit", "/S", "Z:" + path], check=True,
                   timeout=TIMEOUT_S)


def boot0(*arguments, status=0):
    return run([BOOT0, *arguments], status)


def listed():
    """Returns this test's devices. Wine itself may add those of a vboard that runs at the same
    time.
    """
    return {row["instance"]: row
            for row in map(json.loads, boot0("driver", "--json").stdout.splitlines())
            if row["instance"] in (ROM, BOUND, MOUSE, HUB)}


def plug_in(directory):
    regedit(directory, [
        *device(ROM, [r"USB\VID_0483&PID_DF11&REV_2200", r"USB\VID_0483&PID_DF11"], DFU), "",
        *device(BOUND, [r"USB\VID_1EAF&PID_0003&REV_0201", r"USB\VID_1EAF&PID_0003"], DFU,
                Service="WinUSB", Driver=USB_CLASS + r"\\0042"), "",
        rf"[{ENUM}\{BOUND.removeprefix('USB')[1:]}\Device Parameters]",
        f'"DeviceInterfaceGUIDs"={multi(GUID)}', "",
        rf"[{CLASS}\{USB_CLASS}\0042]", '"InfPath"="winusb.inf"', '"ProviderName"="Größe"', "",
        *device(MOUSE, [r"USB\VID_046D&PID_C077"],
                [r"USB\Class_03&SubClass_01&Prot_02"], Service="HidUsb"), "",
        *device(HUB, [r"USB\ROOT_HUB30"], [], Service="USBHUB3"),
    ])


def unplug(directory):
    regedit(directory, [f"[-{ENUM}\\{name.removeprefix('USB')[1:]}]"
                        for name in (ROM, BOUND, MOUSE, HUB)] + [f"[-{CLASS}\\{USB_CLASS}\\0042]"])


def lists():
    say("driver lists boards with their drivers, and nothing else")
    rows = listed()
    equal(set(rows), {ROM, BOUND}, "devices")
    rom, bound = rows[ROM], rows[BOUND]
    equal((rom["vendor"], rom["product"], rom["mode"]), ("0x0483", "0xdf11", "dfu"), "the ROM")
    equal((rom["driver"], rom["state"], rom["source"]), ("", "missing", "none"), "its driver")
    equal((bound["driver"], bound["inf"], bound["provider"], bound["source"], bound["state"]),
          ("WINUSB", "winusb.inf", "Größe", "hand", "ready"), "a board with WinUSB")
    equal(bound["interfaces"], GUID.upper(), "its interface")
    check("needs WinUSB" in boot0("driver").stdout, "the table")
    page = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| on Windows, `driver`"))
    equal([name for name in rom if f"`{name}`" not in row], [], "members that json.md lacks")


def doctor():
    say("doctor leads there")
    rows = [json.loads(line) for line in boot0("doctor", "--json", status=69).stdout.splitlines()]
    found = {row["finding"]: row for row in rows if row["path"] == ROM}
    check("`boot0 driver install`" in found["windows-no-driver"]["remedy"], f"findings: {found}")


def installs():
    say("a Windows without winusb.inf is left as it is")
    WINUSB_INF.unlink(missing_ok=True)
    before = listed()
    done = boot0("driver", "install", ROM, status=69)
    check("which have winusb.inf" in done.stderr, done.stderr)
    WINUSB_INF.write_text(INF.replace("MS_COMP_WINUSB", "MS_COMP_NOTHING"), encoding="ascii")
    done = boot0("driver", "install", ROM, status=69)
    check("no model" in done.stderr, done.stderr)
    say("with it, installing ends where Wine ends: at the list of a class's drivers")
    WINUSB_INF.write_text(INF, encoding="ascii")
    done = boot0("driver", "install", ROM, status=74)
    check("installing WinUSB failed (Windows error 0x78)" in " ".join(done.stderr.split()),
          done.stderr)
    equal(listed(), before, "the device is as it was")
    say("the administrator's process tells the step and the error")
    code = subprocess.run([BOOT0, "driver-elevated", "install", ROM], check=False,
                          timeout=TIMEOUT_S).returncode
    equal(code, 0x78, "the low byte of its exit code, which is all that Linux has")
    say("a board that has WinUSB needs nothing; others are not touched")
    check("nothing to do" in boot0("driver", "install", BOUND).stdout, "WinUSB is there")
    boot0("driver", "install", MOUSE, status=69)


def main():
    with Directory() as directory:
        plug_in(directory)
        try:
            lists()
            doctor()
            installs()
        finally:
            WINUSB_INF.unlink(missing_ok=True)
            unplug(directory)


if __name__ == "__main__":
    sys.exit(main())
