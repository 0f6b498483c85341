# SPDX-License-Identifier: MIT
"""A command in its own terminal, as for a user."""

import fcntl
import os
import pty
import select
import struct
import termios
import time

from system import PATIENCE_S, check


class Terminal:
    """A command in its own terminal; collects all its output."""

    def __init__(self, command, columns=80, **environment):
        self.data = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
            os.execvpe(command[0], command,
                       {**os.environ, "TERM": "xterm", "NO_COLOR": "1", **environment})

    @property
    def output(self):
        return self.data.decode(errors="replace")

    def read_until(self, text=None):
        """Reads until a text comes, or to the end. Returns False if it did not come."""
        limit = time.monotonic() + PATIENCE_S
        while text is None or text not in self.output:
            if not select.select([self.fd], [], [], max(0, limit - time.monotonic()))[0]:
                return False
            try:
                data = os.read(self.fd, 4096)
            except OSError:  # Linux: the other end is closed
                data = b""
            if not data:
                return text is None
            self.data += data
        return True

    def end(self):
        check(self.read_until(), f"it does not end: {self.output!r}")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def screen(output):
    """Returns the final screen: \\r and ESC[K carried out."""
    lines = []
    for line in output.replace("\r\n", "\n").split("\n"):
        lines.append(line.split("\r\033[K")[-1])
    return "\n".join(lines)
