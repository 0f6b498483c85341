/* SPDX-License-Identifier: MIT */
/* boot0 udev: prints the rule that gives users access on Linux. */
#include "command.h"
#include "udev_rules.h"

#include <base/print/json.h>

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    (void)error;
    if (arguments->json) {
        struct json json = json_begin(stdout);

        json_text(&json, "file", "/etc/udev/rules.d/60-boot0.rules");
        json_text(&json, "rules", udev_rules);
        json_end(&json);
        return BOOT0_OK;
    }
    fputs(udev_rules, stdout);
    if (arguments->quiet)
        return BOOT0_OK;
    fflush(stdout);
    fputs("\n"
          "Install these lines and plug the board in again:\n"
          "\n"
          "  boot0 udev -q | sudo tee /etc/udev/rules.d/60-boot0.rules\n"
          "  sudo udevadm control --reload\n"
          "\n"
          "`make install` does this if the prefix is below /usr or /etc.\n",
          stderr);
    return BOOT0_OK;
}

static const enum option taken[] = {OPTIONS_OUTPUT};

const struct command command_udev = {
    .name = "udev",
    .operands = "",
    .summary = "print the udev rule that gives users access",
    .text =
        "Prints the udev rule on standard output, and where to install it on standard error. The "
        "rule lets the user at the machine open boards in DFU mode without sudo: without it, "
        "Linux lets only root open a USB device. boot0's packages install the rule themselves. A "
        "serial port needs membership of the group dialout (Debian, Ubuntu) or uucp instead: run "
        "`sudo usermod -aG dialout $USER`, then log in again.",
    .examples = "  boot0 udev\n  boot0 udev -q | sudo tee /etc/udev/rules.d/60-boot0.rules",
    COMMAND_OPTIONS(taken),
    .run = run,
};
