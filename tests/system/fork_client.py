#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A client of vboard forks while its other threads open files, as a browser does: the child must not
wait for a lock that a thread held which it does not have.

  vboard f407 -- fork_client.py
"""

import os
import sys
import threading

FORKS = 300
OPENERS = 4
HUNG_S = 60


def open_files(stop):
    while not stop.is_set():
        os.close(os.open("/dev/null", os.O_RDONLY))


def main():
    stop = threading.Event()
    for _ in range(OPENERS):
        threading.Thread(target=open_files, args=(stop,), daemon=True).start()
    for number in range(FORKS):
        child = os.fork()
        if child == 0:
            os.close(os.open("/dev/null", os.O_RDONLY))
            os._exit(0)
        waiter = threading.Thread(target=os.waitpid, args=(child, 0), daemon=True)
        waiter.start()
        waiter.join(HUNG_S)
        if waiter.is_alive():
            os.kill(child, 9)
            print(f"child {number} hangs")
            return 1
    stop.set()
    print(f"{FORKS} children")
    return 0


if __name__ == "__main__":
    sys.exit(main())
