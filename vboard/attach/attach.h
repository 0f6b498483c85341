/* SPDX-License-Identifier: MIT */
/*
 * USB bus 1 as clients see it: a umockdev testbed with a root hub and virtual boards in its ports,
 * which come and go as they connect and disconnect. A client is any program that runs with the
 * environment that this sets up (attach/child.h), and that uses libc for its system calls.
 */
#ifndef VBOARD_ATTACH_H
#define VBOARD_ATTACH_H

#include "vboard/vboard.h"

struct vboard_attachment;

/*
 * Plugs the boards into ports 1, 2, … The caller owns them. They must outlive the attachment, and
 * nothing else may use them meanwhile. `speed` is that of attach/pace.h. Sets UMOCKDEV_DIR. The
 * default main context must run from now on. On failure NULL with the error filled:
 * BOOT0_E_NO_OUTPUT (no room for temporary files), BOOT0_E_USAGE (too many boards),
 * BOOT0_E_INTERNAL.
 */
struct vboard_attachment *vboard_attach(struct vboard *const *boards, size_t count, double speed,
                                        struct boot0_error *error);

/* Lets GDB debug the code on the first board: 127.0.0.1:port. BOOT0_E_IO. */
enum boot0_status vboard_attach_gdb(struct vboard_attachment *attachment, uint16_t port,
                                    struct boot0_error *error);

/* Lets lines from a FIFO press buttons of the boards (attach/buttons.h). BOOT0_E_NO_OUTPUT. */
enum boot0_status vboard_attach_buttons(struct vboard_attachment *attachment, const char *path,
                                        struct boot0_error *error);

/* Waits for clients that are closing, unplugs the boards, and removes all temporary files. */
void vboard_detach(struct vboard_attachment *attachment);

#endif
