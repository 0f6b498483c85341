// SPDX-License-Identifier: MIT
// The user's serial port, by Web Serial, with the interface of web/wasm/host.h: a port of ST's UART
// bootloader, with 8 data bits, even parity and 1 stop bit (AN3155, 2), or no parity.

import {XFER} from './usb.js';

export class SerialTransport {
    /** @type {Uint8Array[]} */ #received = [];
    /** @type {(() => void) | null} */ #wake = null;
    /** @type {ReadableStreamDefaultReader<Uint8Array> | null} */ #reader = null;
    /** @type {Promise<void> | null} */ #pump = null;
    #baud = 0;
    #even = true;
    #damaged = false;
    #gone = false;

    /** @param {SerialPort} port */
    constructor(port) {
        this.port = port;
        port.addEventListener('disconnect', () => { this.#gone = true; this.#wake?.(); });
    }

    /** Moves received bytes into #received, until the port is closed. */
    async #read() {
        while (this.port.readable && !this.#gone) {
            this.#reader = this.port.readable.getReader();
            try {
                for (;;) {
                    const {value, done} = await this.#reader.read();
                    if (done) return;
                    this.#received.push(value);
                    this.#wake?.();
                }
            } catch (error) {
                // Errors of parity and framing are fatal to the stream, not to the port.
                if (error instanceof DOMException && error.name === 'NetworkError') this.#gone = true;
                this.#damaged = true;
                this.#wake?.();
            } finally {
                this.#reader.releaseLock();
                this.#reader = null;
            }
        }
    }

    /**
     * @param {number} baud
     * @param {boolean} even true: even parity, false: none
     * @param {boolean} dtr
     * @param {boolean} rts
     */
    async set(baud, even, dtr, rts) {
        try {
            if (baud !== this.#baud || even !== this.#even) {
                await this.close();
                const parity = even ? 'even' : 'none';
                await this.port.open({baudRate: baud, parity, bufferSize: 4096});
                this.#baud = baud;
                this.#even = even;
                this.#pump = this.#read();
            }
            await this.port.setSignals({dataTerminalReady: dtr, requestToSend: rts});
            return XFER.ok;
        } catch {
            return this.#gone ? XFER.gone : XFER.error;
        }
    }

    /** @param {Uint8Array} bytes */
    async send(bytes) {
        if (this.#gone || !this.port.writable) return XFER.gone;
        const writer = this.port.writable.getWriter();
        try {
            await writer.write(bytes.slice());
            return XFER.ok;
        } catch {
            return XFER.gone;
        } finally {
            writer.releaseLock();
        }
    }

    /**
     * @param {Uint8Array} bytes buffer for received bytes
     * @param {number} timeoutMs
     * @returns {Promise<number>} the number of bytes, or a negative XFER
     */
    async receive(bytes, timeoutMs) {
        const end = performance.now() + timeoutMs;
        let count = 0;
        for (;;) {
            while (count < bytes.length && this.#received.length > 0) {
                const chunk = this.#received[0].subarray(0, bytes.length - count);
                bytes.set(chunk, count);
                count += chunk.length;
                if (chunk.length === this.#received[0].length) this.#received.shift();
                else this.#received[0] = this.#received[0].subarray(chunk.length);
            }
            const left = end - performance.now();
            if (count === bytes.length) return count;
            if (this.#gone) return -XFER.gone;
            if (this.#damaged) {
                this.#damaged = false;
                return -XFER.error;
            }
            if (left <= 0) return count;
            await new Promise(resolve => {
                const timer = setTimeout(resolve, left);
                this.#wake = () => { clearTimeout(timer); resolve(undefined); };
            });
            this.#wake = null;
        }
    }

    async close() {
        this.#baud = 0;
        this.#received = [];
        try {
            await this.#reader?.cancel();
            await this.#pump;
            await this.port.close();
        } catch {
            // it is closed, or gone
        }
    }
}
