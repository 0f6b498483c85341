// SPDX-License-Identifier: MIT
// Web Serial without a browser or a board, for tests: also in a page, as a separate script.

export class FakePort extends EventTarget {
    /** @type {ReadableStream<Uint8Array> | null} */ readable = null;
    /** @type {WritableStream<Uint8Array> | null} */ writable = null;
    /** @type {any} */ #controller = null;
    connected = true;
    /** @type {any} */ signals = {};
    /** @type {unknown} */ refuses = null;
    baud = 0;
    tries = 0;
    sent = '';

    forget = async () => {};
    getSignals = async () => /** @type {any} */ ({});
    onconnect = null;
    ondisconnect = null;

    getInfo() { return {usbVendorId: 0x483, usbProductId: 0x5740}; }

    /** @param {any} options */
    async open({baudRate}) {
        this.tries++;
        if (this.refuses) throw this.refuses;
        if (!this.connected) throw new DOMException('no such port', 'NetworkError');
        if (this.readable) throw new DOMException('open already', 'InvalidStateError');
        this.baud = baudRate;
        this.#stream();
        this.writable = new WritableStream(
            {write: bytes => { this.sent += new TextDecoder().decode(bytes); }});
    }

    #stream() {
        this.readable = new ReadableStream({start: controller => { this.#controller = controller; }});
    }

    /** @param {any} signals */
    async setSignals(signals) { Object.assign(this.signals, signals); }

    async close() {
        if (!this.readable) throw new DOMException('not open', 'InvalidStateError');
        if (this.readable.locked) throw new TypeError('a reader is there');
        this.readable = this.writable = null;
    }

    /** @param {string} text */
    print(text) { this.#controller.enqueue(new TextEncoder().encode(text)); }

    /** An error ends the stream; the port then has a new one. @param {string} name */
    damage(name) {
        this.#controller.error(new DOMException(name, name));
        this.#stream();
    }

    pull() {
        this.connected = false;
        this.#controller?.error(new DOMException('The device has been lost.', 'NetworkError'));
        this.readable = null;
    }
}

export class FakeSerial extends EventTarget {
    onconnect = null;
    ondisconnect = null;

    /** @param {FakePort[]} ports */
    constructor(ports) {
        super();
        this.ports = ports;
    }

    async getPorts() { return this.ports; }
    async requestPort() { return this.ports[0]; }

    /** @param {FakePort} port */
    plug(port) {
        this.ports.push(port);
        this.dispatchEvent(new Event('connect'));
    }

    /** @param {FakePort} port */
    unplug(port) {
        this.ports.splice(this.ports.indexOf(port), 1);
        port.pull();
    }
}
