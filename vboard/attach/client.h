/* SPDX-License-Identifier: MIT */
/* What vboard and the library that it loads into its clients (client.c) agree on. */
#ifndef VBOARD_CLIENT_H
#define VBOARD_CLIENT_H

/* How the names of sockets of clients that listen for events begin, in the testbed's directory. */
#define UMOCKDEV_LISTENER "event"    /* then the file descriptor: umockdev's library has made it */
#define VBOARD_LISTENER   "listener" /* then process and file descriptor: ours has renamed it */

/* In the client: epoll_client.c hears of each ioctl. Leaves errno as it is. */
void vboard_node_asked(int fd, unsigned long request, int result);
/* In a client's new child: the lock that this takes may be held by nobody. */
void vboard_renew_node_lock(void);

#endif
