// SPDX-License-Identifier: MIT
// A program's serial port for the monitor, in two ways: a port of Web Serial, and the program's CDC
// interface by WebUSB where there is no Web Serial, as on Android. Both are found again after the
// board has restarted.

/**
 * @typedef {object} Link
 * @property {(signal: AbortSignal) => Promise<void>} find resolves when the port is there
 * @property {(baud: number) => Promise<void>} open
 * @property {() => AsyncGenerator<Uint8Array>} read ends when the port has gone or was closed
 * @property {(bytes: Uint8Array) => Promise<void>} write
 * @property {() => Promise<void>} close also from within read()
 */

/** Between two polls, in case an event is missed. */
const LOOK_MS = 500;

/**
 * Waits until something is plugged in, or a moment has passed.
 * @param {EventTarget} bus navigator.serial or navigator.usb
 * @param {AbortSignal} signal
 */
async function change(bus, signal) {
    /** @type {() => void} */ let resume = () => {};
    const wait = new Promise(resolve => {
        resume = () => resolve(undefined);
        setTimeout(resume, LOOK_MS);
    });
    bus.addEventListener('connect', resume, {once: true});
    signal.addEventListener('abort', resume, {once: true});
    await wait;
    bus.removeEventListener('connect', resume);
    signal.removeEventListener('abort', resume);
    signal.throwIfAborted();
}

/** Errors of framing, parity and overruns end a stream, not the port: Web Serial, 4.4. */
const FATAL = ['NetworkError', 'InvalidStateError'];

/** @implements {Link} */
export class SerialLink {
    /** @type {ReadableStreamDefaultReader<Uint8Array> | null} */ #reader = null;
    /** Ports of other boards. @type {Set<SerialPort>} */ #others = new Set();
    #open = false;

    /**
     * @param {SerialPort} port
     * @param {Serial} [serial]
     */
    constructor(port, serial = navigator.serial) {
        this.port = port;
        this.serial = serial;
    }

    /** @param {SerialPort} port */
    #isLike(port) {
        const one = this.port.getInfo(), other = port.getInfo();
        return one.usbVendorId === other.usbVendorId && one.usbProductId === other.usbProductId;
    }

    /** A board that has restarted has a new SerialPort. @param {AbortSignal} signal */
    async find(signal) {
        for (;;) {
            const ports = await this.serial.getPorts();
            if (ports.includes(this.port) || /** @type {any} */ (this.port).connected) {
                this.#others = new Set(ports.filter(port => port !== this.port));
                return;
            }
            const like = ports.filter(port => !this.#others.has(port) && this.#isLike(port));
            if (like.length === 1) this.port = like[0];
            else await change(this.serial, signal);
        }
    }

    /** @param {number} baud */
    async open(baud) {
        await this.port.open({baudRate: baud, bufferSize: 16384});
        this.#open = true;
        // Programs send when DTR shows a listener; adapters may lack these lines.
        await this.port.setSignals({dataTerminalReady: true, requestToSend: true}).catch(() => {});
    }

    async *read() {
        while (this.port.readable && this.#open) {
            const reader = this.#reader = this.port.readable.getReader();
            try {
                for (;;) {
                    const {value, done} = await reader.read();
                    if (done) return;
                    yield value;
                }
            } catch (error) {
                if (!(error instanceof DOMException) || FATAL.includes(error.name)) return;
            } finally {
                reader.releaseLock();
                this.#reader = null;
            }
        }
    }

    /** @param {Uint8Array} bytes */
    async write(bytes) {
        const writer = this.port.writable?.getWriter();
        try {
            await writer?.write(/** @type {Uint8Array<ArrayBuffer>} */ (bytes));
        } finally {
            writer?.releaseLock();
        }
    }

    async close() {
        if (!this.#open) return;
        this.#open = false;
        await this.#reader?.cancel().catch(() => {});
        await new Promise(resolve => setTimeout(resolve)); // read() releases the reader
        await this.port.close().catch(() => {});
    }
}

/** USB CDC 1.2, tables 2, 4 and 19; PSTN 1.2, tables 13, 17 and 18. */
const CDC = {communication: 2, data: 10, setLineCoding: 0x20, setControlLineState: 0x22};
const READ_BYTES = 512;

/** The interfaces of a serial port, or null. @param {USBDevice} device */
export function findCdc(device) {
    const configuration = device.configuration ?? device.configurations[0];
    const faces = configuration?.interfaces ?? [];
    const at = faces.findIndex(face => face.alternates[0].interfaceClass === CDC.data);
    if (at < 0) return null;
    // Among several functions, the communication interface of each precedes its data.
    const control = faces.slice(0, at).reverse()
        .find(face => face.alternates[0].interfaceClass === CDC.communication);
    const {endpoints} = faces[at].alternates[0];
    const input = endpoints.find(end => end.direction === 'in' && end.type === 'bulk');
    const output = endpoints.find(end => end.direction === 'out' && end.type === 'bulk');
    if (!control || !input || !output) return null;
    return {control: control.interfaceNumber, data: faces[at].interfaceNumber,
            input: input.endpointNumber, output: output.endpointNumber};
}

/** @implements {Link} */
export class UsbLink {
    #open = false;

    /**
     * @param {USBDevice} device of a program with a CDC interface
     * @param {USB} [usb]
     */
    constructor(device, usb = navigator.usb) {
        this.device = device;
        this.usb = usb;
    }

    /** @param {AbortSignal} signal */
    async find(signal) {
        for (;;) {
            const devices = await this.usb.getDevices();
            const device = devices.find(device => device === this.device && findCdc(device)) ??
                devices.find(device => device.serialNumber === this.device.serialNumber &&
                                       device.productId === this.device.productId &&
                                       findCdc(device));
            if (device) {
                this.device = device;
                return;
            }
            await change(this.usb, signal);
        }
    }

    get #cdc() {
        const cdc = findCdc(this.device);
        if (!cdc) throw new Error('the program has no USB serial port');
        return cdc;
    }

    /** @param {number} request @param {number} value @param {Uint8Array<ArrayBuffer>} [data] */
    #ask(request, value, data) {
        return this.device.controlTransferOut(
            {requestType: 'class', recipient: 'interface', request, value, index: this.#cdc.control},
            data);
    }

    /** @param {number} baud */
    async open(baud) {
        const {device} = this;
        if (!device.opened) await device.open();
        this.#open = true;
        if (!device.configuration)
            await device.selectConfiguration(device.configurations[0].configurationValue);
        await device.claimInterface(this.#cdc.control);
        await device.claimInterface(this.#cdc.data);
        const coding = new Uint8Array(7); // 1 stop bit, no parity
        new DataView(coding.buffer).setUint32(0, baud, true);
        coding[6] = 8;
        await this.#ask(CDC.setLineCoding, 0, coding);
        await this.#ask(CDC.setControlLineState, 3); // DTR and RTS
    }

    async *read() {
        const {device} = this, {input} = this.#cdc;
        while (this.#open)
            try {
                const {data, status} = await device.transferIn(input, READ_BYTES);
                if (status === 'stall') await device.clearHalt('in', input);
                else if (data?.byteLength)
                    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
            } catch {
                return; // it has gone, or was closed
            }
    }

    /** @param {Uint8Array} bytes */
    async write(bytes) {
        await this.device.transferOut(this.#cdc.output,
                                      /** @type {Uint8Array<ArrayBuffer>} */ (bytes));
    }

    async close() {
        if (!this.#open) return;
        this.#open = false;
        try {
            await this.#ask(CDC.setControlLineState, 0);
        } catch {
            // it has gone
        }
        await this.device.close().catch(() => {}); // ends the transfer that waits for data
    }
}
