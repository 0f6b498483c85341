#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks that the serial port echoes what is sent to it."""

import os
import select
import sys
import time
import tty

PORT = "/dev/ttyACM0"
TEXT = bytes(range(256)) * 4
PATIENCE_S = 60

for _ in range(100):
    if os.path.exists(PORT):
        break
    time.sleep(0.1)
port = os.open(PORT, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
tty.setraw(port)
sent, back = 0, b""
while len(back) < len(TEXT):
    ready = select.select([port], [port] if sent < len(TEXT) else [], [], PATIENCE_S)
    if ready[1]:
        sent += os.write(port, TEXT[sent:sent + 64])
    if ready[0]:
        back += os.read(port, len(TEXT))
    if not ready[0] and not ready[1]:
        sys.exit(f"received {len(back)} of {len(TEXT)} bytes")
if back != TEXT:
    sys.exit("received other bytes")
