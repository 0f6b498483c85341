# SPDX-License-Identifier: MIT
"""west flash -r boot0: a runner for Zephyr, see README.md in this directory."""

from runners.core import RunnerCaps, ZephyrBinaryRunner


class Boot0BinaryRunner(ZephyrBinaryRunner):
    """Flashes with `boot0 flash`, over USB or a serial port."""

    def __init__(self, cfg, boot0, which, how):
        super().__init__(cfg)
        self.boot0 = boot0
        self.which = which  # options that select the board
        self.how = how  # options that say how to flash it

    @classmethod
    def name(cls):
        return "boot0"

    @classmethod
    def capabilities(cls):
        return RunnerCaps(commands={"flash"}, erase=True)

    @classmethod
    def do_add_parser(cls, parser):
        parser.add_argument("--boot0", default="boot0", help="path of the command, if it is not in PATH")
        parser.add_argument("--boot0-board", help="like boot0's --board: black-f407ve, ...")
        parser.add_argument("--boot0-serial", help="like boot0's --serial")
        parser.add_argument("--boot0-port", help="like boot0's --port: /dev/ttyUSB0")
        parser.add_argument("--boot0-fast", action="store_true", help="like boot0's --fast")
        parser.add_argument("--boot0-arg", action="append", default=[], help="another argument for boot0 (repeatable)")

    @classmethod
    def do_create(cls, cfg, args):
        which = list(args.boot0_arg)
        for option in ("serial", "port"):
            value = getattr(args, f"boot0_{option}")
            if value:
                which += [f"--{option}", value]
        how = ["--fast"] if args.boot0_fast else []
        if args.boot0_board:
            how += ["--board", args.boot0_board]
        return cls(cfg, args.boot0, which, how)

    def do_run(self, command, **kwargs):
        self.require(self.boot0)
        if self.cfg.erase:
            self.check_call([self.boot0, "erase", "--all", "--yes", *self.which])
        file = self.cfg.elf_file or self.cfg.hex_file
        self.check_call([self.boot0, "flash", *self.which, *self.how, file])
