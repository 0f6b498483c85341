/* SPDX-License-Identifier: MIT */
/*
 * libboot0: flashes STM32 boards through the USB port or UART that they already have.
 *
 * Data flow: a file becomes an image (image.h). A bus (transport.h) finds boards (board.h). A
 * session (session.h) with one board makes a plan (plan.h) and executes it.
 *
 * Errors: functions that can fail return enum boot0_status and fill a struct boot0_error (error.h).
 * The library prints nothing.
 *
 * Ownership: the caller owns the objects that a function returns and releases them with the free or
 * close function named in its comment. Options and selections are read during the call only, unless
 * their comment says otherwise. Zeroed ones are the defaults.
 *
 * Threads: there is no global state. Different threads may use different objects at the same time;
 * one object may be used by one thread at a time. Sessions that share a bus are different objects.
 * A callback runs in the thread that made the call and must not use the object that calls it.
 */
#ifndef BOOT0_BOOT0_H
#define BOOT0_BOOT0_H

#include <boot0/board.h>
#include <boot0/bootloader.h>
#include <boot0/chip.h>
#include <boot0/database.h>
#include <boot0/error.h>
#include <boot0/image.h>
#include <boot0/install.h>
#include <boot0/layout.h>
#include <boot0/loader.h>
#include <boot0/options.h>
#include <boot0/plan.h>
#include <boot0/protocol.h>
#include <boot0/serial.h>
#include <boot0/session.h>
#include <boot0/trace.h>
#include <boot0/transport.h>
#include <boot0/version.h>

#endif
