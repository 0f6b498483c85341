// SPDX-License-Identifier: MIT
// The serial monitor without a browser: ports that come and go, and the text from their bytes.

import assert from 'node:assert';
import {test} from 'node:test';

import {Monitor} from '../../web/monitor.js';
import {SerialLink, UsbLink, findCdc} from '../../web/serial-link.js';
import {Transcript} from '../../web/transcript.js';
import {FakePort, FakeSerial} from './fake-serial.mjs';

const encode = (/** @type {string} */ text) => new TextEncoder().encode(text);

/** A monitor that listens, and its received data. @param {any} link @param {number} [baud] */
async function listen(link, baud = 115200) {
    const monitor = new Monitor();
    const heard = {text: '', faults: /** @type {any[]} */ ([])};
    monitor.addEventListener('data', (/** @type {any} */ event) => {
        heard.text += new TextDecoder().decode(event.detail);
        monitor.dispatchEvent(new Event('changed'));
    });
    monitor.addEventListener('fault', (/** @type {any} */ event) => heard.faults.push(event.detail));
    monitor.addEventListener('state', () => monitor.dispatchEvent(new Event('changed')));
    await monitor.start(link, baud);
    /** @param {() => boolean} holds */
    const until = async holds => {
        while (!holds())
            await new Promise(resolve => monitor.addEventListener('changed', resolve, {once: true}));
    };
    return {monitor, heard, until};
}

test('a port is opened with its baud rate and DTR, read and written', async () => {
    const port = new FakePort(), serial = new FakeSerial([port]);
    const {monitor, heard, until} = await listen(new SerialLink(port, serial), 9600);
    await until(() => monitor.state === 'open');
    assert.equal(port.baud, 9600);
    assert.equal(port.signals.dataTerminalReady, true);
    port.print('hello');
    await until(() => heard.text === 'hello');
    await monitor.send(encode('x\n'));
    assert.equal(port.sent, 'x\n');
    await monitor.setBaud(19200);
    await until(() => monitor.state === 'open');
    assert.equal(port.baud, 19200);
    await monitor.stop();
    assert.equal(port.readable, null, 'the port is closed');
});

test('errors of the line do not end it', async () => {
    const port = new FakePort(), serial = new FakeSerial([port]);
    const {monitor, heard, until} = await listen(new SerialLink(port, serial));
    await until(() => monitor.state === 'open');
    port.damage('FramingError');
    port.print('still here');
    await until(() => heard.text === 'still here');
    await monitor.stop();
});

test('a board that restarts has a new port: it is found, and another board\'s is not', async () => {
    const port = new FakePort(), other = new FakePort(), serial = new FakeSerial([port, other]);
    const {monitor, heard, until} = await listen(new SerialLink(port, serial));
    await until(() => monitor.state === 'open');
    serial.unplug(port);
    await until(() => monitor.state === 'waiting');
    const back = new FakePort();
    serial.plug(back);
    await until(() => monitor.state === 'open');
    back.print('again');
    await until(() => heard.text === 'again');
    assert.equal(other.readable, null);
    await monitor.stop();
});

test('the port is let go while the board is flashed, and taken again', async () => {
    const port = new FakePort(), serial = new FakeSerial([port]);
    const {monitor, until} = await listen(new SerialLink(port, serial));
    await until(() => monitor.state === 'open');
    await monitor.pause();
    assert.equal(monitor.state, 'paused');
    assert.equal(port.readable, null);
    await port.open({baudRate: 1200}); // another program has it open now
    await port.close();
    monitor.resume();
    await until(() => monitor.state === 'open');
    await monitor.stop();
    monitor.resume();
    assert.equal(monitor.state, 'off', 'what was stopped stays so');
});

test('a pause while the port is awaited, or just being opened, leaves nothing open', async () => {
    const port = new FakePort(), serial = new FakeSerial([]);
    port.connected = false;
    const {monitor, until} = await listen(new SerialLink(port, serial));
    assert.equal(monitor.state, 'waiting');
    await monitor.pause();
    port.connected = true;
    serial.plug(port);
    monitor.resume();
    await monitor.pause();
    assert.equal(port.readable, null);
    monitor.resume();
    await until(() => monitor.state === 'open');
    await monitor.stop();
});

test('a port that another program holds is a fault, after some tries', {timeout: 20000}, async () => {
    const port = new FakePort(), serial = new FakeSerial([port]);
    port.refuses = new DOMException('Failed to open serial port.', 'NetworkError');
    const {monitor, heard, until} = await listen(new SerialLink(port, serial));
    await until(() => monitor.state === 'off');
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(heard.faults[0]?.name, 'NetworkError');
    assert.ok(port.tries > 3);
});

// ---- CDC by WebUSB ----

/** A program's device: a serial port, and the DFU interface of boot0's runtime. */
class FakeDevice {
    configuration = null;
    opened = false;
    serialNumber = '1';
    productId = 0x5740;
    /** @type {any[]} */ asked = [];
    /** @type {((value: any) => void) | null} */ #reading = null;
    sent = '';
    configurations = [{configurationValue: 1, interfaces: [
        {interfaceNumber: 0, alternates: [{interfaceClass: 2, endpoints: []}]},
        {interfaceNumber: 1, alternates: [{interfaceClass: 10, endpoints: [
            {direction: 'out', type: 'bulk', endpointNumber: 1},
            {direction: 'in', type: 'bulk', endpointNumber: 2}]}]},
        {interfaceNumber: 2, alternates: [{interfaceClass: 0xfe, endpoints: []}]}]}];
    claimed = new Set();
    async open() { this.opened = true; }
    async selectConfiguration() { this.configuration = /** @type {any} */ (this.configurations[0]); }
    /** @param {number} face */
    async claimInterface(face) { this.claimed.add(face); }
    /** @param {any} setup @param {Uint8Array} [data] */
    async controlTransferOut(setup, data) { this.asked.push([setup.request, setup.value, [...data ?? []]]); }
    /** @param {number} end */
    async transferIn(end) {
        assert.equal(end, 2);
        if (!this.opened) throw new DOMException('closed', 'InvalidStateError');
        return new Promise((resolve, reject) => {
            this.#reading = text => text === null ? reject(new DOMException('gone', 'AbortError'))
                : resolve({status: 'ok', data: new DataView(encode(text).buffer)});
        });
    }
    /** @param {number} end @param {Uint8Array} bytes */
    async transferOut(end, bytes) {
        assert.equal(end, 1);
        this.sent += new TextDecoder().decode(bytes);
    }
    async close() { this.opened = false; this.claimed.clear(); this.#reading?.(null); }
    /** @param {string} text */
    print(text) { this.#reading?.(text); }
}

test('CDC by WebUSB: line coding, DTR, both ways, and closed at the end', async () => {
    const device = /** @type {any} */ (new FakeDevice());
    const usb = Object.assign(new EventTarget(), {getDevices: async () => [device]});
    const {monitor, heard, until} = await listen(new UsbLink(device, /** @type {any} */ (usb)), 9600);
    await until(() => monitor.state === 'open');
    assert.deepEqual([...device.claimed], [0, 1]);
    assert.deepEqual(device.asked, [[0x20, 0, [0x80, 0x25, 0, 0, 0, 0, 8]], [0x22, 3, []]]);
    await new Promise(resolve => setImmediate(resolve));
    device.print('hello');
    await until(() => heard.text === 'hello');
    await monitor.send(encode('y'));
    assert.equal(device.sent, 'y');
    await monitor.stop();
    assert.equal(device.opened, false);
    assert.deepEqual(device.asked.at(-1), [0x22, 0, []], 'DTR is taken back');
});

test('a device without a serial port has none', () => {
    const device = /** @type {any} */ (new FakeDevice());
    assert.deepEqual(findCdc(device), {control: 0, data: 1, input: 2, output: 1});
    device.configurations[0].interfaces.splice(0, 2);
    assert.equal(findCdc(device), null);
});

// ---- the transcript ----

test('lines: LF, CR LF, CR that overwrites, characters in two pieces', () => {
    const transcript = new Transcript(), time = new Date();
    const push = (/** @type {string | number[]} */ part) =>
        transcript.push(typeof part === 'string' ? encode(part) : new Uint8Array(part), time);
    push('one\r\ntwo\n\nthree\r');
    assert.equal(String(transcript), 'one\ntwo\n\nthree');
    push('\nfour\n10 %\r');
    push('20 %');
    assert.equal(String(transcript), 'one\ntwo\n\nthree\nfour\n20 %');
    transcript.clear();
    push([0xe2, 0x82]);
    push([0xac]);
    assert.equal(String(transcript), '€');
});

test('escape sequences are left out, also in two pieces', () => {
    const transcript = new Transcript();
    transcript.push(encode('\x1b[31mred\x1b[0m \x1b[3'), new Date());
    transcript.push(encode('2mgreen\x07'), new Date());
    assert.equal(String(transcript), 'red green');
});

test('time stamps are those of a line\'s beginning; old lines are dropped', () => {
    const transcript = new Transcript();
    transcript.push(encode('a'), new Date(2026, 0, 2, 3, 4, 5, 67));
    transcript.push(encode('b\n'), new Date(2026, 0, 2, 3, 4, 9, 0));
    assert.equal(transcript.toString(true), '03:04:05.067  ab');
    transcript.push(encode('x\n'.repeat(5000)), new Date());
    assert.equal(String(transcript).split('\n').length, 2000);
});
