/* SPDX-License-Identifier: MIT */
/*
 * See uevent.h. umockdev's preload library gives a client that asks for uevents a datagram socket
 * ROOT/event<fd>; the messages on it are libudev's (systemd: src/libsystemd/sd-device, struct
 * monitor_netlink_header). umockdev can send them, but only for a process under its preload
 * library, and it ends that process if a client's queue is full or its socket disappears at that
 * moment: ten boards that leave together must not end a run.
 */
#include "uevent.h"

#include "client.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    MESSAGE_MAX = 2048,
    SEND_TRIES = 5, /* a millisecond apart, while the client's queue is full */
    MAGIC = (int)0xfeedcafe,
};

/* All fields that are hashes or magic are in network order. */
struct header {
    char prefix[8];
    uint32_t magic;
    uint32_t header_size;
    uint32_t properties_offset;
    uint32_t properties_length;
    uint32_t subsystem_hash;
    uint32_t devtype_hash;
    uint32_t tag_bloom[2];
};

/* MurmurHash2 with seed 0 (Austin Appleby, public domain): libudev's socket filters compare it. */
static uint32_t hash_of(const char *text)
{
    const uint32_t m = 0x5bd1e995;
    size_t left = strlen(text);
    uint32_t hash = (uint32_t)left;
    uint32_t word;

    for (; left >= sizeof word; text += sizeof word, left -= sizeof word) {
        memcpy(&word, text, sizeof word);
        word *= m;
        word ^= word >> 24;
        hash = hash * m ^ word * m;
    }
    if (left > 0) {
        for (word = 0; left > 0; left--) {
            word = word << 8 | (uint8_t)text[left - 1];
        }
        hash = (hash ^ word) * m;
    }
    hash = (hash ^ hash >> 13) * m;
    return hash ^ hash >> 15;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Sends one message to one socket. */
static void send_to(const char *path, const uint8_t *message, size_t size)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    ssize_t sent = -1;
    int fd;

    if (strlen(path) >= sizeof address.sun_path) {
        return;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return;
    }
    for (int tries = 0; tries < SEND_TRIES; tries++) {
        sent = sendto(fd, message, size, 0, (const struct sockaddr *)&address, sizeof address);
        if (sent >= 0 || errno != EAGAIN) {
            break;
        }
        nanosleep(&pause, NULL);
    }
    if (sent < 0 && errno == ECONNREFUSED) {
        unlink(path); /* left behind by a client that ended */
    }
    close(fd);
}

static void send_to_all(const char *root, const uint8_t *message, size_t size)
{
    char path[sizeof((struct sockaddr_un *)NULL)->sun_path];
    struct dirent *entry;
    DIR *directory = opendir(root);
    int length;

    if (directory == NULL) {
        return;
    }
    while ((entry = readdir(directory)) != NULL) {
        if (!has_prefix(entry->d_name, UMOCKDEV_LISTENER) &&
            !has_prefix(entry->d_name, VBOARD_LISTENER)) {
            continue;
        }
        length = snprintf(path, sizeof path, "%s/%s", root, entry->d_name);
        if (length > 0 && (size_t)length < sizeof path) {
            send_to(path, message, size);
        }
    }
    closedir(directory);
}

void vboard_uevent_send(struct vboard_uevents *events, const char *action,
                        const struct vboard_tree_device *device, const char *devtype,
                        const char *properties)
{
    uint8_t message[MESSAGE_MAX] = {0};
    char *text = (char *)message + sizeof(struct header);
    struct header header = {
        .prefix = "libudev",
        .magic = htonl((uint32_t)MAGIC),
        .header_size = sizeof header,
        .properties_offset = sizeof header,
        .subsystem_hash = htonl(hash_of("usb")),
        .devtype_hash = htonl(hash_of(devtype)),
    };
    int length = snprintf(text, MESSAGE_MAX - sizeof header,
                          "ACTION=%s\nDEVPATH=/%s\nSUBSYSTEM=usb\nSEQNUM=%llu\n%s", action,
                          device->path, ++events->sequence, properties);

    if (length < 0 || (size_t)length >= MESSAGE_MAX - sizeof header) {
        return;
    }
    for (char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
        *at = '\0';
    }
    header.properties_length = (uint32_t)length;
    memcpy(message, &header, sizeof header);
    send_to_all(events->root, message, sizeof header + (size_t)length);
}
