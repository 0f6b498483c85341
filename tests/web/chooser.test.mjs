// SPDX-License-Identifier: MIT
// The browser's own chooser, without a policy in its place: Chromium under Xvfb, driven by xdotool.
// `xvfb-run vboard BOARD… -- node chooser.test.mjs`, with a board that runs a program.

import assert from 'node:assert';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {after, before, test} from 'node:test';

import {openBrowser} from './browser.mjs';

/** @type {Awaited<ReturnType<typeof openBrowser>>} */ let browser;
/** @type {any} */ let page;
before(async () => {
    browser = await openBrowser({headful: true});
    page = browser.page;
    await browser.goto();
});
after(() => browser.close());

/**
 * The chooser belongs to the browser's own window: neither the page nor the X server can tell when
 * it is open. The test waits this long, and repeats keys that were pressed too early.
 */
const OPEN_MS = 2000;
const TRIES = 5;

/**
 * Presses a button that opens the chooser, then keys, until the page reaches the outcome.
 * @param {string} button
 * @param {string[]} keys
 * @param {string} outcome a selector
 */
async function choose(button, keys, outcome) {
    for (let tries = 0; tries < TRIES; tries++) {
        await page.click(button);
        await new Promise(resolve => setTimeout(resolve, OPEN_MS));
        execFileSync('xdotool', ['key', ...keys], {env: {...process.env, LD_PRELOAD: ''}});
        try {
            return await page.waitForSelector(outcome, {timeout: 12000});
        } catch (error) {
            if (error.name !== 'TimeoutError') throw error;
            execFileSync('xdotool', ['key', 'Escape'], {env: {...process.env, LD_PRELOAD: ''}});
        }
    }
    assert.fail(`${button} does not lead to ${outcome}`);
}

/** From the button that has the focus back to the list, its first row, Connect. */
const FIRST = ['shift+Tab', 'shift+Tab', 'Down', 'Return'];

test('a click for the program, a second one for its bootloader, and it is flashed', async () => {
    assert.deepEqual(await page.evaluate(() => navigator.usb.getDevices()), []);
    await browser.choose('hello-2.elf', fs.readFileSync(`${process.env.BOOT0_FIRMWARE}/hello-2.elf`));
    await choose('#connect', FIRST, '#again:not([hidden])');
    assert.match(await page.textContent('#again'), /restarted under another name/);
    await choose('#again-button', FIRST, '#board-facts:not([hidden])');
    assert.ok(await page.isHidden('#again'));
    assert.match(await page.textContent('#board-facts'), /Bootloaderboot0 \d/);
    await page.click('#flash');
    await browser.says(/written and verified.*The program runs/);
    // Both are granted now: the chooser does not appear again.
    await page.click('#flash');
    await browser.says(/Nothing to do/);
});

test('a chooser that is closed is told, with what to try', async () => {
    await page.click('#disconnect');
    await choose('#connect', ['Escape'], '#board-fault:not([hidden])');
    assert.match(await page.textContent('#board-fault'), /No board was chosen.*Hold BOOT0/s);
    assert.deepEqual(browser.faults, []);
});
