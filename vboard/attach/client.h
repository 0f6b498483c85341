/* SPDX-License-Identifier: MIT */
/* What vboard and the library that it loads into its clients (client.c) agree on. */
#ifndef VBOARD_CLIENT_H
#define VBOARD_CLIENT_H

/* Beginnings of the names of event sockets in the testbed's directory. */
#define UMOCKDEV_LISTENER "event"    /* then the file descriptor: made by umockdev's library */
#define VBOARD_LISTENER   "listener" /* then process and file descriptor: renamed by ours */

/* In the client: informs epoll_client.c of each ioctl. Preserves errno. */
void vboard_node_asked(int fd, unsigned long request, int result);
/* In a client's new child: renews the lock, because a thread that the child lacks may hold it. */
void vboard_renew_node_lock(void);

#endif
