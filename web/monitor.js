// SPDX-License-Identifier: MIT
// The serial monitor, without its display: a link that stays open while the board is there, is
// released while the board is flashed, and is opened again afterwards.

import {DetailEvent} from './boot0.js';

/** @typedef {'off' | 'waiting' | 'open' | 'paused'} MonitorState */

/**
 * How long a present port may refuse to open: right after it appeared, the system may still be
 * setting its permissions, or another program (ModemManager) may be probing it.
 */
const OPEN_MS = 4000;
const AGAIN_MS = 200;

/** @param {number} ms */
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

/**
 * Events: 'data' (Uint8Array as detail), 'state', 'fault' (the error as detail; then it is off).
 */
export class Monitor extends EventTarget {
    /** @type {import('./serial-link.js').Link | null} */ #link = null;
    /** @type {AbortController | null} */ #running = null;
    /** @type {Promise<void>} */ #run = Promise.resolve();
    /** @type {MonitorState} */ #state = 'off';
    #baud = 115200;

    get state() {
        return this.#state;
    }

    /** @param {MonitorState} state */
    #enter(state) {
        if (state === this.#state) return;
        this.#state = state;
        this.dispatchEvent(new Event('state'));
    }

    /**
     * @param {import('./serial-link.js').Link} link
     * @param {number} baud
     * @param {boolean} [paused] only resume() opens the port: something else has it
     */
    async start(link, baud, paused = false) {
        await this.stop();
        this.#link = link;
        this.#baud = baud;
        if (paused) this.#enter('paused');
        else this.#go();
    }

    async stop() {
        await this.#halt();
        this.#link = null;
        this.#enter('off');
    }

    /** Releases the port; resolves when it is closed. */
    async pause() {
        if (!this.#link) return;
        await this.#halt();
        this.#enter('paused');
    }

    /** Waits for the port after pause(), and opens it. */
    resume() {
        if (this.#link && !this.#running) this.#go();
    }

    /** @param {number} baud */
    async setBaud(baud) {
        this.#baud = baud;
        if (!this.#running) return;
        await this.#halt();
        this.#go();
    }

    /** @param {Uint8Array} bytes */
    async send(bytes) {
        if (this.#state === 'open') await this.#link?.write(bytes);
    }

    #go() {
        const running = this.#running = new AbortController();
        this.#run = this.#work(running.signal).catch(error => {
            if (running.signal.aborted) return;
            this.#running = this.#link = null;
            this.#enter('off');
            this.dispatchEvent(new DetailEvent('fault', error));
        });
    }

    async #halt() {
        this.#running?.abort();
        await this.#link?.close();
        await this.#run;
        this.#running = null;
    }

    /** @param {AbortSignal} signal */
    async #work(signal) {
        const link = /** @type {import('./serial-link.js').Link} */ (this.#link);
        while (!signal.aborted) {
            this.#enter('waiting');
            await link.find(signal);
            await this.#open(link, signal);
            if (!signal.aborted) {
                this.#enter('open');
                for await (const bytes of link.read())
                    this.dispatchEvent(new DetailEvent('data', bytes));
            }
            await link.close();
        }
    }

    /**
     * @param {import('./serial-link.js').Link} link
     * @param {AbortSignal} signal
     */
    async #open(link, signal) {
        for (const end = performance.now() + OPEN_MS;;) {
            try {
                return await link.open(this.#baud);
            } catch (error) {
                signal.throwIfAborted();
                await link.close();
                if (performance.now() > end) throw error;
            }
            await sleep(AGAIN_MS);
            await link.find(signal);
        }
    }
}
