/* SPDX-License-Identifier: MIT */
/* The table of findings: code, severity, text and remedy. */
#include "findings.h"

/* The three commands that install a rule and make it effective. */
#define INSTALL_RULE                                                                               \
    "boot0 udev -q | sudo tee /etc/udev/rules.d/60-boot0.rules\n"                                  \
    "sudo udevadm control --reload\n"                                                              \
    "Then plug the board in again."

#define INSTALL_DRIVER                                                                             \
    "Run `boot0 driver install` to bind WinUSB, which is part of Windows, to the board. `boot0 "   \
    "driver remove` goes back."

static const struct finding_row rows[FINDING_COUNT] = {
    [FINDING_NO_USB] =
        {"no-usb", SEVERITY_PROBLEM, "cannot use this machine's USB: {detail}",
         "Pass the USB devices in if this is a container or a virtual machine, e.g. with `docker "
         "run --device=/dev/bus/usb`. `boot0 list --virtual f407` works without USB."},
    [FINDING_NOTHING_ENUMERATES] =
        {"nothing-enumerates", SEVERITY_PROBLEM,
         "no USB device found apart from hubs: typical of a cable without data wires",
         "Use a cable that carries data, e.g. one that has connected a phone or a disk, and plug "
         "it in directly, without a hub. Check that the board's power LED is on. Then bring the "
         "board into DFU mode:"},
    [FINDING_NO_DEVICE] =
        {"no-device", SEVERITY_PROBLEM, "no board in DFU mode found",
         "Connect BOOT0 to 3.3 V (button or jumper), and BOOT1 (PB2) to ground where the board "
         "has it, press reset, and use a USB cable that carries data. `boot0 list --wait` waits "
         "for the board. Boards:"},
    [FINDING_PROGRAM] = {"program-running", SEVERITY_PROBLEM,
                         "{device} runs a program ({detail}) and is not in DFU mode",
                         "The program has no DFU interface that could reboot it. Bring the board "
                         "into DFU mode by hand:"},
    [FINDING_PROGRAM_BESIDE] =
        {"program-beside", SEVERITY_HINT,
         "{device} runs a program ({detail}), beside a board that is in DFU mode",
         "Bring it into DFU mode with BOOT0 and reset, if that is the board to flash."},
    [FINDING_RUNTIME] = {"run-time-mode", SEVERITY_HINT,
                         "{device} runs a program with a DFU interface and is not in DFU mode",
                         "Nothing needs to be done: `boot0 flash` reboots the board into DFU "
                         "mode. dfu-util needs both ids for that, -d RUNNING,DFU."},
    [FINDING_PROBE] = {"st-link", SEVERITY_HINT, "{device} is an ST-LINK: the debug probe's socket",
                       "Connect the chip's own USB port too. It is another socket, on the "
                       "Discovery board the micro USB one."},
    [FINDING_UNKNOWN_DEVICE] =
        {"unknown-device", SEVERITY_PROBLEM,
         "{device} is connected, but does not send its descriptors",
         "Try another cable and another port, without a hub. On a board of your own, check the "
         "crystal (ST's ROM measures its frequency), the 3.3 V supply, whether D+ and D- are "
         "swapped, and whether something else drives PA11 or PA12."},
    [FINDING_NO_NODE] =
        {"no-device-node", SEVERITY_PROBLEM,
         "{device} is connected, but has no file in /dev/bus/usb",
         "Pass the directory into the container (this occurs in containers): `docker run -v "
         "/dev/bus/usb:/dev/bus/usb --device-cgroup-rule='c 189:* rmw'`."},
    [FINDING_NO_UDEV] = {"no-udev", SEVERITY_PROBLEM,
                         "no access to {device}, and there is no udev here that could give it",
                         "Install the rule on the host if this is a container (`boot0 udev` "
                         "prints it; the host's udev sets permissions), or run as root in the "
                         "container."},
    [FINDING_RULE_MISSING] = {"udev-rule-missing", SEVERITY_PROBLEM,
                              "no access to {device}: no udev rule gives it to users",
                              INSTALL_RULE},
    [FINDING_RULE_LATE] =
        {"udev-rule-late", SEVERITY_PROBLEM,
         "no access to {device}: the rule in {detail} comes too late. The tag uaccess takes "
         "effect in 73-seat-late.rules, so the file's name must sort before it",
         "Rename the file, e.g. to 60-stm32.rules in the same directory. Then\n"
         "sudo udevadm control --reload\n"
         "and plug the board in again."},
    [FINDING_RULE_NOT_APPLIED] =
        {"udev-rule-not-applied", SEVERITY_PROBLEM,
         "no access to {device}: a udev rule for it exists ({detail}), but has not taken effect",
         "Reload the rules: the rule was installed after the board was plugged in, or udev has "
         "not read it yet:\n"
         "sudo udevadm control --reload\n"
         "Then plug the board in again."},
    [FINDING_NOT_IN_GROUP] =
        {"not-in-group", SEVERITY_PROBLEM,
         "no access to {device}: only the group {detail} has it, and this session is not in the "
         "group",
         "Join the group:\nsudo usermod -aG {detail} $USER\nThen log out and in again."},
    [FINDING_NO_SEAT] =
        {"session-without-seat", SEVERITY_PROBLEM,
         "no access to {device}: udev gives it to the user at the machine, and this session is "
         "not local (it runs over ssh or in a service)",
         "Install boot0's rule, which gives access to a group too:\n"
         "boot0 udev -q | sudo tee /etc/udev/rules.d/60-boot0.rules\n"
         "sudo udevadm control --reload\n"
         "sudo usermod -aG {detail} $USER\n"
         "Then log out and in again, and plug the board in again."},
    [FINDING_PERMISSION] =
        {"permission", SEVERITY_PROBLEM, "no access to {device} for this user",
         "Run the command as a user who has access. On Linux a udev rule gives access: `boot0 "
         "udev`."},
    [FINDING_BUSY] = {"busy", SEVERITY_PROBLEM, "{device} is in use by another program{detail}",
                      "Close it, then try again. It can be dfu-util, STM32CubeProgrammer, a "
                      "browser page that flashes, fwupd, or a virtual machine that captured the "
                      "board."},
    [FINDING_NO_ANSWER] =
        {"no-answer", SEVERITY_PROBLEM, "{device} does not answer correctly: {detail}",
         "Reset it into DFU mode, or plug it in again; use a short cable and no hub. If the "
         "problem remains, run `boot0 info -v` to see more."},
    [FINDING_PROTECTED] =
        {"read-protected", SEVERITY_PROBLEM,
         "{device} is read-protected: it answers errVENDOR and refuses all reads and writes",
         "Run `boot0 erase --unprotect` to remove the protection. This ERASES THE WHOLE CHIP, and "
         "there is no other way."},
    [FINDING_ERROR_STATE] =
        {"error-state", SEVERITY_OK,
         "{device} was in dfuERROR, which is the normal initial state of ST's bootloader", ""},
    [FINDING_UNFINISHED] =
        {"unfinished", SEVERITY_OK,
         "{device} was in {detail}: a program left it in the middle of an operation", ""},
    [FINDING_CONTRADICTION] =
        {"contradiction", SEVERITY_HINT, "{device} contradicts what is known of it: {detail}",
         "Use --chip if you know better which chip it is. Without --chip, boot0 continues with "
         "the value above."},
    [FINDING_PORT_BUSY] = {"port-busy", SEVERITY_HINT,
                           "the serial port of {device} is in use: {detail}",
                           "Close the serial monitor or other program that uses it: it can keep "
                           "the port while the board enters DFU mode."},
    [FINDING_MODEM_MANAGER] =
        {"modem-manager", SEVERITY_HINT,
         "ModemManager is running and will open the serial port of {device} when it appears",
         "Install boot0's udev rule, which keeps ModemManager away from known boards. "
         "ModemManager occupies the port for seconds and sends AT commands to it.\n" INSTALL_RULE},
    [FINDING_OLD_DFU_UTIL] =
        {"old-dfu-util", SEVERITY_HINT, "an old dfu-util comes first in PATH: {detail}",
         "Install dfu-util 0.11 or later for scripts that call it, and check with `command -v "
         "dfu-util` which one is found. boot0 does not need it."},
    [FINDING_WINDOWS_NO_DRIVER] = {"windows-no-driver", SEVERITY_PROBLEM,
                                   "{device} has no driver{detail}", INSTALL_DRIVER},
    [FINDING_WINDOWS_NO_PORT] =
        {"windows-no-port", SEVERITY_PROBLEM,
         "the serial port of {device}, which runs a program, has no driver{detail}",
         "Choose \"Update driver\" in the Device Manager: Windows 10 and later include the driver "
         "(usbser). Flashing does not need it: bring the board into DFU mode with BOOT0 and "
         "reset."},
    [FINDING_WINDOWS_WRONG_DRIVER] = {"windows-wrong-driver", SEVERITY_PROBLEM,
                                      "the driver of {device} cannot be used for flashing{detail}",
                                      INSTALL_DRIVER},
    [FINDING_WINDOWS_ST_DRIVER] =
        {"windows-st-driver", SEVERITY_PROBLEM,
         "{device} has the driver of ST's DfuSe Demo (STTub30), which no other program can use",
         INSTALL_DRIVER " DfuSe Demo will then not see the board any more; STM32CubeProgrammer "
                        "will."},
    [FINDING_WINDOWS_COMPOSITE] =
        {"windows-composite", SEVERITY_PROBLEM,
         "{device} is bound as a whole to usbccgp, so its DFU interface has no driver of its own",
         "Run `boot0 driver`. If it shows the interface as well, run `boot0 driver install` to "
         "bind WinUSB to the interface. If not, uninstall the device in the Device Manager and "
         "plug it in again."},
    [FINDING_WINDOWS_SERIAL] = {"windows-serial", SEVERITY_PROBLEM,
                                "{device} has a serial port driver (usbser), which cannot flash",
                                "Replace the driver: it was assigned by mistake, or because of "
                                "another device's id. " INSTALL_DRIVER},
    [FINDING_WINDOWS_LIBUSB0] =
        {"windows-libusb0", SEVERITY_HINT, "{device} has the old libusb-win32 driver (libusb0)",
         "Keep it if it works; programs are tested with WinUSB, but most work with libusb0. To "
         "replace it, run `boot0 driver install --force`."},
    [FINDING_WINDOWS_START] =
        {"windows-cannot-start", SEVERITY_PROBLEM,
         "Windows could not start the driver of {device} (code 10)",
         "Plug it in again at another port. If the problem remains: " INSTALL_DRIVER},
    [FINDING_WINDOWS_DISABLED] = {"windows-disabled", SEVERITY_PROBLEM,
                                  "{device} is disabled in the Device Manager (code 22)",
                                  "Enable it in the Device Manager."},
    [FINDING_WINDOWS_ENUMERATION] =
        {"windows-enumeration", SEVERITY_PROBLEM,
         "{device} is plugged in, but does not answer Windows (code 43)",
         "Try another cable and another port, without a hub. On a board of your own, check the "
         "crystal (ST's ROM measures its frequency), the 3.3 V supply, whether D+ and D- are "
         "swapped, and whether something else drives PA11 or PA12. Another driver does not help."},
    [FINDING_WINDOWS_UNSIGNED] =
        {"windows-unsigned", SEVERITY_PROBLEM,
         "Windows refuses the driver of {device}: its signature cannot be verified (code 52)",
         INSTALL_DRIVER},
    [FINDING_WINDOWS_PROBLEM] = {"windows-problem", SEVERITY_PROBLEM,
                                 "the Device Manager reports a problem with {device}{detail}",
                                 "Look at its properties there for details. If the driver is the "
                                 "cause: " INSTALL_DRIVER},
    [FINDING_MACOS_ACCESSORY] =
        {"macos-accessory", SEVERITY_HINT,
         "a Mac laptop with Apple silicon shows a new USB device only after you allow it",
         "Unlock the screen and confirm \"Allow accessory to connect\", or set it under System "
         "Settings > Privacy & Security. No driver is needed on macOS."},
    [FINDING_MACOS_HELD] =
        {"macos-held", SEVERITY_PROBLEM, "macOS denies access to {device}",
         "Close the program that uses it, e.g. STM32CubeProgrammer or a browser page that "
         "flashes, and disconnect the board from a virtual machine. No driver is needed."},
    [FINDING_READY] = {"ready", SEVERITY_OK, "{device} can be flashed{detail}", ""},
};

const struct finding_row *finding_row(enum finding_code code)
{
    return &rows[code];
}

const char *severity_name(enum severity severity)
{
    static const char *const names[] = {
        [SEVERITY_OK] = "ok", [SEVERITY_HINT] = "hint", [SEVERITY_PROBLEM] = "problem"};

    return names[severity];
}
