# SPDX-License-Identifier: MIT
"""Settings: the user's file, the project's, the environment, and the command line, which overrides
all.
"""

import json
import os
import subprocess

from system import BOOT0, Directory, check, equal, say


def boot0(folder, *arguments, status=0, **environment):
    """Runs boot0 in that folder, whose `home` is the user's."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith("BOOT0_")}
    home = os.path.join(folder, "home")
    env = {**keep, "HOME": home, "XDG_CONFIG_HOME": "", "APPDATA": home + "/.config", **environment}
    print("$ boot0", *arguments, environment or "")
    done = subprocess.run([BOOT0, *arguments], cwd=folder, env=env, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    equal(done.returncode, status, done.stdout + done.stderr)
    done.stderr = " ".join(done.stderr.split())
    return done


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


USER = "home/.config/boot0/config"


def shown(folder, **environment):
    rows = json.loads(boot0(folder, "config", "--json", **environment).stdout)["settings"]
    return {row["name"]: (row["value"], row["source"]) for row in rows if row["value"]}


def sources(folder):
    say("their sources")
    equal(shown(folder), {}, "none at first")
    write(folder, USER, "# mine\n\nvdd = 3.3\r\n  chip=f407\n")
    found = shown(folder)
    equal(found["vdd"][0], "3.3", "the user's")
    check(found["vdd"][1].endswith("config:3"), found)
    write(folder, "boot0.conf", "\ufeffvdd = 2.5 # volts\nserial = S1\n")
    found = shown(folder, BOOT0_SERIAL="S2", BOOT0_FAST="")
    equal(found, {"vdd": ("2.5", "boot0.conf:1"), "chip": ("f407", found["chip"][1]),
                  "serial": ("S2", "BOOT0_SERIAL")}, "the nearest one counts")
    text = boot0(folder, "config").stdout
    check("boot0.conf:1" in text and "BOOT0_BOARD" in text, text)


def use(folder):
    say("options that the command line has not")
    write(folder, USER, "serial = B\n")
    write(folder, "boot0.conf", "")
    boards = ["--virtual", "f407:serial=A", "--virtual", "f407:serial=B"]
    check("several" in boot0(folder, "info", "--json", *boards, status=69).stdout,
          "--virtual says which board is meant")
    write(folder, "boot0.conf", "chip = f407\n")
    done = json.loads(boot0(folder, "info", "--json", "--virtual", "f407").stdout)
    equal(done["chip"], "f407", "chip from the project's file")
    done = json.loads(boot0(folder, "info", "--json", "--virtual", "f407", "--chip", "f412").stdout)
    equal(done["chip"], "f412", "--chip")
    write(folder, "boot0.conf", "port = /nonexistent/port\nbaud = 9600\n")
    check("/nonexistent/port" in boot0(folder, "info", status=69).stderr, "the port")
    boot0(folder, "info", "--virtual", "f407")
    boot0(folder, "convert", "/dev/null", "x.bin", status=65)
    write(folder, "boot0.conf", "vdd = 5\n")
    file = os.path.join(folder, "a.bin")
    with open(file, "wb") as out:
        out.write(bytes(100))
    done = boot0(folder, "flash", "--force", "--virtual", "f407", file, status=64)
    check("5.00 V" in done.stderr, done.stderr)
    boot0(folder, "flash", "--force", "--vdd", "3.3", "--virtual", "f407", file)


def mistakes(folder):
    say("each mistake with its place")
    for text, words in [
        ("prot = x\n", ["boot0.conf:1", "Did you mean port?"]),
        ("\nvdd\n", ["boot0.conf:2", "vdd has no value"]),
        ("vdd =\n", ["boot0.conf:1", "vdd has no value"]),
        ("chip = " + 200 * "x" + "\n", ["has no value"]),
        ("fast = maybe\n", ["boot0.conf:1", "invalid fast \"maybe\""]),
        ("vdd = x\n", ["invalid vdd \"x\""]),
        ("\xff\n", ["unknown setting"]),
    ]:
        write(folder, "boot0.conf", text)
        done = boot0(folder, "flash", "--virtual", "f407", "a.bin", status=64)
        for word in words:
            check(word in done.stderr, f"{text!r}: {done.stderr}")
    boot0(folder, "version")
    write(folder, "boot0.conf", "vdd = 3.3\n\0")
    check("not a text file" in boot0(folder, "flash", "--virtual", "f407", "a.bin", status=66).stderr, "NUL")
    write(folder, "boot0.conf", "# " + 70000 * "x")
    check("64 KiB" in boot0(folder, "flash", "--virtual", "f407", "a.bin", status=66).stderr, "big")


def main():
    with Directory() as directory:
        sources(directory.path)
        use(directory.path)
        mistakes(directory.path)


main()
