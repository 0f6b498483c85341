/* SPDX-License-Identifier: MIT */
/*
 * Linux: the udev rules for a device, and whether they run in time. udev sorts the files of all
 * directories by name; of files with the same name it uses the first directory's (udev(7)). A rule
 * must set TAG+="uaccess" before 73-seat-late.rules, which acts on it (systemd issue 4288; since
 * systemd 258 nothing else makes up for a later tag).
 */
#include "linux.h"

#include <core/array.h>
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* udev(7), in the order of precedence. */
static const char *const directories[] = {"etc/udev/rules.d", "run/udev/rules.d",
                                          "usr/local/lib/udev/rules.d", "usr/lib/udev/rules.d",
                                          "lib/udev/rules.d"};
static const char seat_rules[] = "73-seat-late.rules";

enum {
    DIRECTORY_COUNT = B0_LENGTH(directories),
};

/* What the rules so far do for the device. */
struct seen {
    struct doctor_device *device;
    const struct doctor_user *user;
    const char *root;
    char late_file[DOCTOR_NAME_MAX];
};

/* Reads the value of KEY=="value" or KEY="value" in a rule; false if the rule lacks the key. */
static bool rule_value(const char *rule, const char *key, char *value, size_t size)
{
    const char *at = strstr(rule, key);
    size_t length;

    if (!at)
        return false;
    at += strlen(key);
    at += strspn(at, " =:+");
    if (*at != '"')
        return false;
    length = strcspn(++at, "\"");
    if (length >= size)
        return false;
    memcpy(value, at, length);
    value[length] = '\0';
    return true;
}

/* Matches ATTRS{idVendor}=="0483", or ENV{ID_VENDOR_ID}=="0483". */
static bool names_id(const char *rule, const char *attribute, const char *property, unsigned id)
{
    char value[32], wanted[8];

    if (!rule_value(rule, attribute, value, sizeof value) &&
        !rule_value(rule, property, value, sizeof value))
        return false;
    snprintf(wanted, sizeof wanted, "%04x", id);
    for (char *c = value; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return strcmp(value, wanted) == 0 || strcmp(value, "*") == 0;
}

/* Whether the rule applies to this device: its vendor, and its product or all products. */
static bool is_meant(const char *rule, const struct doctor_device *device)
{
    bool any_product = !strstr(rule, "{idProduct}") && !strstr(rule, "{ID_MODEL_ID}");

    return names_id(rule, "{idVendor}", "{ID_VENDOR_ID}", device->vendor) &&
           (any_product || names_id(rule, "{idProduct}", "{ID_MODEL_ID}", device->product));
}

static void take(struct seen *seen, enum rule_state state, const char *file)
{
    struct device_linux *on_linux = &seen->device->linux_os;

    if (state < on_linux->rule)
        return;
    on_linux->rule = state;
    snprintf(on_linux->rule_file, sizeof on_linux->rule_file, "%.60s", file);
}

static void take_group(struct seen *seen, const char *group, const char *file)
{
    struct device_linux *on_linux = &seen->device->linux_os;

    take(seen, RULE_GROUP, file);
    snprintf(on_linux->rule_group, sizeof on_linux->rule_group, "%s", group);
    on_linux->in_group = linux_in_group(seen->user, seen->root, group) ? ANSWER_YES : ANSWER_NO;
}

static void take_rule(struct seen *seen, const char *rule, const char *file)
{
    char mode[16] = "", group[DOCTOR_NAME_MAX];
    unsigned long bits;

    if (!is_meant(rule, seen->device))
        return;
    if (rule_value(rule, "MODE", mode, sizeof mode))
        bits = strtoul(mode, NULL, 8);
    else
        bits = 0660; /* udev's default for a rule with a group */
    if ((bits & 06) == 06)
        take(seen, RULE_GOOD, file);
    if ((bits & 060) == 060 && rule_value(rule, "GROUP", group, sizeof group))
        take_group(seen, group, file);
    if (!strstr(rule, "\"uaccess\""))
        return;
    if (strcmp(file, seat_rules) < 0)
        take(seen, RULE_GOOD, file);
    else
        snprintf(seen->late_file, sizeof seen->late_file, "%.60s", file);
}

/* Reads a file's rules. Joins lines that end in a backslash; skips comments. */
static void read_rules(struct seen *seen, const char *directory, const char *name)
{
    char path[LINUX_PATH_MAX], rule[4096] = "", line[1024];
    size_t used = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s/%.200s", seen->root, directory, name);
    file = fopen(path, "r");
    if (!file)
        return;
    while (fgets(line, sizeof line, file)) {
        size_t length = strcspn(line, "\n");
        bool goes_on = length > 0 && line[length - 1] == '\\';

        if (line[strspn(line, " \t")] == '#')
            continue;
        if (used + length < sizeof rule) {
            memcpy(rule + used, line, length - goes_on);
            used += length - goes_on;
        }
        rule[used] = '\0';
        if (goes_on)
            continue;
        take_rule(seen, rule, name);
        used = 0;
    }
    fclose(file);
}

/* Whether a file of the same name in an earlier directory replaces this one. */
static bool is_replaced(const char *root, size_t directory, const char *name)
{
    char path[LINUX_PATH_MAX];

    for (size_t i = 0; i < directory; i++) {
        snprintf(path, sizeof path, "%s/%s/%.200s", root, directories[i], name);
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

static void read_directory(struct seen *seen, size_t number)
{
    static const char ending[] = ".rules";
    char path[LINUX_PATH_MAX];
    struct dirent *entry;
    DIR *directory;

    snprintf(path, sizeof path, "%s/%s", seen->root, directories[number]);
    directory = opendir(path);
    if (!directory)
        return;
    while ((entry = readdir(directory)) != NULL) {
        const char *name = entry->d_name;
        size_t length = strlen(name);

        if (length >= sizeof ending && strcmp(name + length - sizeof ending + 1, ending) == 0 &&
            !is_replaced(seen->root, number, name))
            read_rules(seen, directories[number], name);
    }
    closedir(directory);
}

void linux_find_rule(struct doctor_device *device, const char *root, const struct doctor_user *user)
{
    struct seen seen = {.device = device, .user = user, .root = root};
    struct device_linux *on_linux = &device->linux_os;

    for (size_t i = 0; i < DIRECTORY_COUNT; i++)
        read_directory(&seen, i);
    /* A late tag is what its author meant; a group without the user does not help. */
    if (seen.late_file[0] && (on_linux->rule == RULE_NONE ||
                              (on_linux->rule == RULE_GROUP && on_linux->in_group == ANSWER_NO))) {
        on_linux->rule = RULE_LATE;
        memcpy(on_linux->rule_file, seen.late_file, sizeof seen.late_file);
    }
}
