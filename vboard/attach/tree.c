/* SPDX-License-Identifier: MIT */
/* See tree.h. */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void note(struct vboard_tree *tree, int failure)
{
    if (tree->failed == 0) {
        tree->failed = failure;
    }
}

/* Formats a path below the root. Notes an overlong path and makes it "", which no call accepts. */
BOOT0_PRINTF(4, 5)
static void path_of(struct vboard_tree *tree, char *path, size_t size, const char *format, ...)
{
    va_list arguments;
    int head = snprintf(path, size, "%s/", tree->root);
    int tail = -1;

    if (head > 0 && (size_t)head < size) {
        va_start(arguments, format);
        tail = vsnprintf(path + head, size - (size_t)head, format, arguments);
        va_end(arguments);
    }
    if (tail < 0 || (size_t)tail >= size - (size_t)head) {
        note(tree, ENAMETOOLONG);
        path[0] = '\0';
    }
}

/* Makes all directories above `path`. */
static void make_parents(struct vboard_tree *tree, char *path)
{
    char *slash = path + strlen(tree->root);

    while ((slash = strchr(slash + 1, '/')) != NULL) {
        *slash = '\0';
        if (mkdir(path, 0755) < 0 && errno != EEXIST) {
            note(tree, errno);
        }
        *slash = '/';
    }
}

static void write_file(struct vboard_tree *tree, char *path, const uint8_t *bytes, size_t size)
{
    FILE *file;

    if (path[0] == '\0') {
        return;
    }
    make_parents(tree, path);
    file = fopen(path, "wb");
    if (file == NULL) {
        note(tree, errno);
        return;
    }
    if (fwrite(bytes, 1, size, file) != size) {
        note(tree, errno);
    }
    if (fclose(file) != 0) {
        note(tree, errno);
    }
}

static void make_link(struct vboard_tree *tree, const char *target, char *path)
{
    if (path[0] == '\0') {
        return;
    }
    make_parents(tree, path);
    if (symlink(target, path) < 0) {
        note(tree, errno);
    }
}

/* The path from a device's directory up to sys/. */
static void climb(const char *path, char *up, size_t size)
{
    size_t used = 0;

    up[0] = '\0';
    for (const char *at = path; at != NULL && used + 4 < size; at = strchr(at + 1, '/')) {
        used += (size_t)snprintf(up + used, size - used, "../");
    }
}

void vboard_tree_add(struct vboard_tree *tree, const struct vboard_tree_device *device)
{
    char path[PATH_MAX];
    char target[PATH_MAX];
    char up[64];

    climb(device->path, up, sizeof up);
    path_of(tree, path, sizeof path, "sys/%s/subsystem", device->path);
    snprintf(target, sizeof target, "%sbus/usb", up);
    make_link(tree, target, path);
    path_of(tree, path, sizeof path, "sys/bus/usb/devices/%s", device->name);
    snprintf(target, sizeof target, "../../../%s", device->path);
    make_link(tree, target, path);
    if (device->node[0] != '\0') {
        path_of(tree, path, sizeof path, "sys/dev/char/%u:%u", device->major, device->minor);
        snprintf(target, sizeof target, "../../%s", device->path);
        make_link(tree, target, path);
        vboard_tree_attribute(tree, device, "dev", "%u:%u", device->major, device->minor);
    }
}

void vboard_tree_driver(struct vboard_tree *tree, const char *path, const char *bus,
                        const char *driver)
{
    char link[PATH_MAX];
    char target[PATH_MAX];
    char up[64];

    climb(path, up, sizeof up);
    path_of(tree, link, sizeof link, "sys/%s/driver", path);
    snprintf(target, sizeof target, "%sbus/%s/drivers/%s", up, bus, driver);
    make_link(tree, target, link);
}

void vboard_tree_attribute(struct vboard_tree *tree, const struct vboard_tree_device *device,
                           const char *name, const char *format, ...)
{
    char path[PATH_MAX];
    char text[512];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof text - 1, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text - 1) {
        note(tree, EOVERFLOW);
        return;
    }
    text[length] = '\n';
    path_of(tree, path, sizeof path, "sys/%s/%s", device->path, name);
    write_file(tree, path, (const uint8_t *)text, (size_t)length + 1);
}

void vboard_tree_bytes(struct vboard_tree *tree, const struct vboard_tree_device *device,
                       const char *name, const uint8_t *bytes, size_t size)
{
    char path[PATH_MAX];

    path_of(tree, path, sizeof path, "sys/%s/%s", device->path, name);
    write_file(tree, path, bytes, size);
}

/* umockdev's preload library looks up the numbers of a node here; the node is really a file. */
static void number_path(struct vboard_tree *tree, const struct vboard_tree_device *device,
                        char *path, size_t size)
{
    char flat[sizeof device->node];

    snprintf(flat, sizeof flat, "%s", device->node);
    for (char *at = flat; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '_';
        }
    }
    path_of(tree, path, size, "dev/.node/%s", flat);
}

void vboard_tree_node(struct vboard_tree *tree, const struct vboard_tree_device *device,
                      const uint8_t *bytes, size_t size)
{
    char path[PATH_MAX];
    char numbers[32];

    snprintf(numbers, sizeof numbers, "%u:%u", device->major, device->minor);
    number_path(tree, device, path, sizeof path);
    make_link(tree, numbers, path);
    path_of(tree, path, sizeof path, "dev/%s", device->node);
    write_file(tree, path, bytes, size);
}

static void remove_entry(struct vboard_tree *tree, const char *path)
{
    if (path[0] != '\0' && remove(path) < 0 && errno != ENOENT) {
        note(tree, errno);
    }
}

void vboard_tree_unlink(struct vboard_tree *tree, const struct vboard_tree_device *device)
{
    char path[PATH_MAX];

    path_of(tree, path, sizeof path, "sys/bus/usb/devices/%s", device->name);
    remove_entry(tree, path);
    if (device->node[0] != '\0') {
        path_of(tree, path, sizeof path, "dev/%s", device->node);
        remove_entry(tree, path);
        number_path(tree, device, path, sizeof path);
        remove_entry(tree, path);
        path_of(tree, path, sizeof path, "sys/dev/char/%u:%u", device->major, device->minor);
        remove_entry(tree, path);
    }
}

void vboard_tree_remove(struct vboard_tree *tree, const struct vboard_tree_device *device)
{
    char path[PATH_MAX];
    struct dirent *entry;
    DIR *directory;

    path_of(tree, path, sizeof path, "sys/%s", device->path);
    directory = opendir(path);
    if (directory == NULL) {
        return;
    }
    while ((entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            path_of(tree, path, sizeof path, "sys/%s/%s", device->path, entry->d_name);
            remove_entry(tree, path);
        }
    }
    closedir(directory);
    path_of(tree, path, sizeof path, "sys/%s", device->path);
    remove_entry(tree, path);
}
