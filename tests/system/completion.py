# SPDX-License-Identifier: MIT
"""bash offers values of options: those that boot0 knows, and the boards that are plugged in. The
words come from `boot0 complete`, which the completions of zsh and fish call as well.
"""

import json
import os
import pathlib

from system import BOOT0, check, equal, run, say, vboard

SCRIPT = pathlib.Path(os.environ["DOCUMENTS"]) / "boot0"


def completion(*words):
    return ["bash", "-c", f"source {SCRIPT}; COMP_WORDS=({' '.join(words)}); "
            f"COMP_CWORD={len(words) - 1}; _boot0 {BOOT0}; printf '%s\\n' \"${{COMPREPLY[@]}}\""]


def offered(*words):
    return run(completion(*words)).stdout.split()


def plugged_in(boards, *words):
    return vboard(boards, completion(*words)).stdout.splitlines()


def known():
    say("chips and boards that boot0 knows")
    equal(offered("boot0", "flash", "--chip", "f40"), ["f407", "f401xe", "f401xc"], "chips")
    words = offered("boot0", "flash", "--chip", "=", "f1")
    check(words and all(word.startswith("f1") for word in words), f"--chip=f1: {words}")
    check(set(words) < set(offered("boot0", "flash", "--chip", "=")), "--chip= offers all")
    equal(offered("boot0", "flash", "-b", "black-f407v"), ["black-f407ve"], "boards")
    equal(offered("boot0", "info", "--chip", "nothing"), [], "what is not there")
    run([BOOT0, "complete", "nonsense"], 64)


def there():
    say("serial numbers, USB paths and serial ports that are there")
    two = ["f407:serial=ONE", "f407:serial=TWO"]
    equal(sorted(plugged_in(two, "boot0", "flash", "-s", "''")), ["ONE", "TWO"], "serial numbers")
    equal(plugged_in(two, "boot0", "flash", "--serial", "T"), ["TWO"], "those that begin so")
    equal(plugged_in("bluepill", "boot0", "flash", "--serial", "L"), ["LLM 003"], "a blank in it")
    listed = vboard("f407", [BOOT0, "list", "--json"])
    equal(plugged_in("f407", "boot0", "flash", "--path", "''"), [json.loads(listed.stdout)["path"]],
          "USB paths")
    equal(plugged_in("f407", "boot0", "info", "--port", "/dev/ttyU"), ["/dev/ttyUSB0"], "ports")
    equal(plugged_in("f407:plug=never", "boot0", "flash", "--serial", "''"), [""],
          "nothing, and no error, where no board is")


known()
there()
