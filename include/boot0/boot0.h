/*
 * libboot0: flashes STM32 boards over the cable that they have.
 *
 * The way of the data: a file becomes an image (image.h); a bus (transport.h) finds boards
 * (board.h); a session (session.h) with one board makes a plan (plan.h) and carries it out.
 *
 * Conventions: functions that can fail return enum boot0_status and fill a struct boot0_error
 * (error.h). Objects that a function hands out belong to the caller and have a free or close
 * function named with them. There is no global state: different sessions may be used by different
 * threads at the same time, one session by one thread at a time. Nothing is printed.
 */
#ifndef BOOT0_BOOT0_H
#define BOOT0_BOOT0_H

#include <boot0/board.h>
#include <boot0/bootloader.h>
#include <boot0/chip.h>
#include <boot0/error.h>
#include <boot0/image.h>
#include <boot0/layout.h>
#include <boot0/plan.h>
#include <boot0/protocol.h>
#include <boot0/serial.h>
#include <boot0/session.h>
#include <boot0/trace.h>
#include <boot0/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that is in use, "0.1.0". */
B0_API const char *boot0_version(void);

#ifdef __cplusplus
}
#endif
#endif
