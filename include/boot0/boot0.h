/* SPDX-License-Identifier: MIT */
/*
 * libboot0: flashes STM32 boards over the cable that they have.
 *
 * The way of the data: a file becomes an image (image.h); a bus (transport.h) finds boards
 * (board.h); a session (session.h) with one board makes a plan (plan.h) and carries it out.
 *
 * Errors: functions that can fail return enum boot0_status and fill a struct boot0_error (error.h).
 * Nothing is printed.
 *
 * Ownership: objects that a function hands out belong to the caller and have a free or close
 * function named with them. Options and selections are read during the call only, unless their
 * comment says otherwise; zeroed ones are the defaults.
 *
 * Threads: there is no global state. Different objects may be used by different threads at the same
 * time, one object by one thread at a time. Sessions that share a bus are different objects. A
 * callback runs in the thread that made the call, and must not use the object that it is called
 * for.
 */
#ifndef BOOT0_BOOT0_H
#define BOOT0_BOOT0_H

#include <boot0/board.h>
#include <boot0/bootloader.h>
#include <boot0/chip.h>
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
