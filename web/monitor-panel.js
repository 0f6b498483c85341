// SPDX-License-Identifier: MIT
// The page's serial monitor: its buttons, the program's output, and the user's input.

import {Monitor} from './monitor.js';
import {SerialLink, UsbLink} from './serial-link.js';
import {Transcript} from './transcript.js';
import {explain, monitorText} from './words.js';

/** @param {string} id @returns {any} */
const $ = id => document.getElementById(`monitor-${id}`);

/** The monitor's interface for the page's other parts. */
export class MonitorPanel {
    monitor = new Monitor();
    #transcript = new Transcript();
    #drawing = false;

    /**
     * @param {() => SerialPort | null} boardPort the port through which the page has the board: the
     *     user need not choose it again
     * @param {() => boolean} busy whether an operation is in progress on the board
     * @param {() => boolean} held whether the board is in its bootloader, so that no program prints
     */
    constructor(boardPort, busy, held) {
        this.boardPort = boardPort;
        this.busy = busy;
        this.held = held;
        const {monitor} = this;
        monitor.addEventListener('state', () => this.refresh());
        monitor.addEventListener('data', event => this.#take(/** @type {CustomEvent} */ (event).detail));
        monitor.addEventListener(
            'fault', event => this.#fail(/** @type {CustomEvent} */ (event).detail, 'serial'));
        $('serial').addEventListener('click', () => this.#openSerial());
        $('usb').addEventListener('click', () => this.#openUsb());
        $('close').addEventListener('click', () => monitor.stop());
        $('baud').addEventListener('change', () => monitor.setBaud(this.#baud));
        $('clear').addEventListener('click', () => this.#clear());
        $('stamps').addEventListener('change', () => this.#draw());
        $('form').addEventListener('submit', (/** @type {Event} */ event) => this.#send(event));
        this.refresh();
    }

    get #baud() {
        return Number($('baud').value);
    }

    /** Updates the controls. */
    refresh() {
        const {state} = this.monitor;
        const serial = 'serial' in navigator, usb = 'usb' in navigator;
        $('serial').hidden = state !== 'off' || !serial;
        $('usb').hidden = state !== 'off' || serial || !usb;
        $('serial').disabled = $('usb').disabled = this.busy();
        $('serial').textContent =
            this.boardPort() ? 'Open the board\'s serial port' : 'Open a serial port…';
        $('close').hidden = state === 'off';
        $('form').hidden = state === 'off';
        $('line').disabled = $('send').disabled = state !== 'open';
        $('state').textContent = monitorText(state, serial || usb);
        $('text').hidden = state === 'off' && String(this.#transcript) === '';
    }

    async #openSerial() {
        await this.#open(async () => new SerialLink(
            this.boardPort() ?? await navigator.serial.requestPort()), 'serial');
    }

    async #openUsb() {
        await this.#open(async () => new UsbLink(
            await navigator.usb.requestDevice({filters: [{classCode: 2}, {classCode: 10}]})), 'usb');
    }

    /**
     * @param {() => Promise<import('./serial-link.js').Link>} choose
     * @param {'serial' | 'usb'} kind
     */
    async #open(choose, kind) {
        $('fault').hidden = true;
        try {
            await this.monitor.start(await choose(), this.#baud, this.held());
            $('line').focus();
        } catch (error) {
            this.#fail(error, kind);
        }
    }

    /** @param {unknown} error @param {'serial' | 'usb'} kind */
    #fail(error, kind) {
        const {title, remedy} = explain(error, kind);
        const head = document.createElement('b');
        head.textContent = title;
        $('fault').replaceChildren(head, remedy);
        $('fault').hidden = false;
        this.refresh();
    }

    /** @param {Uint8Array} bytes */
    #take(bytes) {
        this.#transcript.push(bytes, new Date());
        if (this.#drawing) return;
        this.#drawing = true;
        requestAnimationFrame(() => { this.#drawing = false; this.#draw(); });
    }

    /** Follows the output, unless the user has scrolled back. */
    #draw() {
        const box = $('text');
        const follows = box.scrollTop + box.clientHeight >= box.scrollHeight - 8;
        box.hidden = false;
        box.textContent = this.#transcript.toString($('stamps').checked);
        if (follows) box.scrollTop = box.scrollHeight;
    }

    #clear() {
        this.#transcript.clear();
        this.#draw();
        this.refresh();
    }

    /** @param {Event} event */
    async #send(event) {
        event.preventDefault();
        const text = $('line').value + JSON.parse(`"${$('end').value}"`);
        $('line').value = '';
        try {
            await this.monitor.send(new TextEncoder().encode(text));
        } catch (error) {
            this.#fail(error, 'serial');
        }
    }
}
