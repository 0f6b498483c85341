// SPDX-License-Identifier: MIT
// The page in a real Chromium with the virtual board in the page: what a user sees without
// mistakes, and after each mistake.

import assert from 'node:assert';
import fs from 'node:fs';
import {after, afterEach, before, beforeEach, test} from 'node:test';

import {openBrowser} from './browser.mjs';
import {SITE, program, toHex} from './common.mjs';

const BASE = 0x08000000;
const SITE_PATH = new URL(SITE).pathname;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */ let browser;
/** @type {any} */ let page;
before(async () => {
    browser = await openBrowser();
    page = browser.page;
});
after(() => browser.close());
beforeEach(() => browser.goto('?speed=0'));
afterEach(() => assert.deepEqual(browser.faults.splice(0), []));

const fault = async (/** @type {string} */ where) => {
    await page.waitForSelector(`#${where}-fault:not([hidden])`);
    return page.textContent(`#${where}-fault`);
};
const sectors = () => page.getAttribute('#sectors', 'aria-label');
const connectVirtual = async () => {
    await page.click('#virtual');
    await page.waitForSelector('#board-facts:not([hidden])');
};
/** The board's contents, as the page reads them. */
const read = async (/** @type {number} */ bytes) => {
    await page.evaluate(() => { document.querySelector('#reading').open = true; });
    await page.fill('#read-size', String(bytes));
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#read')]);
    return new Uint8Array(fs.readFileSync(await download.path()));
};

test('a file, a virtual board, a click: written, verified, read back the same', async () => {
    const firmware = program(200000);
    await browser.choose('a.hex', toHex(firmware, BASE));
    await browser.says(/Intel HEX, 195.3 KiB.*0x08000000/, 'file-facts');
    await connectVirtual();
    assert.match(await page.textContent('#board-facts'), /F405\/407.*virtual.*1 MiB/);
    await page.click('#flash');
    await browser.says(/195\.3 KiB written and verified/);
    assert.match(await sectors(), /6 untouched, 6 verified/);
    await page.click('#flash');
    await browser.says(/Nothing to do/);
    assert.match(await sectors(), /6 untouched, 6 same/);
});

test('what was read is what was written', async () => {
    const firmware = program(50000);
    await browser.choose('a.bin', firmware);
    await connectVirtual();
    await page.click('#options summary');
    await page.check('[name=no_run]');
    await page.click('#flash');
    await browser.says(/written and verified/);
    assert.deepEqual(await read(firmware.length), firmware);
});

test('the sectors show the work while it is done', async () => {
    await browser.goto('?speed=4');
    await browser.choose('a.bin', program(100000));
    await connectVirtual();
    const seen = await page.evaluate(() => new Promise(resolve => {
        const states = new Set(), sectors = document.getElementById('sectors');
        new MutationObserver(() => {
            for (const box of sectors.children) states.add(box.className);
            if (/written and verified/.test(document.getElementById('status').textContent))
                resolve([...states]);
        }).observe(document.body, {subtree: true, childList: true, attributes: true});
        document.getElementById('flash').click();
    }));
    for (const state of ['differs', 'erased', 'written', 'verified'])
        assert.ok(seen.includes(state), `${state} of ${seen}`);
});

test('without a file or a board nothing can be flashed, and the page says why', async () => {
    assert.ok(await page.isDisabled('#flash'));
    assert.match(await page.textContent('#why'), /Choose a file and connect a board/);
    await connectVirtual();
    assert.match(await page.textContent('#why'), /Choose a file first/);
    await page.click('#example');
    await page.waitForSelector('#flash:enabled');
    await page.click('#flash');
    await browser.says(/Done.*virtual board has no CPU/);
});

test('files that are none: empty, broken, not firmware', async () => {
    await browser.choose('empty.bin', new Uint8Array());
    assert.match(await fault('file'), /The file is empty/);
    await browser.choose('broken.hex', new TextEncoder().encode(':10000000zz\n'));
    assert.match(await fault('file'), /broken\.hex: line 1/);
    await browser.choose('photo.jpg', new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4, 5, 6]));
    await connectVirtual();
    await page.click('#flash');
    assert.match(await fault('flash'), /Nothing was written/);
});

test('a program for another chip is refused; the remedy names an option that is there', async () => {
    await browser.choose('a.bin', program(2000, 0x30000000));
    await connectVirtual();
    await page.click('#flash');
    assert.match(await fault('flash'), /Skip safety checks/);
    await page.click('#options summary');
    await page.getByLabel('Skip safety checks').check();
    await page.click('#flash');
    await browser.says(/written and verified/);
});

test('a number that is none', async () => {
    await browser.choose('a.bin', program(2000));
    await connectVirtual();
    await page.click('#options summary');
    await page.fill('#address', '0x0800000g');
    await page.click('#flash');
    assert.match(await fault('flash'), /“0x0800000g” is not a number/);
});

test('unplugged in the middle: told, and goes on after plugging in', async () => {
    await browser.goto('?speed=4');
    const firmware = program(100000);
    await browser.choose('a.bin', firmware);
    await connectVirtual();
    await page.click('#options summary');
    await page.check('[name=no_run]');
    await page.click('#flash');
    await browser.says(/Writing/, 'doing');
    await page.click('text=Unplug it');
    await browser.says(/was unplugged\. Plug it in again/);
    await page.click('text=Plug it in again');
    await browser.says(/written and verified/);
    assert.deepEqual(await read(firmware.length), firmware);
});

test('stopped: told, and goes on with the next click', async () => {
    await browser.goto('?speed=4');
    await browser.choose('a.bin', program(100000));
    await connectVirtual();
    await page.click('#flash');
    await browser.says(/Erasing/, 'doing');
    await page.click('#stop');
    assert.match(await fault('flash'), /continues from what the board holds/);
    await page.click('#flash');
    await browser.says(/Done/);
});

test('the chooser was closed: the words tell how a board gets into the list', async () => {
    await page.evaluate(() => {
        navigator.usb.requestDevice = async () => {
            throw new DOMException('No device selected.', 'NotFoundError');
        };
    });
    await page.click('#connect');
    assert.match(await fault('board'), /No board was chosen.*Hold BOOT0/s);
});

test('without WebUSB the page says which browser has it; the virtual board works', async () => {
    const poor = await browser.context.newPage();
    await poor.addInitScript(
        'delete Navigator.prototype.usb; delete Navigator.prototype.serial');
    await poor.goto(page.url());
    assert.match(await poor.textContent('#lacking'), /WebUSB.*Use Chrome, Edge/s);
    assert.ok(await poor.isDisabled('#connect'));
    await poor.click('#virtual');
    await poor.click('#example');
    await poor.click('#flash:enabled');
    await poor.waitForFunction(() => /Done/.test(document.getElementById('status').textContent));
    await poor.close();
});

test('without JSPI the page has the module that Asyncify suspends, and all goes the same', async () => {
    const old = await browser.context.newPage();
    /** @type {string[]} */ const loaded = [];
    old.on('request', (/** @type {any} */ request) => loaded.push(request.url()));
    await old.addInitScript('delete WebAssembly.Suspending; delete WebAssembly.promising');
    await old.goto(page.url().replace('speed=0', 'speed=8'));
    await old.click('#virtual');
    await old.click('#example');
    await old.click('#flash:enabled');
    await old.waitForFunction(() => /Writing/.test(document.getElementById('doing').textContent));
    await old.waitForFunction(() => /Done/.test(document.getElementById('status').textContent));
    assert.ok(await old.isHidden('#lacking'));
    assert.ok(loaded.some(url => url.endsWith('boot0-virtual-asyncify.wasm')));
    await old.close();
});

test('on a phone nothing is wider than the screen', async () => {
    await page.setViewportSize({width: 360, height: 740});
    await browser.choose('a-rather-long-name-of-a-firmware-file-with-version-1.2.3-rc1.bin', program(2000));
    await connectVirtual();
    await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });
    assert.ok(await page.evaluate(
        () => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
    await page.setViewportSize({width: 900, height: 1000});
});

test('by keyboard alone', async () => {
    await browser.choose('a.bin', program(2000));
    const focus = async (/** @type {string} */ id) => {
        for (let i = 0; i < 20; i++) {
            if (await page.evaluate(() => document.activeElement?.id) === id) return;
            await page.keyboard.press('Tab');
        }
        assert.fail(`${id} cannot be reached`);
    };
    await focus('virtual');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#flash:enabled');
    await focus('flash');
    await page.keyboard.press('Enter');
    await browser.says(/Done/);
});

test('each control has a name for a screen reader', async () => {
    const nameless = await page.evaluate(() =>
        [...document.querySelectorAll('button, input, select, progress')].filter(e =>
            !(e.textContent.trim() || e.labels?.[0]?.textContent.trim() ||
              e.getAttribute('aria-label') || e.getAttribute('aria-labelledby'))).map(e => e.id));
    assert.deepEqual(nameless, []);
});

// ---- <boot0-install> ----

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script type="module" src="install.js"></script>
<boot0-install manifest="firmware/manifest.json" virtual="f407" speed="0">Install Blinky</boot0-install>`;

/** A page with the button on it. @param {object} manifest @param {Record<string, Uint8Array>} files */
async function openInstall(manifest, files) {
    await page.unroute('**/firmware/*').catch(() => {});
    await page.route('**/button.html', (/** @type {any} */ route) =>
        route.fulfill({contentType: 'text/html', body: PAGE}));
    await page.route('**/firmware/*', (/** @type {any} */ route) => {
        const name = route.request().url().split('/').pop();
        const body = name === 'manifest.json' ? JSON.stringify(manifest)
                                              : files[name] && Buffer.from(files[name]);
        return body ? route.fulfill({body}) : route.fulfill({status: 404, body: ''});
    });
    await browser.goto('button.html');
    await page.click('boot0-install >> #go');
}
const words = async (/** @type {RegExp} */ expected) => {
    const text = await page.waitForFunction((/** @type {string} */ source) => {
        const root = document.querySelector('boot0-install')?.shadowRoot;
        const all = `${root?.getElementById('status')?.textContent} ` +
            `${root?.getElementById('fault')?.textContent}`;
        return RegExp(source, 's').test(all) && all;
    }, expected.source);
    return text.jsonValue();
};

test('the button chooses the build by the chip, and installs its files', async () => {
    await openInstall({
        name: 'Blinky', version: '1.0.0', done: 'The LED blinks now.',
        builds: [
            {chips: ['g431'], files: [{path: 'wrong.bin'}]},
            {chips: ['f407'], files: [{path: 'a.bin', address: '0x08000000'},
                                      {path: 'b.bin', address: '0x08020000'}]},
        ],
    }, {'a.bin': program(30000), 'b.bin': new Uint8Array(5000).fill(7)});
    assert.match(await words(/written and verified/), /The LED blinks now/);
});

test('the button tells of a board that no build is for, and of a file that is missing', async () => {
    await openInstall({name: 'Blinky', builds: [{chips: ['g431'], files: [{path: 'a.bin'}]}]}, {});
    await words(/Blinky has no version for this board \(.*F405/);
    await openInstall({name: 'Blinky', builds: [{files: [{path: 'a.bin'}]}]}, {});
    await words(/Cannot load .*a\.bin \(404\)/);
    browser.faults.splice(0); // the browser itself reports the 404
});

test('the button tells the author what is wrong with the manifest', async () => {
    await openInstall({name: 'Blinky', builds: [{chip: ['f407'], files: [{path: 'a.bin'}]}]}, {});
    await words(/manifest\.json is not a manifest: builds\[0\] has “chip”, which is not one of .*chips/);
});

test('the button asks which of several builds is meant', async () => {
    const file = program(3000);
    await openInstall({name: 'Blinky', builds: [
        {name: 'red', chips: ['f407'], files: [{path: 'red.bin'}]},
        {name: 'green', chips: ['f407'], files: [{path: 'green.bin'}]},
    ]}, {'green.bin': file});
    await words(/Several versions fit/);
    await page.selectOption('boot0-install >> select', {label: 'green'});
    await page.click('boot0-install >> #go');
    await words(/written and verified/);
});

// ---- a serial port ----

test('a serial port: ST\'s UART bootloader, with a virtual UART for the port', async () => {
    const firmware = program(6000);
    await page.evaluate(async () => {
        const {VirtualPort} = await import('./virtual-port.js');
        window.port = await VirtualPort.create('f407');
        navigator.serial.requestPort = async () => window.port;
    });
    await browser.choose('a.bin', firmware);
    await page.click('#serial');
    await browser.says(/1 MiB/, 'board-facts');
    await page.click('#options summary');
    await page.check('[name=no_run]');
    await page.click('#flash');
    await browser.says(/written and verified/);
    const held = await page.evaluate(
        size => [...window.port.boot0.peekUart(0x08000000, size)], firmware.length);
    assert.deepEqual(new Uint8Array(held), firmware);
});

test('the monitor has the board\'s UART after the program was started', async () => {
    await page.evaluate(async () => {
        const {VirtualPort} = await import('./virtual-port.js');
        window.port = await VirtualPort.create('f407');
        navigator.serial.requestPort = async () => window.port;
    });
    await browser.choose('a.bin', program(6000));
    await page.click('#serial');
    await browser.says(/1 MiB/, 'board-facts');
    await page.click('text=Open the board\'s serial port');
    await browser.says(/the port opens when the program runs/, 'monitor-state');
    await page.click('#flash');
    await browser.says(/written and verified/);
    await browser.says(/The port is open/, 'monitor-state');
});

test('a serial port without a board behind it: what to try is told', async () => {
    await page.evaluate(async () => {
        const {VirtualPort} = await import('./virtual-port.js');
        const port = await VirtualPort.create('f407:boot0=0');
        navigator.serial.requestPort = async () => port;
    });
    await page.click('#serial');
    assert.match(await fault('board'), /BOOT0/);
});

// ---- the serial monitor ----

/** Puts a port in the page that the test can print to: window.port. (DevTools may call eval().) */
async function fakePort() {
    const classes = fs.readFileSync(new URL('fake-serial.mjs', import.meta.url), 'utf8')
        .replaceAll('export class', 'class');
    await page.evaluate((/** @type {string} */ text) => {
        const [Port, Serial] = (0, eval)(`(() => { ${text}; return [FakePort, FakeSerial]; })()`);
        window.port = new Port();
        window.serial = new Serial([window.port]);
        Object.defineProperty(navigator, 'serial', {value: window.serial, configurable: true});
    }, classes);
}

test('the monitor shows what a program prints, with times, and sends what is typed', async () => {
    await fakePort();
    await page.selectOption('#monitor-baud', '57600');
    await page.click('#monitor-serial');
    await browser.says(/The port is open/, 'monitor-state');
    assert.equal(await page.evaluate('port.baud'), 57600);
    await page.evaluate('port.print("hello\\r\\nworld")');
    await browser.says(/^hello\nworld$/, 'monitor-text');
    await page.getByLabel('Time stamps').check();
    await browser.says(/^\d\d:\d\d:\d\d\.\d{3} {2}hello\n/, 'monitor-text');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'monitor-stamps');
    await page.getByLabel('Send', {exact: true}).fill('on');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.port.sent === 'on\n');
    await page.selectOption('#monitor-end', {label: 'CR LF'});
    await page.fill('#monitor-line', 'off');
    await page.click('#monitor-send');
    await page.waitForFunction(() => window.port.sent === 'on\noff\r\n');
    await page.click('#monitor-clear');
    assert.equal(await page.textContent('#monitor-text'), '');

    // It releases the port for the board, and comes back.
    await page.evaluate('new MutationObserver(() => { (window.states ??= []).push(' +
        'document.getElementById("monitor-state").textContent); })' +
        '.observe(document.getElementById("monitor-state"), {childList: true})');
    await connectVirtual();
    await browser.says(/The port is open/, 'monitor-state');
    assert.match((await page.evaluate('states')).join(), /Paused/);
    await page.evaluate('serial.unplug(port)');
    await browser.says(/Waiting for the port/, 'monitor-state');
    await page.evaluate('port.connected = true; serial.plug(port)');
    await browser.says(/The port is open/, 'monitor-state');
    await page.click('#monitor-close');
    await page.waitForFunction(() => window.port.readable === null);
    await page.click('#disconnect');
});

// ---- boot0's bootloader ----

const withoutBootloaders = !fs.existsSync(`${SITE_PATH}bootloaders/index.json`) &&
    'the site was built without bootloaders';

test('boot0\'s bootloader is installed, after a question where something is lost',
     {skip: withoutBootloaders}, async () => {
    await page.click('#install summary');
    await browser.says(/Connect a board first/, 'install-why');
    await connectVirtual();
    await browser.says(/Version \d/, 'install-why');
    assert.equal(await page.inputValue('#install-board'), 'generic-f407');
    await browser.choose('a.bin', program(2000));
    await page.click('#options summary');
    await page.check('[name=no_run]');
    await page.click('#flash');
    await browser.says(/written and verified/);
    await page.click('#install-go');
    assert.match(await page.textContent('#confirm[open]'), /overwrites the program at 0x08000000/);
    await page.keyboard.press('Escape');
    assert.match(await fault('flash'), /was stopped: nothing was changed/);
    await page.click('#install-go');
    await page.click('text=Overwrite it');
    await browser.says(/Bootloader \d.* installed and verified.*Flash a program/);
});

test('without a bootloader for its chip the page says so', {skip: withoutBootloaders}, async () => {
    await page.evaluate(async () => {
        const {Boot0} = await import('./boot0.js');
        const connect = Boot0.prototype.connectVirtual;
        Boot0.prototype.connectVirtual = function (spec, options) {
            return connect.call(this, spec && 'g431', options);
        };
    });
    await page.click('#install summary');
    await connectVirtual();
    await browser.says(/boot0 has no bootloader for this chip \(STM32/, 'install-why');
    assert.ok(await page.isDisabled('#install-go'));
});
