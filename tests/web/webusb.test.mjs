// SPDX-License-Identifier: MIT
// The page with a virtual board behind WebUSB: run by `vboard BOARD… -- node webusb.test.mjs`. The
// permission that a person gives in the chooser comes by a policy of the browser: policy.json, in
// /etc/chromium/policies/managed.

import assert from 'node:assert';
import {after, afterEach, before, test} from 'node:test';

import {openBrowser} from './browser.mjs';
import {program, toHex} from './common.mjs';

const PORT = 8123;
/** Headless there is no chooser: the page gets the board that the policy permits. */
const CHOOSER = `navigator.usb.requestDevice = async () => {
    const [device] = await navigator.usb.getDevices();
    if (!device) throw new DOMException('No device selected.', 'NotFoundError');
    return device;
};`;

/** @type {Awaited<ReturnType<typeof openBrowser>>} */ let browser;
before(async () => { browser = await openBrowser({port: PORT, init: CHOOSER}); });
after(() => browser.close());
afterEach(() => assert.deepEqual(browser.faults, []));

const text = (/** @type {string} */ id) => browser.page.textContent(`#${id}`);
test('flashes a board over WebUSB, and nothing the second time', async () => {
    const {page} = browser;
    const firmware = program(100000);
    await browser.goto();
    await browser.choose('a.hex', toHex(firmware, 0x08000000));
    await page.click('#connect');
    await page.waitForSelector('#board-facts:not([hidden])');
    assert.match(await text('board-facts') ?? '', /F405\/407/);
    await page.click('#options summary');
    await page.check('[name=no_run]');
    await page.click('#flash');
    await browser.says(/written and verified/);
    assert.equal(await page.getAttribute('#sectors', 'aria-label'),
                 'The board\'s flash, 12 sectors: 7 untouched, 5 verified');
    await page.click('#flash');
    await browser.says(/Nothing to do/);
});
