// SPDX-License-Identifier: MIT
// Runs the flasher's page in a headless Chromium, under vboard: `node web.mjs FILE [WEBDFU]`.
// Prints the seconds from the click on Connect until FILE is written and verified, and the seconds
// of a second run. With a folder of webdfu (github.com/devanlai/webdfu), measures its dfuse.js
// instead, in this browser.

import fs from 'node:fs';
import path from 'node:path';

import {openBrowser} from '../web/browser.mjs';

const [file, webdfu] = process.argv.slice(2);
/** tests/web/policy.json grants this port's pages the board; a page gets it without a chooser. */
const PORT = 8123;
const CHOOSER = `navigator.usb.requestDevice = async () => (await navigator.usb.getDevices())[0];`;

const browser = await openBrowser({port: PORT, init: CHOOSER});
const {page} = browser;
const bytes = fs.readFileSync(file);

/** @param {() => Promise<unknown>} work */
async function seconds(work) {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
}

async function flash() {
    await page.click('#flash');
    await browser.says(/written and verified|Nothing to do/);
}

async function measurePage() {
    await browser.choose('a.bin', bytes);
    await page.check('[name=no_run]', {force: true});
    const first = await seconds(async () => {
        await page.click('#connect');
        await browser.says(/Serial number/, 'board-facts');
        await flash();
    });
    return {seconds: first, again: await seconds(flash)};
}

/** Does what webdfu's own page does, without its display. */
async function measureWebdfu() {
    for (const name of ['dfu.js', 'dfuse.js'])
        await page.evaluate(fs.readFileSync(path.join(webdfu, 'dfu-util', name), 'utf8'));
    return {seconds: await seconds(() => page.evaluate(async (/** @type {number[]} */ data) => {
        const [device] = await navigator.usb.getDevices();
        const [settings] = window.dfu.findDeviceDfuInterfaces(device);
        settings.name = '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg'; // it reads it
        const board = new window.dfuse.Device(device, settings);
        await board.open();
        if ((await board.getStatus()).state === window.dfu.dfuERROR) await board.clearStatus();
        board.startAddress = 0x08000000;
        board.logProgress = () => {};
        await board.do_download(2048, new Uint8Array(data).buffer, false);
    }, [...bytes])), again: 0};
}

try {
    await browser.goto();
    await page.evaluate(() => { document.querySelector('#options').open = true; });
    console.log(JSON.stringify(webdfu ? await measureWebdfu() : await measurePage()));
} finally {
    await browser.close();
}
