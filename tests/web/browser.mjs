// SPDX-License-Identifier: MIT
// A real Chromium with the flasher's page, for the tests. Under vboard the browser sees the virtual
// boards; the page's server runs without the preloaded library, which it does not need.

import assert from 'node:assert';
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';

const SITE = new URL('../../build/web/', import.meta.url).pathname;
const tools = createRequire(new URL('../../build/web-tools/package.json', import.meta.url));
const {chromium} = tools('playwright-core');

/** This browser accesses no network by itself. */
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
                   '--disable-background-networking', '--disable-component-update',
                   '--disable-sync'];

/**
 * The port is fixed where a policy contains it (webusb.test.mjs).
 * @param {number} port
 */
function serve(port) {
    const env = {...process.env};
    for (const name of ['LD_PRELOAD', 'UMOCKDEV_DIR']) delete env[name];
    const server = spawn(process.execPath, [new URL('serve.mjs', import.meta.url).pathname, SITE,
                                            String(port)],
                         {env, stdio: ['ignore', 'pipe', 'inherit']});
    return new Promise((resolve, reject) => {
        server.stdout.once('data', data => resolve({server, port: Number(data)}));
        server.once('exit', () => reject(new Error('the server does not start')));
    });
}

/**
 * Loads a page. Under vboard the first load of a new browser has timed out, once in some hundred
 * starts and for an unknown reason; the tests concern the page, so the load is retried.
 */
async function load(page, url) {
    for (let tries = 3; tries > 1; tries--) {
        try {
            return await page.goto(url, {timeout: 20000});
        } catch (error) {
            if (error.name !== 'TimeoutError') throw error;
        }
    }
    return page.goto(url);
}

/**
 * @param {{port?: number, viewport?: object, dark?: boolean, init?: string, headful?: boolean}} [options]
 */
export async function openBrowser(options = {}) {
    const {server, port} = await serve(options.port ?? 0);
    const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'boot0-web-'));
    const context = await chromium.launchPersistentContext(profile, {
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        headless: !options.headful,
        args: ARGUMENTS,
        viewport: options.viewport ?? {width: 900, height: 1000},
        colorScheme: options.dark ? 'dark' : 'light',
        acceptDownloads: true,
    });
    context.setDefaultTimeout(30000);
    if (options.init) await context.addInitScript(options.init);
    const page = context.pages()[0] ?? await context.newPage();
    /** Unexpected events: a script that fails, a violation of the page's policy. */
    const faults = [];
    page.on('pageerror', error => faults.push(error.message));
    page.on('console', message => {
        if (['error', 'warning'].includes(message.type())) faults.push(message.text());
    });
    /** Anything but the page's own files. */
    page.on('request', request => {
        if (!/^(blob:|data:)/.test(request.url()) &&
            !request.url().startsWith(`http://localhost:${port}/`))
            faults.push(`request of ${request.url()}`);
    });
    /**
     * Waits until an element has this text; fails at once if a fault appears meanwhile.
     * @param {RegExp} words
     */
    const says = async (words, id = 'status') => {
        const handle = await page.waitForFunction(([where, source]) => {
            const text = document.getElementById(where)?.textContent ?? '';
            const fault = document.querySelector('.fault:not([hidden])')?.textContent;
            return RegExp(source).test(text) ? text : fault && `fault: ${fault}`;
        }, [id, words.source]);
        assert.match(await handle.jsonValue(), words);
    };
    /** Gives the page a file, like the file chooser. */
    const choose = (name, bytes) => page.setInputFiles(
        '#file', {name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes)});
    return {
        page, faults, context, says, choose,
        goto: (where = '') => load(page, `http://localhost:${port}/${where}`),
        close: async () => {
            await context.close();
            server.kill();
            fs.rmSync(profile, {recursive: true, force: true});
        },
    };
}
