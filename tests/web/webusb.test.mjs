// SPDX-License-Identifier: MIT
// The page with virtual boards behind WebUSB: `BOOT0_WEB_CASE=NAME vboard BOARD… -- node
// webusb.test.mjs`. A policy of the browser replaces the user's permission in the chooser:
// policy.json, in /etc/chromium/policies/managed.

import assert from 'node:assert';
import fs from 'node:fs';
import {after, afterEach, before, test} from 'node:test';

import {openBrowser} from './browser.mjs';
import {program, toHex} from './common.mjs';

const name = process.env.BOOT0_WEB_CASE ?? 'rom';
/** policy.json grants all boards to the page at the first, and only programs at the second. */
const PORT = name === 'again' ? 8124 : 8123;
/** Headless there is no chooser: the page gets the permitted board in window.chosen. */
const CHOOSER = `navigator.usb.requestDevice = async () => {
    const devices = await navigator.usb.getDevices();
    devices.sort((a, b) => a.serialNumber < b.serialNumber ? -1 : 1);
    if (!devices.length) throw new DOMException('No device selected.', 'NotFoundError');
    return devices[window.chosen ?? 0];
};`;

/** @type {Awaited<ReturnType<typeof openBrowser>>} */ let browser;
/** @type {any} */ let page;
before(async () => {
    browser = await openBrowser({port: PORT, init: CHOOSER});
    page = browser.page;
    await browser.goto();
});
after(() => browser.close());
afterEach(() => assert.deepEqual(browser.faults, []));

async function connect() {
    await page.click('#connect');
    await browser.says(/Serial number/, 'board-facts');
}

/** @param {string} name */
async function option(name) {
    await page.evaluate(() => { document.querySelector('#options').open = true; });
    await page.check(`[name=${name}]`);
}

/**
 * Intel HEX, also written for `boot0 flash` to do the same.
 * @param {number} size @param {number} [stack]
 */
async function chooseProgram(size, stack) {
    const hex = toHex(program(size, stack), 0x08000000);
    if (process.env.BOOT0_WEB_FILE) fs.writeFileSync(process.env.BOOT0_WEB_FILE, hex);
    await browser.choose('a.hex', hex);
}

/**
 * Headless there is no chooser of ports either: the page gets the program's, or the UART.
 * @param {number} [vendor]
 */
const choosePort = vendor => page.evaluate((/** @type {number} */ wanted) => {
    navigator.serial.requestPort = async () =>
        (await navigator.serial.getPorts()).find(port => port.getInfo().usbVendorId === wanted);
}, vendor);
const PROGRAM = 0x0483;

/** @type {Record<string, () => Promise<void>>} */
const CASES = {
    /** A board in ST's ROM: flashed, and nothing to do the second time. */
    async rom() {
        await chooseProgram(24000, 0x20001000);
        await connect();
        await option('no_run');
        await page.click('#flash');
        await browser.says(/23\.4 KiB written and verified/);
        assert.match(await page.getAttribute('#sectors', 'aria-label'), / verified$/);
        await page.click('#flash');
        await browser.says(/Nothing to do/);
    },

    /** A running program reboots into the bootloader on request, under another id, and back. */
    async program() {
        await browser.choose('hello-2.elf', fs.readFileSync(`${process.env.BOOT0_FIRMWARE}/hello-2.elf`));
        await connect();
        assert.match(await page.textContent('#board-facts'), /Bootloaderboot0 \d/);
        await page.click('#flash');
        await browser.says(/written and verified.*The program runs/);
        await page.click('#flash');
        await browser.says(/Nothing to do/);
    },

    /** The bootloader was never granted: the page asks for it, and can be stopped. */
    async again() {
        await page.click('#connect');
        await page.waitForSelector('#again:not([hidden])');
        assert.match(await page.textContent('#again'), /needs your permission/);
        await page.click('#stop');
        await page.waitForSelector('#board-fault:not([hidden])');
        assert.match(await page.textContent('#board-fault'), /Stopped/);
        assert.ok(await page.isVisible('#connect'));
    },

    /** The cable is pulled in the middle, and plugged in again: the page continues by itself. */
    async unplug() {
        await chooseProgram(60000);
        await connect();
        await option('no_run');
        await page.click('#flash');
        await browser.says(/written and verified/);
        assert.match(await page.textContent('#log'), /was unplugged.*is back/);
    },

    /** A transfer that the board refuses once is repeated. */
    async stall() {
        await chooseProgram(60000);
        await connect();
        await option('no_run');
        await page.click('#flash');
        await browser.says(/written and verified/);
    },

    /** boot0's bootloader is installed on a new board, and starts. */
    async install() {
        await connect();
        await page.click('#install summary');
        await page.click('#install-go:enabled');
        await browser.says(/Bootloader \d.* installed and verified. It was started/);
    },

    /** Another build of it is replaced through the ROM; the program is preserved, and runs. */
    async update() {
        await connect();
        assert.match(await page.textContent('#board-facts'), /Bootloaderboot0 \d/);
        await page.click('#install summary');
        await browser.says(/has version \d.*replaces it/, 'install-why');
        await page.click('#install-go');
        await browser.says(/updated from \d.* to \d.*program at 0x08008000 is preserved/);
    },

    /**
     * The serial monitor by Web Serial: the program's output; then the program is replaced while
     * the monitor is open, and it shows the new one's output.
     */
    async monitor() {
        await choosePort(PROGRAM);
        await page.click('#monitor-serial');
        await browser.says(/hello from boot0, \d+ s\n/, 'monitor-text');
        await browser.choose('hello-2.elf', fs.readFileSync(`${process.env.BOOT0_FIRMWARE}/hello-2.elf`));
        await connect();
        await browser.says(/Paused/, 'monitor-state');
        await page.click('#flash');
        await browser.says(/written and verified.*The program runs/);
        await browser.says(/hello again/, 'monitor-text');
        await page.click('#monitor-close');
        await page.waitForSelector('#monitor-serial:not([hidden])');
    },

    /** ST's UART bootloader by Web Serial. */
    async uart() {
        await choosePort();
        await chooseProgram(6000);
        await page.click('#serial');
        await browser.says(/1 MiB/, 'board-facts');
        await option('no_run');
        await page.click('#flash');
        await browser.says(/written and verified/);
    },

    /** Opened at 1200 baud the program restarts into its bootloader, which is connected at once. */
    async touch() {
        await choosePort(PROGRAM);
        await page.click('#touch-box summary');
        await page.click('#touch');
        await browser.says(/Bootloaderboot0 \d/, 'board-facts');
    },

    /** Of two boards only the chosen one is flashed. */
    async two() {
        await chooseProgram(60000);
        await page.evaluate('window.chosen = 1');
        await connect();
        await option('no_run');
        await page.click('#flash');
        await browser.says(/written and verified/);
        await page.click('#disconnect');
        await page.evaluate('window.chosen = 0');
        await connect();
        await page.click('#compare');
        await browser.says(/4 sectors differ/);
    },
};

test(`over WebUSB: ${name}`, CASES[name]);
