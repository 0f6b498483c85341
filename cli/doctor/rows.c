/* SPDX-License-Identifier: MIT */
/* The table of findings: code, severity, text and remedy. */
#include "findings.h"

/* The three commands that install a rule and make it effective. */
#define INSTALL_RULE                                                                               \
    "boot0 udev -q | sudo tee /etc/udev/rules.d/60-boot0.rules\n"                                  \
    "sudo udevadm control --reload\n"                                                              \
    "Then plug the board in again."

#define INSTALL_DRIVER                                                                             \
    "Run `boot0 driver install`: it gives the board WinUSB, which is part of Windows. `boot0 "     \
    "driver remove` goes back."

static const struct finding_row rows[FINDING_COUNT] = {
    [FINDING_NO_USB] =
        {"no-usb", SEVERITY_PROBLEM, "the USB of this machine cannot be used: {detail}",
         "In a container or a virtual machine the USB devices have to be passed in, for instance "
         "by `docker run --device=/dev/bus/usb`. `boot0 list --virtual f407` works without any."},
    [FINDING_NOTHING_ENUMERATES] =
        {"nothing-enumerates", SEVERITY_PROBLEM,
         "no USB device at all is seen, apart from hubs: that is what a cable without data wires "
         "looks like",
         "Take a cable that carries data, one that has connected a phone or a disk, and plug it in "
         "directly, without a hub. Is the board's power LED on? Then bring it into DFU mode:"},
    [FINDING_NO_DEVICE] =
        {"no-device", SEVERITY_PROBLEM, "no board in DFU mode is seen",
         "Connect BOOT0 to 3.3 V (button or jumper), and BOOT1 (PB2) to ground where the board has "
         "it, press reset, and use a USB cable that carries data. `boot0 list --wait` waits for "
         "it. Boards:"},
    [FINDING_PROGRAM] =
        {"program-running", SEVERITY_PROBLEM,
         "{device} runs a program ({detail}); it is not in DFU mode",
         "The program has no DFU interface that could be asked. Bring the board into DFU mode by "
         "hand:"},
    [FINDING_PROGRAM_BESIDE] =
        {"program-beside", SEVERITY_HINT,
         "{device} runs a program ({detail}), beside a board that is in DFU mode",
         "If that is the board that you mean, bring it into DFU mode by BOOT0 and reset."},
    [FINDING_RUNTIME] =
        {"run-time-mode", SEVERITY_HINT,
         "{device} runs a program with a DFU interface; it is not in DFU mode",
         "Nothing has to be done: `boot0 flash` asks it for DFU mode. dfu-util wants both ids for "
         "that, -d RUNNING,DFU."},
    [FINDING_PROBE] =
        {"st-link", SEVERITY_HINT, "{device} is an ST-LINK: the debug probe's socket",
         "The chip's own USB port is another socket, on the Discovery board the micro USB one. "
         "Connect that too."},
    [FINDING_UNKNOWN_DEVICE] =
        {"unknown-device", SEVERITY_PROBLEM, "{device} is seen, but cannot say what it is",
         "Another cable, another port, no hub. On a board of your own: the crystal (ST's ROM finds "
         "out its frequency), 3.3 V, D+ and D- swapped, and something else that drives PA11 or "
         "PA12."},
    [FINDING_NO_NODE] = {"no-device-node", SEVERITY_PROBLEM,
                         "{device} is seen, but has no file in /dev/bus/usb",
                         "That is so in containers. Pass the directory in: `docker run -v "
                         "/dev/bus/usb:/dev/bus/usb "
                         "--device-cgroup-rule='c 189:* rmw'`."},
    [FINDING_NO_UDEV] =
        {"no-udev", SEVERITY_PROBLEM,
         "{device} may not be opened, and there is no udev here that could give access",
         "In a container it is the host's udev that sets permissions: install the rule there "
         "(`boot0 udev` prints it), or run as root in the container."},
    [FINDING_RULE_MISSING] = {"udev-rule-missing", SEVERITY_PROBLEM,
                              "{device} may not be opened: no udev rule gives users access to it",
                              INSTALL_RULE},
    [FINDING_RULE_LATE] =
        {"udev-rule-late", SEVERITY_PROBLEM,
         "{device} may not be opened: the rule in {detail} comes too late. The tag uaccess takes "
         "effect in 73-seat-late.rules, so the file's name must sort before it",
         "Rename the file, for instance to 60-stm32.rules in the same directory. Then\n"
         "sudo udevadm control --reload\n"
         "and plug the board in again."},
    [FINDING_RULE_NOT_APPLIED] =
        {"udev-rule-not-applied", SEVERITY_PROBLEM,
         "{device} may not be opened: a udev rule for it is there ({detail}), but did not take "
         "effect",
         "The rule is younger than the moment when the board was plugged in, or udev has not read "
         "it yet:\nsudo udevadm control --reload\nThen plug the board in again."},
    [FINDING_NOT_IN_GROUP] =
        {"not-in-group", SEVERITY_PROBLEM,
         "{device} may not be opened: only the group {detail} may, and this session is not in it",
         "sudo usermod -aG {detail} $USER\nThen log out and in again."},
    [FINDING_NO_SEAT] =
        {"session-without-seat", SEVERITY_PROBLEM,
         "{device} may not be opened: udev gives it to who sits at the machine, and this session "
         "does not (it came by ssh, or from a service)",
         "boot0's rule gives it to a group too:\n"
         "boot0 udev -q | sudo tee /etc/udev/rules.d/60-boot0.rules\n"
         "sudo udevadm control --reload\n"
         "sudo usermod -aG {detail} $USER\n"
         "Then log out and in again, and plug the board in again."},
    [FINDING_PERMISSION] =
        {"permission", SEVERITY_PROBLEM, "{device} may not be opened by this user",
         "Run the command as a user who may. On Linux a udev rule gives access: `boot0 udev`."},
    [FINDING_BUSY] =
        {"busy", SEVERITY_PROBLEM, "{device} is held by another program{detail}",
         "Close it: dfu-util, STM32CubeProgrammer, a browser page that flashes, fwupd, a virtual "
         "machine that has taken the board. Then try again."},
    [FINDING_NO_ANSWER] =
        {"no-answer", SEVERITY_PROBLEM, "{device} does not answer as it should: {detail}",
         "Reset it into DFU mode, or plug it in again; use a short cable and no hub. If it stays "
         "so, `boot0 info -v` shows more."},
    [FINDING_PROTECTED] =
        {"read-protected", SEVERITY_PROBLEM,
         "{device} is read protected: it answers errVENDOR and lets nobody read or write",
         "`boot0 erase --unprotect` takes the protection off, and ERASES THE WHOLE CHIP in doing "
         "so. There is no other way."},
    [FINDING_ERROR_STATE] = {"error-state", SEVERITY_OK,
                             "{device} was in dfuERROR. ST's bootloader starts so; it is no error",
                             ""},
    [FINDING_UNFINISHED] =
        {"unfinished", SEVERITY_OK,
         "{device} was in {detail}: a program has left it in the middle of something", ""},
    [FINDING_CONTRADICTION] =
        {"contradiction", SEVERITY_HINT, "{device} contradicts what is known of it: {detail}",
         "boot0 goes on with what it says there. If you know better which chip it is, say --chip."},
    [FINDING_PORT_BUSY] =
        {"port-busy", SEVERITY_HINT, "the serial port of {device} is in use: {detail}",
         "A serial monitor or another program may keep it while the board is to change to DFU "
         "mode. Close it first."},
    [FINDING_MODEM_MANAGER] =
        {"modem-manager", SEVERITY_HINT,
         "ModemManager runs and will talk to the serial port of {device} when it appears",
         "It takes the port for seconds and sends AT commands to it. boot0's udev rule keeps it "
         "away from known boards:\n" INSTALL_RULE},
    [FINDING_OLD_DFU_UTIL] =
        {"old-dfu-util", SEVERITY_HINT, "an old dfu-util comes first in PATH: {detail}",
         "boot0 does not need it. For scripts that call it, install 0.11 or later, and look with "
         "`command -v dfu-util` which one is found."},
    [FINDING_WINDOWS_NO_DRIVER] = {"windows-no-driver", SEVERITY_PROBLEM,
                                   "{device} has no driver{detail}", INSTALL_DRIVER},
    [FINDING_WINDOWS_NO_PORT] =
        {"windows-no-port", SEVERITY_PROBLEM,
         "{device} runs a program whose serial port has no driver{detail}",
         "Windows 10 and later have one (usbser): choose \"Update driver\" in the device manager. "
         "Flashing does not need it: bring the board into DFU mode by BOOT0 and reset."},
    [FINDING_WINDOWS_WRONG_DRIVER] =
        {"windows-wrong-driver", SEVERITY_PROBLEM,
         "{device} has a driver that programs cannot flash with{detail}", INSTALL_DRIVER},
    [FINDING_WINDOWS_ST_DRIVER] =
        {"windows-st-driver", SEVERITY_PROBLEM,
         "{device} has ST's own driver of DfuSe Demo (STTub30), which no other program can use",
         INSTALL_DRIVER " DfuSe Demo does not see the board any more then; STM32CubeProgrammer "
                        "does."},
    [FINDING_WINDOWS_COMPOSITE] =
        {"windows-composite", SEVERITY_PROBLEM,
         "{device} is bound as a whole by usbccgp, so its DFU interface has no driver of its own",
         "Run `boot0 driver`: if it shows the interface as well, `boot0 driver install` gives "
         "WinUSB "
         "to that. If it does not, uninstall the device in the device manager and plug it in "
         "again."},
    [FINDING_WINDOWS_SERIAL] =
        {"windows-serial", SEVERITY_PROBLEM,
         "{device} has the driver of serial ports (usbser), which cannot flash",
         "It was assigned by mistake, or the id is another device's. " INSTALL_DRIVER},
    [FINDING_WINDOWS_LIBUSB0] =
        {"windows-libusb0", SEVERITY_HINT, "{device} has the old libusb-win32 driver (libusb0)",
         "Most programs work with it; WinUSB is what they are tested with. `boot0 driver install "
         "--force` replaces it."},
    [FINDING_WINDOWS_START] = {"windows-cannot-start", SEVERITY_PROBLEM,
                               "Windows could not start the driver of {device} (code 10)",
                               "Plug it in again at another port. If it stays so: " INSTALL_DRIVER},
    [FINDING_WINDOWS_DISABLED] = {"windows-disabled", SEVERITY_PROBLEM,
                                  "{device} is disabled in the device manager (code 22)",
                                  "Enable it there."},
    [FINDING_WINDOWS_ENUMERATION] =
        {"windows-enumeration", SEVERITY_PROBLEM,
         "{device} is plugged in, but does not answer Windows (code 43)",
         "Another cable, another port, no hub. On a board of your own: the crystal (ST's ROM finds "
         "out its frequency), 3.3 V, D+ and D- swapped, and something else that drives PA11 or "
         "PA12. A driver is not the cure."},
    [FINDING_WINDOWS_UNSIGNED] =
        {"windows-unsigned", SEVERITY_PROBLEM,
         "Windows refuses the driver of {device}: its signature cannot be verified (code 52)",
         INSTALL_DRIVER},
    [FINDING_WINDOWS_PROBLEM] =
        {"windows-problem", SEVERITY_PROBLEM,
         "the device manager reports a problem with {device}{detail}",
         "Its properties there say more. If it is the driver: " INSTALL_DRIVER},
    [FINDING_MACOS_ACCESSORY] =
        {"macos-accessory", SEVERITY_HINT,
         "a Mac laptop with Apple silicon shows a new USB device only when that was allowed",
         "Unlock the screen and confirm \"Allow accessory to connect\", or set it under System "
         "Settings > Privacy & Security. No driver is needed on macOS."},
    [FINDING_MACOS_HELD] =
        {"macos-held", SEVERITY_PROBLEM, "macOS does not let {device} be opened",
         "Another program or a virtual machine has it: close STM32CubeProgrammer and browser pages "
         "that flash, and disconnect the board from the virtual machine. No driver is needed."},
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
