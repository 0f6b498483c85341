// SPDX-License-Identifier: MIT
// The whole operation as one call: flash(device, file, options).

import {Boot0} from './boot0.js';
import {load} from './load.js';

/**
 * @typedef {object} FlashEvents called with the detail of Boot0's events
 * @property {(board: import('./boot0.js').Board) => void} [board] it is connected
 * @property {(plan: import('./boot0.js').Plan) => void} [plan]
 * @property {(progress: import('./boot0.js').Progress) => void} [progress]
 * @property {(note: import('./boot0.js').Fault) => void} [note]
 * @property {() => USBDevice | void | Promise<USBDevice | void>} [missing] the board has come back
 *     under another id, for which the browser wants permission: lets the user choose it
 *
 * @typedef {object} JobOptions
 * @property {string} [name] of the file, if `file` has none: for its suffix, and for messages
 * @property {USB} [usb] the device's origin (default: navigator.usb): that of the npm package `usb`
 * @property {string} [boot] how DTR and RTS of a serial port reset the board, docs/howto/uart.md
 * @property {number} [baud] of ST's UART bootloader
 * @property {number} [speed] of a virtual board's time; 0: as fast as possible
 * @property {AbortSignal} [signal] stops as soon as the board can be left safely
 * @property {FlashEvents} [on]
 *
 * @typedef {JobOptions & import('./boot0.js').ConnectOptions & import('./boot0.js').FlashOptions} Options
 *
 * @typedef {import('./boot0.js').Report & {board: import('./boot0.js').Board}} Result
 */

const EVENTS = /** @type {const} */ (['plan', 'progress', 'note']);

/**
 * @param {string | URL | Blob | ArrayBuffer | Uint8Array} file
 * @param {string} [name]
 */
async function open(file, name) {
    if (typeof file === 'string' || file instanceof URL)
        return {bytes: await load(file), name: name ?? String(file).replace(/^.*\//, '')};
    if (file instanceof Blob)
        return {bytes: new Uint8Array(await file.arrayBuffer()),
                name: name ?? /** @type {Partial<File>} */ (file).name ?? 'file'};
    return {bytes: file instanceof ArrayBuffer ? new Uint8Array(file) : file, name: name ?? 'file'};
}

/**
 * @param {Boot0} boot0
 * @param {USBDevice | SerialPort | string} device
 * @param {Options} options
 */
function connect(boot0, device, options) {
    if (typeof device === 'string') return boot0.connectVirtual(device, options);
    if ('controlTransferIn' in device) return boot0.connectUsb(device, options, options.usb);
    return boot0.connectSerial(device, options);
}

/**
 * Writes what differs, verifies it and starts the program. Reboots a running program into DFU mode
 * first.
 * @param {USBDevice | SerialPort | string} device of WebUSB or Web Serial; a string is a virtual
 *     board: "f407"
 * @param {string | URL | Blob | ArrayBuffer | Uint8Array} file its content, or its location
 * @param {Options} [options]
 * @returns {Promise<Result>} rejects with a Boot0Error
 */
export async function flash(device, file, options = {}) {
    const {on = {}, signal} = options;
    const content = await open(file, options.name);
    const boot0 = await Boot0.load({virtual: typeof device === 'string'});
    for (const name of EVENTS)
        boot0.addEventListener(
            name, event => on[name]?.(/** @type {CustomEvent} */ (event).detail));
    boot0.addEventListener('missing', async () => {
        const other = await on.missing?.();
        if (other) boot0.adopt(other);
    });
    const stop = () => boot0.cancel();
    signal?.addEventListener('abort', stop);
    try {
        signal?.throwIfAborted();
        const image = boot0.image(content.bytes, content.name);
        const board = await connect(boot0, device, options);
        on.board?.(board);
        signal?.throwIfAborted();
        return {...await boot0.flash(image, options), board};
    } finally {
        signal?.removeEventListener('abort', stop);
        await boot0.close();
    }
}
