// SPDX-License-Identifier: MIT
// All words for users that are not on the page itself: what happened, and what to do next. The
// library gives a message, a hint and an advice; this page's remedy is here.

import {Boot0Error} from './boot0.js';

/** @typedef {{title: string, remedy: string}} Words */

const BROWSERS = 'Use Chrome, Edge, Opera or another browser based on Chromium, ' +
    'on Windows, macOS, Linux, ChromeOS or Android.';

/** The place to click on this page. */
const FORCE = 'Turn on “Skip safety checks” under Options';
const CHIP = 'Enter the chip under Options';
const INSTALL = 'Use “Install boot0\'s bootloader” below';

/**
 * The remedy for each advice of enum boot0_advice. {hint} is the library's own, the other marks are
 * its facts.
 * @type {Record<string, string>}
 */
export const ADVICE = {
    'none': '{hint}',
    'find-board': '{hint}',
    'list-boards': 'Plug the board in and connect to it again.',
    'choose-board': 'Connect to the board again and choose one:{text}',
    'choose-interface': 'Use the command boot0: the board has several DFU interfaces, and this page cannot choose one:{text}',
    'name-chip': 'Use one of {text}. For any other board, enter its chip under Options.',
    'usb-access': '{hint}',
    'usb-driver': '{hint}',
    'usb-open': '{hint}',
    'usb-missing': '{hint} The virtual board works without USB.',
    'list-ports': 'Check that the adapter is plugged in, and choose the serial port again.',
    'line-speed': '{hint}',
    'reset-lines': '{hint} Hold BOOT0 high, press reset, and connect again.',
    'see-memories': '{hint} The picture of the board shows its memory.',
    'choose-memory': 'Use the command boot0 to choose a memory; the data fits several: {text}. Nothing was changed.',
    'other-memory': 'Check that the file is for this board. It has: {text}. Nothing was written.',
    'link-for-memory': 'Build it for one of these: {text}.',
    'each-memory': '{hint}',
    'main-flash': '{hint}',
    'target-name': `Check that the file is for this board. ${FORCE} if it is. Nothing was written.`,
    'target-address': `${FORCE} to select the memory by address. The board has: {text}. ` +
        'Nothing was written.',
    'family': `Choose the file for this chip. ${FORCE} if you are sure. Nothing was written.`,
    'no-program': 'Check that the file is for this chip ({text}): it does not begin with a ' +
        `program's vector table. ${FORCE} to write it as data. Nothing was written.`,
    'alignment': 'Place the vector table at a multiple of {number}. ' +
        `${FORCE} if this is not a program. Nothing was written.`,
    'other-chip': `Build the program for the board's chip ({text}). ${CHIP} if it is another one. ` +
        'Nothing was written.',
    'unstarted': `${CHIP}: nothing at {address} would start this program. Nothing was written.`,
    'ignore-suffix': 'Turn on “Ignore the file\'s device id” under Options if the program is for ' +
        'this board: some build tools write the wrong one. Nothing was written.',
    'allow-option-bytes': 'Turn on “Allow option bytes” under Options to write them. Wrong ' +
        'option bytes can lock the chip permanently. Nothing was written.',
    'skip-ram': 'Turn on “Skip data for RAM” under Options, or correct the linker script. ' +
        'Nothing was written.',
    'place': 'Under Options, enter the address that the program is linked for, or choose the .elf or .hex: a ' +
        'raw binary contains no address. Nothing was written.',
    'place-at': 'Enter {address} as the address under Options: the vector table fits there. ' +
        'Nothing was written.',
    'no-address': 'Clear the address under Options: it is for raw binaries only.',
    'start-address': 'Flash a program first.',
    'see-files': 'Look above to see which chip the file is for.',
    'fill-gaps': 'Choose a raw binary: the board takes one piece without gaps.',
    'remove-prefix': 'Choose the file without the vendor\'s prefix.',
    'write-all': '{hint} Turn on “Write everything” under Options to write all of it.',
    'supply': 'Turn on “Write everything” under Options and try again. Possible causes: the sector ' +
        'is write-protected, the supply is too low, or the flash is worn.',
    'repeat': 'Plug the board in again, in DFU mode, and flash again to write ' +
        'what is missing.',
    'continue': 'Flash again: flashing continues from what the board holds.',
    'write-difference': 'Flash the file to write the differences.',
    'unprotect-read': 'Use the command boot0 to remove read protection, which is probably on. That erases ' +
        'everything on the chip, so this page does not do it.',
    'unprotect-write': 'Use the command boot0 to remove the write protection of the bootloader\'s sectors: this ' +
        'page cannot.',
    'say-chip': `{hint} ${CHIP}: {text}.`,
    'lock-for-ever': '{hint}',
    'protect-by-serial': '{hint}',
    'install-bootloader': `${INSTALL}: it can do this.`,
    'update-bootloader': `${INSTALL}: the one on the board may be too old.`,
    'replace-bootloader': `${INSTALL} to replace it.`,
    'name-bootloader-chip': `{hint} Choose the bootloader for that chip, or enter the chip under ` +
        'Options and connect again: {text}.',
    'update-and-unprotect': `${INSTALL}: the one on the board is too old to remove the write ` +
        'protection of its sectors, which must be removed first.',
    'leave-bootloader': '{hint}',
    'without-loader': '{hint}',
    'record': '{hint}',
    'record-serial': '{hint}',
    'record-usb': '{hint}',
    'report': '{hint} Report it with the log below if it happens each time.',
    'starter': 'The program is linked for an address that the chip does not start from ({address}).',
    'supply-ignored': 'The supply voltage is ignored.',
};

/** Why the operating system refuses a device, by its name in navigator.userAgent. */
const ACCESS = [
    ['Windows', 'Windows has bound another driver to this device, or none. ST\'s bootloader in ROM ' +
        'needs the WinUSB driver: run “boot0 driver install” once to install it. ' +
        'boot0\'s own bootloader needs no driver. Then plug the board in again.'],
    ['Android', 'Android did not give the browser access. Unplug the board, plug it in again and ' +
        'choose “Allow” when it asks.'],
    ['CrOS', 'ChromeOS uses the device itself or gives it to Linux. Plug it in again, and do not ' +
        'connect it to Linux when ChromeOS asks.'],
    ['Linux', 'Linux gives users no access to this device. Add the line SUBSYSTEM=="usb", ' +
        'ATTR{idVendor}=="0483", ATTR{idProduct}=="df11", TAG+="uaccess" to the file ' +
        '/etc/udev/rules.d/70-boot0.rules, and plug the board in again.'],
    ['', 'The operating system refuses access to the device. Close other programs that use it, ' +
        'and plug it in again.'],
];

const DFU_MODE = 'bring it into DFU mode. Hold BOOT0 (or set its jumper), press reset, and ' +
    'release BOOT0; use a USB cable that carries data, not only power.';

/** @param {string} sentence @param {import('./boot0.js').Fault} fault */
function fill(sentence, fault) {
    return sentence.replace('{hint}', fault.hint).replace('{address}', fault.facts.address)
        .replace('{number}', String(fault.facts.number)).replace('{text}', fault.facts.text).trim();
}

/** @param {string} text */
const sentence = text =>
    text.replace(/^[a-z](?=[a-z]* )/, letter => letter.toUpperCase()) + // not a file name
    (/^$|[.!?]$/.test(text) ? '' : '.');

/** Errors of the browser itself, by their names. @type {Record<string, Words>} */
const BROWSER = {
    SecurityError: {
        title: 'The browser does not allow this page to use USB.',
        remedy: 'Open the page with https:// or from localhost, in its own window.',
    },
    NotReadableError: {
        title: 'The file cannot be read.',
        remedy: 'Choose it again: it may have been moved, deleted or rebuilt.',
    },
    NetworkError: {
        title: 'The board or its adapter did not answer.',
        remedy: 'Plug it in again. Close other programs and pages that use it.',
    },
    InvalidStateError: {
        title: 'The port is in use already.',
        remedy: 'Close other programs and pages that use it, or reload this page.',
    },
    AbortError: {title: 'Stopped.', remedy: 'Flash again: flashing continues from what the board holds.'},
};

/** The user has closed the chooser. @param {'usb' | 'serial'} kind @returns {Words} */
function notChosen(kind) {
    if (kind === 'serial')
        return {title: 'No serial port was chosen.',
                remedy: 'Check that the adapter is plugged in if its port was not in the list.'};
    return {title: 'No board was chosen.',
            remedy: `If your board was not in the list, ${DFU_MODE}`};
}

/**
 * Returns the words for an error.
 * @param {unknown} error
 * @param {'usb' | 'serial'} [kind] of the chooser that was shown
 * @param {string} [agent] navigator.userAgent
 * @returns {Words}
 */
export function explain(error, kind = 'usb', agent = globalThis.navigator?.userAgent ?? '') {
    if (error instanceof Boot0Error) {
        const {fault} = error;
        const access = ACCESS.find(([system]) => agent.includes(system));
        const remedy = fault.code === 'permission' && access ? access[1]
                                                             : fill(ADVICE[fault.advice], fault);
        return {title: sentence(fault.message), remedy};
    }
    if (error instanceof Error && error.name === 'NotFoundError') return notChosen(kind);
    if (error instanceof Error && BROWSER[error.name]) return BROWSER[error.name];
    const message = error instanceof Error ? error.message : String(error);
    return {title: sentence(message), remedy: ''};
}

/** Returns a note of the library as a line. @param {import('./boot0.js').Fault} note */
export function tell(note) {
    const remedy = note.advice ? fill(ADVICE[note.advice], note) : '';
    return sentence(remedy ? `${note.message}: ${remedy}` : note.message);
}

/**
 * Returns what this browser lacks; null if nothing.
 * @param {{usb: boolean}} has
 * @returns {Words | null}
 */
export function lacking(has) {
    if (has.usb) return null;
    return {title: 'This browser does not support WebUSB, so it cannot access boards.', remedy: BROWSERS};
}

// ---- numbers ----

/** @param {number} bytes */
export function size(bytes) {
    if (bytes < 1024) return `${bytes} bytes`;
    if (bytes < 1024 * 1024) return `${+(bytes / 1024).toFixed(1)} KiB`;
    return `${+(bytes / 1024 / 1024).toFixed(2)} MiB`;
}

/** @param {number} ms */
export function duration(ms) {
    if (ms < 950) return `${Math.max(ms / 1000, 0.1).toFixed(1)} s`;
    if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
    const seconds = Math.round(ms / 1000);
    return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const DOING = {
    wait: 'Waiting for the board', read: 'Comparing', erase: 'Erasing', write: 'Writing',
    verify: 'Verifying', run: 'Starting the program', prepare: 'Preparing',
};

/**
 * "Writing: 45 %, 50 KiB/s, 3 s left".
 * @param {import('./boot0.js').Progress} progress
 */
export function progressText({phase, done, total, elapsedMs, leftMs}) {
    const parts = [];
    if (total > 0) parts.push(`${Math.floor(100 * done / total)} %`);
    if (done > 0 && elapsedMs > 300 && phase !== 'erase')
        parts.push(`${size(Math.round(done / elapsedMs * 1000))}/s`);
    if (leftMs > 0) parts.push(`${duration(leftMs)} left`);
    return parts.length ? `${DOING[phase]}: ${parts.join(', ')}` : `${DOING[phase]}…`;
}

/** The meaning of each of LOSSES. */
export const INSTALL_LOSS = {
    program: {
        title: 'This overwrites the program at 0x08000000.',
        text: 'The bootloader is written there. Make a copy with “Read memory to a file”, or link the ' +
            'program for 0x08008000 and flash it afterwards.',
    },
    data: {
        title: 'This erases 0x08004000 to 0x08007fff.',
        text: 'The bootloader keeps its journal there. Make a copy with “Read memory to a file” first ' +
            'if you need that data.',
    },
};

/** @param {import('./boot0.js').InstallReport} report */
export function installText({changed, updated, program_kept, version, version_before, started}) {
    const what = !changed ? `Bootloader ${version} is installed already`
        : updated ? `Bootloader updated from ${version_before || 'an unknown version'} to ${version}, and verified`
        : `Bootloader ${version} installed and verified`;
    const kept = program_kept ? '; the program at 0x08008000 is preserved' : '';
    const next = !started ? ' Set BOOT0 low and press reset to start it.'
        : program_kept ? ' It was started.'
        : ' It was started. Flash a program that is linked for 0x08008000; BOOT0 can stay low from now on.';
    return `${what}${kept}.${next}`;
}

/**
 * @param {import('./monitor.js').MonitorState} state
 * @param {boolean} possible whether this browser can open ports at all
 */
export function monitorText(state, possible) {
    if (!possible) return 'This browser cannot open serial ports: it supports neither Web Serial nor WebUSB.';
    return {
        off: 'Shows what the program prints on its USB serial port or UART.',
        waiting: 'Waiting for the port…',
        open: 'The port is open.',
        paused: 'Paused: the port opens when the program runs.',
    }[state];
}

/**
 * @param {import('./boot0.js').Report} report
 * @param {number} ms
 * @param {boolean} virtual it has a ROM, and no CPU to run a program
 */
export function reportText(report, ms, virtual) {
    const written = report.bytes_written;
    const what = written === 0 ? 'Nothing to do: the board holds this already'
                               : `Done: ${size(written)} written and verified`;
    const same = written > 0 && report.unchanged_bytes > 0
        ? `, ${size(report.unchanged_bytes)} unchanged` : '';
    const runs = virtual ? ' On hardware the program would run now; the virtual board has no CPU.'
                         : ' The program runs.';
    return `${what}${same}, in ${duration(ms)}.${report.started ? runs : ''}`;
}
