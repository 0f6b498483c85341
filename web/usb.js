// SPDX-License-Identifier: MIT
// The board behind WebUSB, with the interface of web/wasm/host.h. The board may leave and come back
// under another id, as its program and its bootloader do: its serial number identifies it.

/** How a transfer ends: enum boot0_xfer of include/boot0/transport.h. */
export const XFER = {ok: 0, stall: 1, timeout: 2, gone: 3, error: 4};

/** Chromium reports a pulled cable as a failed transfer first, and as an event a moment later. */
const GONE_MS = 150;
/**
 * Time from leaving until the user is asked for a board that needs permission again: longer than
 * the library waits for a started program (web/wasm/api.c).
 */
const RETURN_MS = 4000;

const TYPES = /** @type {USBRequestType[]} */ (['standard', 'class', 'vendor']);
const RECIPIENTS = /** @type {USBRecipient[]} */ (['device', 'interface', 'endpoint', 'other']);

/** The chooser shows boards in DFU mode, and programs that can reboot into it (DFU 1.1, 4.1). */
export const FILTERS = [{classCode: 0xfe, subclassCode: 1}];

/** @param {number} ms */
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

/** @param {USBDevice} device */
const bcd = device => device.deviceVersionMajor << 8 | device.deviceVersionMinor << 4 |
    device.deviceVersionSubminor;

/**
 * The descriptors as far as WebUSB provides them without opening the device: no strings, no
 * functional descriptor. USB 2.0, 9.6.
 * @param {USBDevice} device
 */
function sketch(device) {
    const configuration = device.configuration ?? device.configurations[0];
    const version = device.usbVersionMajor << 8 | device.usbVersionMinor << 4 |
        device.usbVersionSubminor;
    const word = (/** @type {number} */ value) => [value & 255, value >> 8];
    const interfaces = (configuration?.interfaces ?? []).flatMap(
        face => face.alternates.flatMap(
            a => [9, 4, face.interfaceNumber, a.alternateSetting, 0, a.interfaceClass,
                  a.interfaceSubclass, a.interfaceProtocol, 0]));
    return new Uint8Array([
        18, 1, ...word(version), device.deviceClass, device.deviceSubclass, device.deviceProtocol,
        64, ...word(device.vendorId), ...word(device.productId), ...word(bcd(device)), 0, 0, 0, 1,
        9, 2, ...word(9 + interfaces.length), configuration?.interfaces.length ?? 0,
        configuration?.configurationValue ?? 1, 0, 0x80, 50, ...interfaces,
    ]);
}

/**
 * Opens a device as far as control transfers need it. A configured device stays configured: our
 * bootloader takes a second configuration for the end of an update.
 * @param {USBDevice} device
 */
async function open(device) {
    if (!device.opened) await device.open();
    // Node's package `usb` ends a transfer after a second by default; the library has its own
    // timeouts.
    const below = /** @type {{device?: {timeout: number}}} */ (device).device;
    if (below) below.timeout = 0;
    if (!device.configuration && device.configurations.length > 0)
        await device.selectConfiguration(device.configurations[0].configurationValue);
}

/**
 * Standard GET_DESCRIPTOR: USB 2.0, 9.4.3.
 * @param {USBDevice} device
 * @param {number} type
 * @param {number} length
 */
async function descriptor(device, type, length) {
    const result = await device.controlTransferIn(
        {requestType: 'standard', recipient: 'device', request: 6, value: type << 8, index: 0},
        length);
    if (result.status !== 'ok' || !result.data) throw new Error(`descriptor ${type}`);
    const {buffer, byteOffset, byteLength} = result.data;
    return new Uint8Array(buffer, byteOffset, byteLength);
}

/** @param {USBDevice} device */
async function readDescriptors(device) {
    try {
        await open(device);
        const head = await descriptor(device, 1, 18);
        const start = await descriptor(device, 2, 9);
        const tail = await descriptor(device, 2, start[2] | start[3] << 8);
        return new Uint8Array([...head, ...tail]);
    } catch {
        return sketch(device); // usbOpen() reports the reason
    }
}

/** The chosen board, and the state needed to find it again. */
export class UsbTransport extends EventTarget {
    /** @type {USBDevice | null} */ #device = null;
    /** @type {WeakMap<USBDevice, Uint8Array<ArrayBuffer>>} */ #descriptors = new WeakMap();
    /** Devices that arrived after the chosen one had left. @type {USBDevice[]} */ #newcomers = [];
    #serial = '';
    #arrival = 0;
    #present = false;
    #goneAt = 0;
    /** @type {(() => void)[]} */ #waiting = [];
    #onConnect = (/** @type {any} */ event) => this.#connected(event.device);
    #onDisconnect = (/** @type {any} */ event) => this.#disconnected(event.device);

    /** @param {USB} usb navigator.usb, or that of the npm package `usb` */
    constructor(usb) {
        super();
        this.usb = usb;
        usb.addEventListener('connect', this.#onConnect);
        usb.addEventListener('disconnect', this.#onDisconnect);
    }

    /** Stops listening for devices, which lets Node end. */
    dispose() {
        this.usb.removeEventListener('connect', this.#onConnect);
        this.usb.removeEventListener('disconnect', this.#onDisconnect);
    }

    /**
     * Sets the board for the following calls.
     * @param {USBDevice} device
     */
    choose(device) {
        this.#serial = device.serialNumber ?? '';
        this.#newcomers = [];
        this.#arrival = 0;
        this.#take(device);
    }

    /**
     * Sets the same board under another id, by a second choice of the user.
     * @param {USBDevice} device
     */
    adopt(device) {
        this.#newcomers = [device];
        this.#wake();
    }

    get present() {
        return this.#present;
    }

    /** Resolves when the board is there. @param {AbortSignal} [signal] */
    async returned(signal) {
        while (!await this.scan()) {
            if (signal?.aborted) throw new DOMException('stopped', 'AbortError');
            await this.wait(500);
        }
    }

    /** @param {USBDevice} device */
    #take(device) {
        if (device === this.#device && this.#present) return;
        this.#device = device;
        this.#present = true;
        this.#arrival++;
    }

    /** @param {USBDevice} device */
    #connected(device) {
        if (!this.#present) this.#newcomers.push(device);
        this.#wake();
    }

    /** @param {USBDevice} device */
    #disconnected(device) {
        this.#newcomers = this.#newcomers.filter(other => other !== device);
        if (device === this.#device) this.#leave();
        this.#wake();
    }

    #leave() {
        if (this.#present) this.#goneAt = performance.now();
        this.#present = false;
    }

    #wake() {
        for (const resume of this.#waiting.splice(0)) resume();
    }

    /**
     * Finds the chosen board among the permitted devices: the same, one with its serial number, or,
     * if program and bootloader have different ones, the only one that arrived since.
     */
    async #find() {
        const devices = await this.usb.getDevices();
        const same = this.#present && devices.find(device => device === this.#device);
        if (same) return same;
        const named = devices.find(
            device => this.#serial && device.serialNumber === this.#serial &&
                (device !== this.#device || this.#newcomers.includes(device)));
        if (named) return named;
        const came = this.#newcomers.filter(device => devices.includes(device));
        return came.length === 1 ? came[0] : null;
    }

    async scan() {
        const device = await this.#find();
        if (!device) {
            this.#leave();
            if (this.#goneAt && performance.now() - this.#goneAt > RETURN_MS)
                this.dispatchEvent(new Event('missing'));
            return 0;
        }
        this.#take(device);
        this.#newcomers = [];
        if (!this.#descriptors.has(device))
            this.#descriptors.set(device, await readDescriptors(device));
        return 1;
    }

    descriptors() {
        return (this.#device && this.#descriptors.get(this.#device)) ?? new Uint8Array();
    }

    get arrival() {
        return this.#arrival;
    }

    /** @returns {Promise<string>} a name of boot0_status_name() */
    async open() {
        const device = this.#device;
        if (!device) return 'gone';
        try {
            await open(device);
            return 'ok';
        } catch (error) {
            // "Access denied" is a SecurityError: no udev rule, or a driver that is not WinUSB.
            const {name, message} = error instanceof Error ? error : new Error();
            if (name === 'SecurityError' || message.includes('LIBUSB_ERROR_ACCESS'))
                return 'permission';
            return name === 'NotFoundError' || await this.#hasGone() ? 'gone' : 'io';
        }
    }

    /**
     * Claims an interface and selects an alternate setting.
     * @param {number} face
     * @param {number} alternate
     * @returns {Promise<string>} a name of boot0_status_name()
     */
    async select(face, alternate) {
        const device = this.#device;
        if (!device || !this.#present) return 'gone';
        try {
            if (!device.configuration?.interfaces.find(i => i.interfaceNumber === face)?.claimed)
                await device.claimInterface(face);
        } catch {
            return await this.#hasGone() ? 'gone' : 'busy';
        }
        try {
            await device.selectAlternateInterface(face, alternate);
        } catch {
            if (await this.#hasGone()) return 'gone';
            return alternate === 0 ? 'ok' : 'io'; // USB 2.0, 9.4.10: it may stall the only one
        }
        return 'ok';
    }

    /** A removed device is reported a moment later. */
    async #hasGone() {
        const end = performance.now() + GONE_MS;
        while (this.#present && performance.now() < end) await sleep(10);
        return !this.#present;
    }

    /**
     * @param {DataView} setup 8 bytes, USB 2.0, 9.3
     * @param {Uint8Array} data to send, or the buffer for received bytes
     * @param {number} timeoutMs
     * @returns {Promise<number>} the number of transferred bytes, or a negative XFER
     */
    async control(setup, data, timeoutMs) {
        const type = setup.getUint8(0);
        const request = {
            requestType: TYPES[type >> 5 & 3],
            recipient: RECIPIENTS[type & 3],
            request: setup.getUint8(1),
            value: setup.getUint16(2, true),
            index: setup.getUint16(4, true),
        };
        const device = this.#device;
        if (!device || !this.#present) return -XFER.gone;
        /** @type {ReturnType<typeof setTimeout> | undefined} */ let timer;
        const late = new Promise(resolve => { timer = setTimeout(resolve, timeoutMs, null); });
        try {
            const result = await Promise.race([
                late, type & 0x80 ? device.controlTransferIn(request, setup.getUint16(6, true))
                                  : device.controlTransferOut(request, data.slice()),
            ]);
            if (!result) return -XFER.timeout;
            if (result.status !== 'ok')
                return result.status === 'stall' ? -XFER.stall : -XFER.error;
            if (!(type & 0x80)) return result.bytesWritten;
            const {buffer, byteOffset, byteLength} = result.data;
            data.set(new Uint8Array(buffer, byteOffset, byteLength));
            return byteLength;
        } catch {
            return await this.#hasGone() ? -XFER.gone : -XFER.error;
        } finally {
            clearTimeout(timer);
        }
    }

    async reset() {
        try {
            await this.#device?.reset();
            return XFER.ok;
        } catch {
            return await this.#hasGone() ? XFER.gone : XFER.error;
        }
    }

    async close() {
        try {
            await this.#device?.close();
        } catch {
            // it is gone
        }
    }

    /** Waits until a device arrives or leaves. @param {number} ms */
    async wait(ms) {
        await Promise.race([
            sleep(ms), new Promise(resolve => this.#waiting.push(() => resolve(undefined))),
        ]);
    }
}
