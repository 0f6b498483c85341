// SPDX-License-Identifier: MIT
// The UART of a virtual board as a SerialPort of Web Serial: to try it, and for the tests, in which
// Chromium shows no virtual ports.

import {Boot0} from './boot0.js';

/** Between two polls for received bytes; the board's time is faster. */
const POLL_MS = 1;
const BOARD_MS = 20;

/** @implements {Pick<SerialPort, 'open' | 'close' | 'setSignals' | 'readable' | 'writable'>} */
export class VirtualPort extends EventTarget {
    /** @type {ReadableStream<Uint8Array> | null} */ readable = null;
    /** @type {WritableStream<Uint8Array> | null} */ writable = null;
    connected = true;
    #baud = 0;
    #even = false;

    /** @param {Boot0} boot0 that has the board: plugUart() */
    constructor(boot0) {
        super();
        this.boot0 = boot0;
    }

    /** @param {string} spec as for `vboard` */
    static async create(spec) {
        const boot0 = await Boot0.load({virtual: true});
        boot0.plugUart(spec);
        return new VirtualPort(boot0);
    }

    getInfo() {
        return {};
    }

    /** @param {SerialOptions} options */
    async open(options) {
        if (this.readable) throw new DOMException('The port is open already.', 'InvalidStateError');
        const {boot0} = this;
        this.#baud = options.baudRate;
        this.#even = options.parity === 'even';
        let open = true;
        this.readable = new ReadableStream({
            async pull(controller) {
                while (open) {
                    const bytes = boot0.receiveUart(1, BOARD_MS);
                    if (bytes.length > 0) return controller.enqueue(bytes);
                    await new Promise(resolve => setTimeout(resolve, POLL_MS));
                }
            },
            cancel() { open = false; },
        }, {highWaterMark: 0});
        this.writable = new WritableStream({write(bytes) { boot0.sendUart(bytes); }});
    }

    async close() {
        this.readable = this.writable = null;
    }

    /** @param {SerialOutputSignals} signals */
    async setSignals(signals) {
        this.boot0.setUart(this.#baud, this.#even, signals.dataTerminalReady ?? true,
                           signals.requestToSend ?? true);
    }
}
