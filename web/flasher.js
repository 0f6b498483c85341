// SPDX-License-Identifier: MIT
// One board and its operations, shared by the page and the button: connecting in all ways, the
// picture of its sectors, and continuing after the cable was pulled.

import {Boot0, Boot0Error, DetailEvent} from './boot0.js';
import {SectorMap} from './sectors.js';

/** @typedef {{kind: 'usb', device: USBDevice} | {kind: 'serial', port: SerialPort, boot?: string} |
 *     {kind: 'virtual', spec: string, speed: number}} Way */

/**
 * Events: those of Boot0; 'board': a board is connected, with a new map; 'unplugged' and 'back',
 * while flash() waits for a board whose cable was pulled.
 */
export class Flasher extends EventTarget {
    /** @type {Map<boolean, Promise<Boot0>>} */ #loaded = new Map();
    /** @type {Boot0 | null} */ boot0 = null;
    /** @type {import('./boot0.js').Board | null} */ board = null;
    /** @type {SectorMap} */ map = new SectorMap(undefined);
    /** @type {Way | null} */ way = null;
    /** @type {import('./boot0.js').ConnectOptions} */ #options = {};
    /** @type {AbortController | null} */ #waiting = null;
    /** @type {(() => void) | null} */ #plug = null;

    /** Loads the library; the one with virtual boards is larger. */
    load(virtual = false) {
        const loaded = this.#loaded.get(virtual) ?? Boot0.load({virtual}).then(boot0 => {
            for (const name of ['note', 'plan', 'progress', 'missing'])
                boot0.addEventListener(name, event => this.#forward(event));
            return boot0;
        });
        this.#loaded.set(virtual, loaded);
        return loaded;
    }

    /** @param {Event} event */
    #forward(event) {
        const {type} = event;
        if (type === 'missing' && this.#waiting) return; // its cable was pulled
        const detail = event instanceof DetailEvent ? event.detail : undefined;
        if (type === 'plan') this.map.plan(detail);
        if (type === 'progress') this.map.progress(detail);
        const copy = new DetailEvent(type, detail, {cancelable: event.cancelable});
        if (!this.dispatchEvent(copy)) event.preventDefault();
    }

    /**
     * @param {Way} way
     * @param {import('./boot0.js').ConnectOptions} [options]
     */
    async connect(way, options = {}) {
        this.board = null;
        this.boot0 = await this.load(way.kind === 'virtual');
        this.way = way;
        this.#options = options;
        if (way.kind === 'usb') this.board = await this.boot0.connectUsb(way.device, options);
        else if (way.kind === 'serial')
            this.board = await this.boot0.connectSerial(way.port, {...options, boot: way.boot});
        else
            this.board = await this.boot0.connectVirtual(way.spec, {...options, speed: way.speed});
        this.#look();
        return this.board;
    }

    #look() {
        this.map = new SectorMap(this.board?.memories.find(memory => memory.main));
        this.dispatchEvent(new Event('board'));
    }

    /** A session ends when its board starts a program: the next one finds it again. */
    async #again() {
        const boot0 = /** @type {Boot0} */ (this.boot0);
        const way = /** @type {Way} */ (this.way);
        if (way.kind === 'virtual') { // its BOOT0 is high: it comes back in DFU mode
            boot0.cable(false);
            boot0.cable(true);
        }
        this.board = way.kind === 'usb' ? await boot0.reconnect(this.#options)
            : way.kind === 'serial'
                ? await boot0.connectSerial(way.port, {...this.#options, boot: way.boot})
                : await boot0.connectVirtual('', {...this.#options, keep: true});
        this.#look();
    }

    async disconnect() {
        this.stop();
        await this.boot0?.disconnect();
        this.board = null;
        this.way = null;
    }

    /** Ends the present operation. */
    stop() {
        this.#waiting?.abort();
        this.boot0?.cancel();
    }

    /** The virtual board's cable. @param {boolean} plugged */
    cable(plugged) {
        this.boot0?.cable(plugged);
        if (plugged) this.#plug?.();
    }

    async #returned() {
        const waiting = new AbortController();
        this.#waiting = waiting;
        try {
            if (this.way?.kind === 'usb') return await this.boot0?.returned(waiting.signal);
            await new Promise((resolve, reject) => {
                this.#plug = () => resolve(undefined);
                waiting.signal.addEventListener(
                    'abort', () => reject(new DOMException('stopped', 'AbortError')));
            });
        } finally {
            this.#waiting = null;
            this.#plug = null;
        }
    }

    /**
     * Flashes an image of this.boot0, and continues when an unplugged board comes back.
     * @param {import('./boot0.js').Image} image
     * @param {import('./boot0.js').FlashOptions} options
     */
    async flash(image, options) {
        for (;;)
            try {
                const boot0 = /** @type {Boot0} */ (this.boot0);
                return await boot0.flash(image, options);
            } catch (error) {
                if (!(error instanceof Boot0Error) || error.code !== 'gone' ||
                    this.way?.kind === 'serial')
                    throw error;
                this.dispatchEvent(new Event('unplugged'));
                await this.#returned();
                this.dispatchEvent(new Event('back'));
                await this.#again();
            }
    }

    /**
     * Connects again: after a program was started, or with more options of the user.
     * @param {import('./boot0.js').ConnectOptions} [options] in addition to those of connect()
     */
    reconnect(options = {}) {
        this.#options = {...this.#options, ...options};
        return this.#again();
    }

    /** Releases the serial port for others, until reconnect(). */
    async release() {
        if (this.way?.kind === 'serial') await this.boot0?.disconnect();
    }
}
