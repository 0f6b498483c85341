# SPDX-License-Identifier: MIT
"""Runs under vboard: talks to the device node of an F407 as libusb does, request by request, and
compares the answers with the kernel's (drivers/usb/core/devio.c)."""

import ctypes
import errno
import fcntl
import os
import signal
import sys
import threading
import time

from system import PATIENCE_S

NODE = "/dev/bus/usb/001/002"


class Urb(ctypes.Structure):
    """struct usbdevfs_urb"""

    _fields_ = [
        ("type", ctypes.c_ubyte), ("endpoint", ctypes.c_ubyte), ("status", ctypes.c_int),
        ("flags", ctypes.c_uint), ("buffer", ctypes.c_void_p), ("buffer_length", ctypes.c_int),
        ("actual_length", ctypes.c_int), ("start_frame", ctypes.c_int),
        ("stream_id", ctypes.c_uint), ("error_count", ctypes.c_int), ("signr", ctypes.c_uint),
        ("usercontext", ctypes.c_void_p),
    ]


class Control(ctypes.Structure):
    """struct usbdevfs_ctrltransfer"""

    _fields_ = [
        ("request_type", ctypes.c_ubyte), ("request", ctypes.c_ubyte), ("value", ctypes.c_ushort),
        ("index", ctypes.c_ushort), ("length", ctypes.c_ushort), ("timeout", ctypes.c_uint),
        ("data", ctypes.c_void_p),
    ]


def _ior(number, size):
    return 2 << 30 | size << 16 | ord("U") << 8 | number


def _iow(number, size):
    return 1 << 30 | size << 16 | ord("U") << 8 | number


def _io(number):
    return ord("U") << 8 | number


CONTROL = 3 << 30 | ctypes.sizeof(Control) << 16 | ord("U") << 8 | 0
SETINTERFACE = _ior(4, 8)
SETCONFIGURATION = _ior(5, 4)
GETDRIVER = _iow(8, 260)
SUBMITURB = _ior(10, ctypes.sizeof(Urb))
DISCARDURB = _io(11)
REAPURB = _iow(12, 8)
REAPURBNDELAY = _iow(13, 8)
CLAIMINTERFACE = _ior(15, 4)
RELEASEINTERFACE = _ior(16, 4)
CONNECTINFO = _iow(17, 8)
RESET = _io(20)
CLEAR_HALT = _ior(21, 4)
GET_CAPABILITIES = _ior(26, 4)
GET_SPEED = _io(31)
TYPE_BULK, TYPE_CONTROL = 3, 2
GETSTATUS = bytes([0xA1, 3, 0, 0, 0, 0, 6, 0])
CLRSTATUS = bytes([0x21, 4, 0, 0, 0, 0, 0, 0])
UNKNOWN = bytes([0xA1, 99, 0, 0, 0, 0, 6, 0])
ERROR_STATUS = "0a0000000a00"

libc = ctypes.CDLL(None, use_errno=True)


def ask(file, request, argument=None):
    """Returns the answer: 0 or more, or a negative errno."""
    if isinstance(argument, int):
        argument = ctypes.byref(ctypes.c_uint(argument))
    answer = libc.ioctl(file, ctypes.c_ulong(request), argument)
    return answer if answer >= 0 else -ctypes.get_errno()


def name(answer):
    return f"-{errno.errorcode[-answer]}" if answer < 0 else str(answer)


def equal(found, wanted, what):
    print(f"{what}: {name(found) if isinstance(found, int) else found}", flush=True)
    if found != wanted:
        sys.exit(f"FAILED: {what}: {found!r} is not {wanted!r}")


class Transfer:
    """A control URB and its memory."""

    def __init__(self, setup, length=6, **fields):
        self.memory = ctypes.create_string_buffer(setup + bytes(length), len(setup) + length)
        self.urb = Urb(type=TYPE_CONTROL, buffer=ctypes.addressof(self.memory),
                       buffer_length=len(self.memory))
        for key, value in fields.items():
            setattr(self.urb, key, value)

    def submit(self, file):
        return ask(file, SUBMITURB, ctypes.byref(self.urb))

    def discard(self, file):
        return ask(file, DISCARDURB, ctypes.byref(self.urb))

    def data(self):
        return self.memory.raw[8:8 + self.urb.actual_length].hex()


def reap(file, request=REAPURBNDELAY):
    """Returns the address of a completed URB, or a negative errno."""
    pointer = ctypes.c_void_p()
    answer = ask(file, request, ctypes.byref(pointer))
    return pointer.value if answer == 0 else answer


def wait(file):
    """Reaps like libusb: polls until there is an answer."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        answer = reap(file)
        if answer != -errno.EAGAIN:
            return answer
    sys.exit("FAILED: no URB is ever done")


def questions(file):
    equal(ask(file, GET_CAPABILITIES, ctypes.byref(ctypes.c_uint())), 0, "GET_CAPABILITIES")
    equal(ask(file, GET_SPEED), 2, "GET_SPEED: full speed")
    info = (ctypes.c_uint * 2)()
    equal(ask(file, CONNECTINFO, ctypes.byref(info)), 0, "CONNECTINFO")
    equal(info[0], 2, "device number")
    equal(ask(file, CLEAR_HALT, 0x81), -errno.ENOENT, "CLEAR_HALT of no endpoint")
    equal(ask(file, 0x5401), -errno.ENOTTY, "TCGETS")
    equal(os.pread(file, 18, 0)[:4].hex(), "12010001", "device descriptor read from the node")


def claims(file):
    other = os.open(NODE, os.O_RDWR)
    driver = ctypes.create_string_buffer(260)
    equal(ask(file, RELEASEINTERFACE, 0), -errno.EINVAL, "release of what is not claimed")
    equal(ask(file, GETDRIVER, driver), -errno.ENODATA, "driver of a free interface")
    equal(ask(file, CLAIMINTERFACE, 0), 0, "claim")
    equal(ask(file, CLAIMINTERFACE, 0), 0, "claim again")
    equal(ask(file, CLAIMINTERFACE, 7), -errno.ENOENT, "claim of interface 7")
    equal(ask(file, CLAIMINTERFACE, 99), -errno.EINVAL, "claim of interface 99")
    equal(ask(other, CLAIMINTERFACE, 0), -errno.EBUSY, "claim by another")
    equal(Transfer(GETSTATUS).submit(other), -errno.EBUSY, "request by another")
    equal(ask(other, GETDRIVER, driver), 0, "driver of a claimed interface")
    equal(driver.raw[4:9].decode(), "usbfs", "its name")
    equal(ask(file, SETCONFIGURATION, 1), -errno.EBUSY, "SET_CONFIGURATION while claimed")
    equal(ask(file, SETINTERFACE, (ctypes.c_uint * 2)(0, 3)), 0, "alternate 3")
    equal(ask(file, SETINTERFACE, (ctypes.c_uint * 2)(0, 4)), -errno.EINVAL, "alternate 4")
    equal(ask(file, RELEASEINTERFACE, 0), 0, "release")
    equal(ask(file, SETCONFIGURATION, 1), 0, "SET_CONFIGURATION 1")
    equal(ask(file, SETCONFIGURATION, 2), -errno.EINVAL, "SET_CONFIGURATION 2")
    equal(Transfer(GETSTATUS).submit(other), 0, "a request claims, too")
    equal(ask(file, CLAIMINTERFACE, 0), -errno.EBUSY, "claim after that")
    os.close(other)
    for _ in range(100):  # a mocked file's close() arrives a moment later
        if ask(file, CLAIMINTERFACE, 0) == 0:
            break
        time.sleep(0.01)
    equal(ask(file, CLAIMINTERFACE, 0), 0, "claim after the other has closed")


def urbs(file):
    equal(reap(file), -errno.EAGAIN, "reap of nothing")
    first, second = Transfer(GETSTATUS), Transfer(UNKNOWN)
    equal(first.submit(file), 0, "submit GETSTATUS")
    equal(second.submit(file), 0, "submit a request that does not exist")
    equal(wait(file) == ctypes.addressof(first.urb), True, "the first is done first")
    equal(first.urb.status, 0, "its status")
    equal(first.data(), ERROR_STATUS, "its data")
    equal(wait(file) == ctypes.addressof(second.urb), True, "then the second")
    equal(second.urb.status, -errno.EPIPE, "its status")
    equal(first.discard(file), -errno.EINVAL, "discard of what is done")
    equal(reap(file), -errno.EAGAIN, "nothing is left")
    blocking = Transfer(GETSTATUS)
    equal(blocking.submit(file), 0, "submit, then reap waiting")
    equal(reap(file, REAPURB) == ctypes.addressof(blocking.urb), True, "it is done")


def bad_urbs(file):
    equal(Transfer(GETSTATUS, endpoint=0x81, type=TYPE_BULK).submit(file), -errno.ENOENT,
          "URB to an endpoint that is not there")
    equal(Transfer(GETSTATUS, buffer_length=7).submit(file), -errno.EINVAL, "URB without a setup")
    equal(Transfer(GETSTATUS, length=5).submit(file), -errno.EINVAL, "wLength beyond the buffer")
    equal(Transfer(GETSTATUS, buffer=0).submit(file), -errno.EFAULT, "URB without a buffer")
    equal(Transfer(GETSTATUS, type=TYPE_BULK).submit(file), -errno.EINVAL, "bulk on endpoint 0")


def control(file, setup, length=6, timeout=1000):
    memory = ctypes.create_string_buffer(64)
    transfer = Control(setup[0], setup[1], setup[2], setup[4], length, timeout,
                       ctypes.addressof(memory) if length else None)
    answer = ask(file, CONTROL, ctypes.byref(transfer))
    return answer, memory.raw[:max(answer, 0)].hex()


def waiting(file):
    equal(control(file, GETSTATUS), (6, ERROR_STATUS), "GETSTATUS, waiting")
    equal(control(file, UNKNOWN)[0], -errno.EPIPE, "a request that does not exist, waiting")
    equal(control(file, CLRSTATUS, 0)[0], 0, "CLRSTATUS, waiting")
    equal(ask(file, RESET), 0, "RESET")


def normal():
    file = os.open(NODE, os.O_RDWR)
    for part in (questions, claims, urbs, bad_urbs, waiting):
        part(file)
    os.close(file)


def unanswered():
    """With fault=timeout@1+timeout@3."""
    file = os.open(NODE, os.O_RDWR)
    stuck, behind = Transfer(GETSTATUS), Transfer(GETSTATUS)
    equal(stuck.submit(file), 0, "submit what is never answered")
    equal(behind.submit(file), 0, "submit another behind it")
    for _ in range(5):
        equal(reap(file), -errno.EAGAIN, "neither is done")
    equal(stuck.discard(file), 0, "discard the first")
    done = {wait(file), wait(file)}
    equal(done == {ctypes.addressof(stuck.urb), ctypes.addressof(behind.urb)}, True, "both are done")
    equal(stuck.urb.status, -errno.ENOENT, "status of the discarded one")
    equal(behind.urb.status, 0, "status of the other")
    start = time.monotonic()
    equal(control(file, GETSTATUS, timeout=200)[0], -errno.ETIMEDOUT, "GETSTATUS, waiting")
    equal(time.monotonic() - start >= 0.2, True, "after its time")


def unplugged():
    """With fault=timeout@1+unplug@2."""
    file = os.open(NODE, os.O_RDWR)
    first = Transfer(GETSTATUS)
    equal(first.submit(file), 0, "submit what is never answered")
    other = os.open(NODE, os.O_RDWR)
    equal(first.discard(file), 0, "discard it")
    equal(wait(file) == ctypes.addressof(first.urb), True, "it is done")
    last = Transfer(GETSTATUS)
    equal(last.submit(file), 0, "submit, and be unplugged")
    equal(wait(file) == ctypes.addressof(last.urb), True, "it can be reaped after that")
    equal(last.urb.status, -errno.ESHUTDOWN, "its status")
    equal(reap(file), -errno.ENODEV, "the next reap")
    equal(Transfer(GETSTATUS).submit(file), -errno.ENODEV, "the next submit")
    equal(ask(other, GET_SPEED), -errno.ENODEV, "another client")
    equal(os.path.exists("/sys/bus/usb/devices/1-1"), False, "the board in sysfs")
    equal(os.path.exists(NODE), False, "its device node")


def forks():
    """A child forked while another thread was inside umockdev's library opens files."""
    over = threading.Event()

    def look():
        while not over.is_set():
            os.path.exists(NODE)

    others = [threading.Thread(target=look, daemon=True) for _ in range(3)]
    for other in others:
        other.start()
    for _ in range(200):
        child = os.fork()
        if child == 0:
            os._exit(0 if os.path.exists(NODE) else 1)
        end = time.monotonic() + PATIENCE_S / 5
        while (done := os.waitpid(child, os.WNOHANG)) == (0, 0):
            if time.monotonic() > end:
                os.kill(child, signal.SIGKILL)
                sys.exit("a forked child stops when it looks for a file")
            time.sleep(0.0005)
        if done[1] != 0:
            sys.exit("a forked child does not see the board's node")
    over.set()


PARTS = {"forks": forks, "normal": normal, "unanswered": unanswered, "unplugged": unplugged}
PARTS[sys.argv[1]]()
