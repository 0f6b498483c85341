// SPDX-License-Identifier: MIT
// libboot0 in JavaScript: the library as WebAssembly, its transports as promises. The library
// contains all knowledge of boards, files and protocols; this file has only calls and events.

import {SerialTransport} from './serial.js';
import {makeSuspender} from './suspend.js';
import {FILTERS, UsbTransport} from './usb.js';

/**
 * @typedef {object} Facts
 * @property {string} address
 * @property {number} number
 * @property {string} text
 *
 * @typedef {object} Fault an error or a note of the library
 * @property {string} code a name of boot0_status_name()
 * @property {string} message
 * @property {string} hint
 * @property {string} advice a name of boot0_advice_name(): words.js has the remedy
 * @property {Facts} facts
 *
 * @typedef {object} Region
 * @property {string} address
 * @property {number} sectors
 * @property {number} sector_bytes
 * @property {number} access
 *
 * @typedef {object} Memory
 * @property {number} alternate
 * @property {string} name
 * @property {boolean} main
 * @property {Region[]} [regions]
 *
 * @typedef {object} Board
 * @property {string} kind
 * @property {string} vendor
 * @property {string} product
 * @property {string} mode
 * @property {boolean} from_program
 * @property {boolean} has_addresses
 * @property {string} manufacturer
 * @property {string} product_name
 * @property {string} serial
 * @property {string} chip
 * @property {string[]} chips
 * @property {string} family
 * @property {number} transfer_bytes
 * @property {string} contradiction
 * @property {Memory[]} memories
 * @property {{version: string, board: string, program_start: string, update: string,
 *     entry: string}} [bootloader]
 *
 * @typedef {object} ImageDescription
 * @property {string} format
 * @property {number} bytes
 * @property {boolean} has_addresses
 * @property {{address: string, bytes: number, alternate: number}[]} segments
 * @property {string} [entry]
 * @property {{vendor: string, product: string, device: string, dfu: string}} [suffix]
 * @property {string} [family]
 * @property {string} [family_name]
 * @property {string} [cpu]
 * @property {string} name
 * @property {string[]} notes
 * @property {{address: string, stack: string, reset: string}} [vectors]
 *
 * @typedef {object} Plan
 * @property {number} alternate
 * @property {{address: string, bytes: number, differs: boolean}[]} sectors
 * @property {{action: 'erase' | 'write', address: string, bytes: number}[]} steps
 * @property {number} erase_bytes
 * @property {number} write_bytes
 * @property {number} image_bytes
 * @property {number} unchanged_bytes
 * @property {number} expected_ms
 *
 * @typedef {object} Progress
 * @property {typeof PHASES[number]} phase
 * @property {number} done bytes
 * @property {number} total bytes; 0: unknown
 * @property {number} elapsedMs since the phase began
 * @property {number} expectedMs of a phase without a total; 0: unknown
 * @property {number} leftMs until the end of the operation, over all of its phases; 0: unknown
 *
 * @typedef {object} Report
 * @property {number} image_bytes
 * @property {number} unchanged_bytes
 * @property {number} sectors_erased
 * @property {number} bytes_read
 * @property {number} bytes_written
 * @property {number} bytes_verified
 * @property {number} transfers
 * @property {number} seconds
 * @property {boolean} started
 * @property {boolean} touched
 *
 * @typedef {object} InstallReport of a bootloader; the members of Report as well
 * @property {boolean} changed false: the board had the same bootloader
 * @property {boolean} updated it had another version
 * @property {boolean} program_kept a program begins after the bootloader
 * @property {string} version_before empty: none, or unknown
 * @property {string} version
 * @property {boolean} started
 * @property {number} seconds
 *
 * @typedef {object} ConnectOptions
 * @property {string} [chip] the chip, as given by the user: "f407"
 * @property {string} [board] key of a known board: "black-f407ve"
 * @property {number} [supplyMv] the board's supply in millivolts
 *
 * @typedef {object} FlashOptions
 * @property {boolean} [full] write everything, whatever the board's contents
 * @property {boolean} [no_preserve] do not preserve other data in written sectors
 * @property {boolean} [no_verify] do not read back the written data
 * @property {boolean} [no_run] stay in DFU mode at the end
 * @property {boolean} [ignore_suffix] accept a file whose suffix names another device
 * @property {boolean} [force] accept a program for another chip
 * @property {boolean} [allow_option_bytes] accept option bytes in the file
 * @property {boolean} [skip_ram] skip data for RAM
 * @property {number} [address] of a raw binary (default: the start of the flash)
 *
 * @typedef {object} InstallOptions
 * @property {boolean} [update] replace another version of the bootloader
 * @property {boolean} [no_run] stay in DFU mode at the end
 * @property {(loss: typeof LOSSES[number]) => boolean | Promise<boolean>} [mayLose] whether the
 *     contents of the bootloader's sectors may be overwritten; without it nothing of value is
 */

/** enum boot0_phase of include/boot0/session.h. */
export const PHASES = /** @type {const} */ (
    ['wait', 'read', 'erase', 'write', 'verify', 'run', 'prepare']);

/**
 * What a bootloader overwrites, enum boot0_install_loss of include/boot0/install.h: a program or
 * data at 0x08000000, and data at 0x08004000.
 */
export const LOSSES = /** @type {const} */ (['program', 'data']);

/** Options that the library takes as words. */
const WORDS = /** @type {const} */ (['full', 'no_preserve', 'no_verify', 'no_run', 'ignore_suffix',
                                     'force', 'allow_option_bytes', 'skip_ram']);

/** WASI's errno: a page has no files. */
const BADF = 8;
const NOSYS = 52;

/** The features of this browser. */
export function support() {
    return {
        usb: typeof navigator !== 'undefined' && 'usb' in navigator,
        serial: typeof navigator !== 'undefined' && 'serial' in navigator,
    };
}

/**
 * Loads a module, from a server or, in Node, from this file's folder.
 * @param {URL | string} url
 * @param {WebAssembly.Imports} imports
 */
async function instantiate(url, imports) {
    if (!String(url).startsWith('file:'))
        return WebAssembly.instantiateStreaming(fetch(url), imports);
    const files = 'node:fs/promises'; // no bundler looks for it
    return WebAssembly.instantiate(await (await import(files)).readFile(new URL(url)), imports);
}

/** CustomEvent, which Node 18 lacks. */
export class DetailEvent extends Event {
    /**
     * @param {string} type
     * @param {any} detail
     * @param {EventInit} [options]
     */
    constructor(type, detail, options) {
        super(type, options);
        this.detail = detail;
    }
}

/** An error of the library. */
export class Boot0Error extends Error {
    /** @param {Fault} fault */
    constructor(fault) {
        super(fault.message);
        this.name = 'Boot0Error';
        this.fault = fault;
    }
    get code() {
        return this.fault.code;
    }
}

/** A parsed file. */
export class Image {
    #free;
    /**
     * @param {number} pointer
     * @param {ImageDescription} description
     * @param {() => void} free
     */
    constructor(pointer, description, free) {
        this.pointer = pointer;
        this.description = description;
        this.#free = free;
    }
    /** Frees its memory; the image cannot be used afterwards. */
    free() {
        this.#free();
    }
}

/**
 * The library, with at most one board connected.
 *
 * Events: 'progress' (Progress), 'note' (Fault), 'plan' (Plan), each with the object as `detail`;
 * 'missing': the board has left, and a device that came back, if any, needs permission: adopt().
 */
export class Boot0 extends EventTarget {
    /** @type {any} */ #exports;
    /** @type {UsbTransport | null} */ #usb = null;
    /** @type {SerialTransport | null} */ #serial = null;
    /** @type {Promise<unknown>} */ #queue = Promise.resolve();
    /** Texts of the session, which the library does not copy. @type {number[]} */ #texts = [];
    #suspender = makeSuspender();
    /** @type {InstallOptions['mayLose']} */ #mayLose;
    /** The names of the library's numbers, its version, and the chips that it knows. */
    names = {version: '', statuses: [''], advices: [''], formats: [''],
             chips: [{key: '', name: '', family: '', device: 0}]};

    /**
     * Loads the library.
     * @param {{virtual?: boolean, folder?: URL | string}} [options] virtual: with virtual boards,
     *     which makes it larger; folder: that of the .wasm files (default: this file's)
     */
    static async load(options = {}) {
        const boot0 = new Boot0();
        const name = `boot0${options.virtual ? '-virtual' : ''}${boot0.#suspender.suffix}.wasm`;
        const url = new URL(name, options.folder ?? import.meta.url);
        const {instance} = await instantiate(url, boot0.#imports());
        boot0.#exports = instance.exports;
        boot0.#exports._initialize();
        boot0.#suspender.attach(instance.exports);
        boot0.names = boot0.#result(boot0.#exports.describe());
        return boot0;
    }

    // ---- memory ----

    /**
     * @param {number} pointer
     * @param {number} size
     */
    #bytes(pointer, size) {
        return new Uint8Array(this.#exports.memory.buffer, pointer, size);
    }

    /** @param {Uint8Array} bytes */
    #copy(bytes) {
        const pointer = this.#exports.allocate(bytes.length);
        if (!pointer) throw new RangeError('out of memory');
        this.#bytes(pointer, bytes.length).set(bytes);
        return pointer;
    }

    /** @param {string} text */
    #text(text) {
        return this.#copy(new TextEncoder().encode(`${text}\0`));
    }

    /**
     * @param {number} pointer
     * @param {number} size
     */
    #json(pointer, size) {
        return JSON.parse(new TextDecoder().decode(this.#bytes(pointer, size)));
    }

    /** Returns the last call's result; throws if it failed. @param {number} [status] */
    #result(status) {
        const object = this.#json(this.#exports.result(), this.#exports.result_size());
        if (status) throw new Boot0Error(object);
        return object;
    }

    // ---- the library's imports ----

    #imports() {
        /** @param {string} name */
        const status = name => this.names.statuses.indexOf(name);
        const usb = () => /** @type {UsbTransport} */ (this.#usb);
        const serial = () => /** @type {SerialTransport} */ (this.#serial);
        /** @param {any} f */
        const suspending = f => this.#suspender.suspending(f);
        const boot0 = {
            now_us: () => performance.now() * 1000,
            sleep_us: suspending((/** @type {number} */ us) =>
                new Promise(resolve => setTimeout(resolve, us / 1000))),
            usb_scan: suspending(() => usb().scan()),
            usb_descriptors: (/** @type {number} */ pointer, /** @type {number} */ size) => {
                const bytes = usb().descriptors().subarray(0, size);
                this.#bytes(pointer, bytes.length).set(bytes);
                return bytes.length;
            },
            usb_arrival: () => usb().arrival,
            usb_open: suspending(async () => status(await usb().open())),
            usb_select: suspending(
                async (/** @type {number} */ face, /** @type {number} */ alternate) =>
                    status(await usb().select(face, alternate))),
            usb_close: suspending(() => usb().close()),
            usb_control: suspending((/** @type {number[]} */ ...a) => this.#control(a[0], a[1], a[2])),
            usb_reset: suspending(() => usb().reset()),
            usb_wait: suspending((/** @type {number} */ ms) => usb().wait(ms)),
            serial_send: suspending((/** @type {number} */ pointer, /** @type {number} */ size) =>
                serial().send(this.#bytes(pointer, size))),
            serial_receive: suspending(
                (/** @type {number[]} */ ...a) => this.#receive(a[0], a[1], a[2])),
            serial_set: suspending((/** @type {number[]} */ ...a) =>
                serial().set(a[0], a[1] !== 0, a[2] !== 0, a[3] !== 0)),
            serial_close: suspending(() => serial().close()),
            may_lose: suspending(async (/** @type {number} */ loss) =>
                await this.#mayLose?.(LOSSES[loss]) ? 1 : 0),
            progress: (/** @type {number[]} */ ...a) => this.#progress(a),
            event: (/** @type {number} */ pointer, /** @type {number} */ size) => {
                const detail = this.#json(pointer, size);
                this.dispatchEvent(new DetailEvent(detail.event, detail));
            },
        };
        const wasi = new Proxy({}, {
            get: (_, name) => () => String(name).startsWith('fd_') ? BADF : NOSYS,
        });
        return {boot0, wasi_snapshot_preview1: wasi};
    }

    /**
     * Finds the library's memory after the transfer, since it may move meanwhile.
     * @param {number} setup
     * @param {number} data
     * @param {number} timeoutMs
     */
    async #control(setup, data, timeoutMs) {
        const head = new DataView(this.#bytes(setup, 8).slice().buffer);
        const length = head.getUint16(6, true);
        const bytes = this.#bytes(data, length).slice();
        const moved = await /** @type {UsbTransport} */ (this.#usb).control(head, bytes, timeoutMs);
        if (moved > 0 && head.getUint8(0) & 0x80)
            this.#bytes(data, moved).set(bytes.subarray(0, moved));
        return moved;
    }

    /**
     * @param {number} pointer
     * @param {number} size
     * @param {number} timeoutMs
     */
    async #receive(pointer, size, timeoutMs) {
        const bytes = new Uint8Array(size);
        const count = await /** @type {SerialTransport} */ (this.#serial).receive(bytes, timeoutMs);
        if (count > 0) this.#bytes(pointer, count).set(bytes.subarray(0, count));
        return count;
    }

    /** @param {number[]} numbers */
    #progress([phase, done, total, elapsedUs, expectedUs, leftUs]) {
        const detail = {phase: PHASES[phase], done, total, elapsedMs: elapsedUs / 1000,
                        expectedMs: expectedUs / 1000, leftMs: leftUs / 1000};
        const event = new DetailEvent('progress', detail, {cancelable: true});
        return this.dispatchEvent(event) ? 0 : 1;
    }

    // ---- calls ----

    /**
     * Calls an export that may suspend, after the previous calls: they share one stack.
     * @param {string} name
     * @param {any[]} values
     */
    #call(name, ...values) {
        const job = this.#queue.then(
            async () => this.#result(await this.#suspender.call(this.#exports[name], ...values)));
        this.#queue = job.catch(() => {});
        return job;
    }

    /** @param {number} pointer */
    #image(pointer, /** @type {ImageDescription} */ description) {
        return new Image(pointer, description, () => this.#exports.image_free(pointer));
    }

    /**
     * Reads a file.
     * @param {Uint8Array} bytes
     * @param {string} name for messages, and for its suffix
     */
    image(bytes, name) {
        const data = this.#copy(bytes);
        const text = this.#text(name);
        try {
            const object = this.#result(this.#exports.image_parse(data, bytes.length, text, 0));
            return this.#image(object.image, object);
        } finally {
            this.#exports.release(data);
            this.#exports.release(text);
        }
    }

    /**
     * Gives raw bytes their address.
     * @param {Image} image
     * @param {number} address
     */
    place(image, address) {
        image.description = this.#result(this.#exports.image_place(image.pointer, address));
    }

    /**
     * Adds another image: several files flashed as one.
     * @param {Image} image
     * @param {Image} other
     */
    merge(image, other) {
        image.description = this.#result(this.#exports.image_merge(image.pointer, other.pointer));
    }

    /** @param {ConnectOptions} options */
    #session(options) {
        for (const text of this.#texts.splice(0)) this.#exports.release(text);
        this.#texts = [this.#text(options.chip ?? ''), this.#text(options.board ?? '')];
        return [...this.#texts, options.supplyMv ?? 0];
    }

    /**
     * Connects to a board by WebUSB. A running program that supports it is rebooted into DFU mode;
     * see the event 'missing' for the case in which the browser wants another permission for that.
     * @param {USBDevice} device
     * @param {ConnectOptions} [options]
     * @param {USB} [usb] the device's origin (default: navigator.usb)
     * @returns {Promise<Board>}
     */
    async connectUsb(device, options = {}, usb = navigator.usb) {
        if (!this.#usb || this.#usb.usb !== usb) {
            this.#usb?.dispose();
            this.#usb = new UsbTransport(usb);
            this.#usb.addEventListener('missing', () => this.dispatchEvent(new Event('missing')));
        }
        await this.disconnect();
        this.#usb.choose(device);
        return this.#call('session_open_usb', ...this.#session(options));
    }

    /**
     * Connects to the UART bootloader behind a serial port.
     * @param {SerialPort} port
     * @param {ConnectOptions & {boot?: string, baud?: number}} [options] boot: how DTR and RTS
     *     reset the board, docs/howto/uart.md
     * @returns {Promise<Board>}
     */
    async connectSerial(port, options = {}) {
        await this.disconnect();
        this.#serial = new SerialTransport(port);
        const values = this.#session(options);
        const boot = this.#text(options.boot ?? '');
        this.#texts.push(boot);
        return this.#call('session_open_serial', boot, options.baud ?? 0, ...values);
    }

    /**
     * Connects to the virtual board, and plugs one in if there is none: load({virtual: true}).
     * @param {string} spec as for `vboard`: "f407", "g431:flash=…"
     * @param {ConnectOptions & {speed?: number, keep?: boolean}} [options] speed: of its time, 1 is
     *     a real board's, 0 as fast as possible; keep: use the board that is plugged in
     * @returns {Promise<Board>}
     */
    async connectVirtual(spec, options = {}) {
        if (!options.keep) {
            const text = this.#text(spec);
            try {
                await this.#call('virtual_plug', text, options.speed ?? 0);
            } finally {
                this.#exports.release(text);
            }
        }
        return this.#call('session_open_virtual', ...this.#session(options));
    }

    /**
     * Sets the user's choice after 'missing': the same board under another id.
     * @param {USBDevice} device
     */
    adopt(device) {
        this.#usb?.adopt(device);
    }

    /** Resolves when the unplugged board is back. @param {AbortSignal} [signal] */
    async returned(signal) {
        await this.#usb?.returned(signal);
    }

    /** Connects to the same board again. @param {ConnectOptions} [options] @returns {Promise<Board>} */
    reconnect(options = {}) {
        return this.#call('session_open_usb', ...this.#session(options));
    }

    async disconnect() {
        this.#queue = this.#queue.then(() => this.#suspender.call(this.#exports.session_close))
            .catch(() => {});
        await this.#queue;
    }

    /** Closes everything: no more boards afterwards. */
    async close() {
        await this.disconnect();
        this.#usb?.dispose();
        this.#usb = null;
    }

    /** Ends the present call as soon as the board can be left safely: it fails with "cancelled". */
    cancel() {
        this.#exports.cancel();
    }

    /**
     * @param {string} name
     * @param {Image} image
     * @param {FlashOptions} options
     * @returns {Promise<Report>}
     */
    async #withImage(name, image, options) {
        const words = WORDS.filter(word => options[word]).join(' ');
        const text = this.#text(words);
        try {
            return await this.#call(name, image.pointer, text, options.address ?? -1);
        } finally {
            this.#exports.release(text);
        }
    }

    /**
     * Writes what differs, verifies it and starts the program.
     * @param {Image} image
     * @param {FlashOptions} [options]
     */
    flash(image, options = {}) {
        return this.#withImage('session_flash', image, options);
    }

    /** Compares the board with a file. @param {Image} image @param {FlashOptions} [options] */
    verify(image, options = {}) {
        return this.#withImage('session_verify', image, options);
    }

    /**
     * Checks whether a file fits this board; writes nothing.
     * @param {Image} image @param {FlashOptions} [options]
     */
    check(image, options = {}) {
        return this.#withImage('session_check', image, options);
    }

    /**
     * Sends the plan of flash() as 'plan' events. @param {Image} image @param {FlashOptions}
     * [options]
     */
    plan(image, options = {}) {
        return this.#withImage('session_plan', image, options);
    }

    /**
     * Installs boot0's bootloader through the one in ROM, verifies and starts it. Connect again
     * afterwards, unless it stays in DFU mode.
     * @param {Image} bootloader for 0x08000000
     * @param {InstallOptions} [options]
     * @returns {Promise<InstallReport>}
     */
    async install(bootloader, options = {}) {
        this.#mayLose = options.mayLose;
        return this.#call('session_install', bootloader.pointer, options.update ? 1 : 0,
                          options.no_run ? 1 : 0);
    }

    /**
     * Reads memory.
     * @param {number} address
     * @param {number} size bytes
     */
    async read(address, size) {
        const pointer = this.#exports.allocate(size);
        if (!pointer) throw new RangeError('out of memory');
        try {
            await this.#call('session_read', address, pointer, size);
            return this.#bytes(pointer, size).slice();
        } finally {
            this.#exports.release(pointer);
        }
    }

    /**
     * Leaves DFU mode and starts the program at an address.
     * @param {number} address @returns {Promise<Report>}
     */
    run(address) {
        return this.#call('session_run', address);
    }

    // ---- the virtual board from outside ----

    /** Reads its memory, like a debug probe. @param {number} address @param {number} size */
    peek(address, size) {
        return this.#look('virtual_read', address, size);
    }

    /** @param {string} name @param {number} address @param {number} size */
    #look(name, address, size) {
        const pointer = this.#exports.allocate(size);
        try {
            if (!this.#exports[name](address, pointer, size))
                throw new RangeError('no such memory');
            return this.#bytes(pointer, size).slice();
        } finally {
            this.#exports.release(pointer);
        }
    }

    /**
     * The UART of another virtual board, for virtual-port.js.
     * @param {string} spec
     */
    plugUart(spec) {
        const text = this.#text(spec);
        try {
            this.#result(this.#exports.uart_plug(text));
        } finally {
            this.#exports.release(text);
        }
    }

    /** @param {number} baud @param {boolean} even @param {boolean} dtr @param {boolean} rts */
    setUart(baud, even, dtr, rts) {
        this.#exports.uart_set(baud, even ? 1 : 0, dtr ? 1 : 0, rts ? 1 : 0);
    }

    /** @param {Uint8Array} bytes */
    sendUart(bytes) {
        const pointer = this.#copy(bytes);
        this.#exports.uart_send(pointer, bytes.length, 1000);
        this.#exports.release(pointer);
    }

    /**
     * Returns the bytes received within that board time. @param {number} size @param {number} ms
     */
    receiveUart(size, ms) {
        const pointer = this.#exports.allocate(size);
        const count = this.#exports.uart_receive(pointer, size, ms);
        const bytes = this.#bytes(pointer, count).slice();
        this.#exports.release(pointer);
        return bytes;
    }

    /** Reads that board's memory. @param {number} address @param {number} size */
    peekUart(address, size) {
        return this.#look('uart_read', address, size);
    }

    /** Pulls the virtual board's cable, or plugs it in. @param {boolean} plugged */
    cable(plugged) {
        this.#exports.virtual_cable(plugged ? 1 : 0);
    }
}

/**
 * Whether a device is in DFU mode, or is a program that can reboot into it.
 * @param {USBDevice} device
 */
export function isDfu(device) {
    return device.configurations.some(configuration => configuration.interfaces.some(
        face => face.alternates.some(({interfaceClass, interfaceSubclass}) => FILTERS.some(
            filter => filter.classCode === interfaceClass &&
                      filter.subclassCode === interfaceSubclass))));
}

/**
 * Lets the user choose a board. Works only in a click handler.
 * @returns {Promise<USBDevice>} rejects with NotFoundError if the user has closed the chooser
 */
export function chooseUsb() {
    return navigator.usb.requestDevice({filters: FILTERS});
}
