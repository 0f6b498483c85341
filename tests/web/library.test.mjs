// SPDX-License-Identifier: MIT
// The library as WebAssembly with a virtual board, in Node, without a browser: boot0.js' facts of
// files and boards, and the board's flash afterwards.

import assert from 'node:assert';
import fs from 'node:fs';
import {before, test} from 'node:test';

import {Boot0Error, PHASES} from '../../web/boot0.js';
import {connectOptions, fittingBootloaders} from '../../web/bootloaders.js';
import {SectorMap} from '../../web/sectors.js';
import {ADVICE, explain, progressText} from '../../web/words.js';
import {SITE, loadBoot0, program, toHex} from './common.mjs';

const BASE = 0x08000000;
/** @type {import('../../web/boot0.js').Boot0} */ let boot0;

before(async () => { boot0 = await loadBoot0(); });

test('the small module loads, without virtual boards', async () => {
    const small = await loadBoot0(false);
    await assert.rejects(small.connectVirtual('f407'), {code: 'unsupported'});
    assert.match(small.names.version, /^\d+\.\d+\.\d+$/);
});

test('a file is described: format, segments, vectors', () => {
    const image = boot0.image(toHex(program(1000), BASE), 'a.hex');
    assert.equal(image.description.format, 'ihex');
    assert.deepEqual(image.description.segments,
                     [{address: '0x08000000', bytes: 1000, alternate: 0}]);
    assert.equal(image.description.vectors?.stack, '0x20020000');
    image.free();
});

test('a broken file is an error with its line', () => {
    assert.throws(() => boot0.image(new TextEncoder().encode(':1000zz\n'), 'a.hex'),
                  {code: 'data', message: /line 1/});
});

test('a board is described, flashed, compared and read', async () => {
    /** @type {any[]} */ const plans = [];
    const phases = new Map();
    const firmware = program(200000);
    const image = boot0.image(firmware, 'a.bin');
    const note = (/** @type {any} */ event) => plans.push(event.detail);
    const count = (/** @type {any} */ event) => phases.set(event.detail.phase, event.detail);
    boot0.addEventListener('plan', note);
    boot0.addEventListener('progress', count);

    const board = await boot0.connectVirtual('f407');
    assert.ok(board.chips.includes('f407'));
    assert.equal(board.memories.find(memory => memory.main)?.regions?.length, 3);

    const report = await boot0.flash(image, {no_run: true});
    assert.equal(report.bytes_written, firmware.length);
    assert.equal(report.bytes_verified, firmware.length);
    assert.deepEqual(boot0.peek(BASE, firmware.length), firmware);
    assert.equal(plans[0].sectors.filter((/** @type {any} */ s) => s.differs).length, 6);
    assert.equal(phases.get('write').done, phases.get('write').total);
    assert.ok([...phases.keys()].every(phase => PHASES.includes(phase)));

    const again = await boot0.flash(image, {no_run: true});
    assert.equal(again.bytes_written, 0, 'each call reports what it has done itself');
    assert.equal(again.unchanged_bytes, firmware.length);
    assert.equal(plans[1].write_bytes, 0);
    assert.deepEqual(await boot0.read(BASE + 100, 5000), firmware.slice(100, 5100));
    assert.ok((await boot0.flash(image)).started);
    boot0.removeEventListener('plan', note);
    boot0.removeEventListener('progress', count);
    image.free();
});

test('a program for another chip is refused, and nothing is touched', async () => {
    const image = boot0.image(program(2000, 0x30000000), 'a.bin');
    await boot0.connectVirtual('f407');
    await assert.rejects(boot0.flash(image), {code: 'mismatch'});
    assert.ok(boot0.peek(BASE, 16).every(byte => byte === 0xff));
    image.free();
});

test('a listener stops the work by preventing the event', async () => {
    const image = boot0.image(program(100000), 'a.bin');
    const stop = (/** @type {any} */ event) => {
        if (event.detail.phase === 'write') event.preventDefault();
    };
    await boot0.connectVirtual('f407');
    boot0.addEventListener('progress', stop);
    await assert.rejects(boot0.flash(image), {code: 'cancelled'});
    boot0.removeEventListener('progress', stop);
    assert.ok((await boot0.flash(image)).started, 'and goes on when asked to');
    image.free();
});

test('a cable that is pulled is told, and flashing goes on after it', async () => {
    const firmware = program(100000);
    const image = boot0.image(firmware, 'a.bin');
    const pull = (/** @type {any} */ event) => {
        if (event.detail.phase === 'write' && event.detail.done > 50000) boot0.cable(false);
    };
    await boot0.connectVirtual('f407');
    boot0.addEventListener('progress', pull);
    await assert.rejects(boot0.flash(image), {code: 'gone'});
    boot0.removeEventListener('progress', pull);
    boot0.cable(true);
    await boot0.connectVirtual('', {keep: true});
    assert.ok((await boot0.flash(image)).started);
    assert.deepEqual(boot0.peek(BASE, firmware.length), firmware);
    image.free();
});

test('boards without USB in their name work: blocks of 1024, slow polls, pages', async () => {
    for (const model of ['g431', 'f072', 'f411']) {
        const firmware = program(40000, 0x20001000);
        const image = boot0.image(firmware, 'a.bin');
        await boot0.connectVirtual(model);
        await boot0.flash(image, {no_run: true});
        assert.deepEqual(boot0.peek(BASE, firmware.length), firmware, model);
        image.free();
    }
});

/** boot0's own bootloader as an image. */
function bootloader() {
    const file = new URL('bootloaders/bootloader-generic-f407.bin', SITE);
    const image = boot0.image(fs.readFileSync(file), 'bootloader-generic-f407.bin');
    boot0.place(image, BASE);
    return {image, bytes: new Uint8Array(fs.readFileSync(file))};
}
const noBootloaders = !fs.existsSync(new URL('bootloaders/index.json', SITE)) &&
    'the site was built without bootloaders';

test('boot0\'s bootloader is installed; the same again is nothing to do', {skip: noBootloaders}, async () => {
    const {image, bytes} = bootloader();
    await boot0.connectVirtual('f407');
    const report = await boot0.install(image, {no_run: true});
    assert.ok(report.changed && !report.updated && !report.program_kept);
    assert.match(report.version, /^\d+\.\d+\.\d+$/);
    assert.deepEqual(boot0.peek(BASE, bytes.length), bytes);
    assert.equal((await boot0.install(image, {no_run: true})).changed, false);
    image.free();
});

test('a program in the bootloader\'s place is lost only if that is allowed', {skip: noBootloaders}, async () => {
    const {image, bytes} = bootloader();
    const firmware = program(40000);
    const other = boot0.image(firmware, 'a.bin');
    /** @type {string[]} */ const asked = [];
    await boot0.connectVirtual('f407');
    await boot0.flash(other, {no_run: true});
    await assert.rejects(boot0.install(image), {code: 'cancelled'});
    await assert.rejects(boot0.install(image, {mayLose: loss => { asked.push(loss); return false; }}),
                         {code: 'cancelled'});
    assert.deepEqual(boot0.peek(BASE, firmware.length), firmware, 'nothing has changed');
    await boot0.install(image, {no_run: true, mayLose: async loss => asked.push(loss) > 0});
    assert.deepEqual(asked, ['program', 'program', 'data']);
    assert.deepEqual(boot0.peek(BASE, bytes.length), bytes);
    assert.ok(boot0.peek(BASE + 0x4000, 0x4000).every(byte => byte === 0xff), 'no journal yet');
    other.free();
    image.free();
});

test('which bootloaders a board gets: its own kind, then its chip\'s', () => {
    const {chips} = boot0.names;
    const device = (/** @type {string} */ key) => chips.find(chip => chip.key === key)?.device ?? 0;
    const all = ['black-f407ve', 'generic-f401xe', 'generic-f407', 'generic-f411'].map(board => ({
        board, file: '', version: '',
        device: device(board.includes('f407') ? 'f407' : board.slice(8))}));
    const fitting = (/** @type {any} */ board) =>
        fittingBootloaders(all, board, chips).map(({board}) => board);
    assert.deepEqual(fitting({chips: ['f407']}), ['generic-f407', 'black-f407ve']);
    assert.deepEqual(fitting({chips: ['f407'], bootloader: {board: 'black-f407ve'}}),
                     ['black-f407ve', 'generic-f407']);
    assert.deepEqual(fitting({chips: ['f411', 'f401xe']}), ['generic-f411', 'generic-f401xe']);
    assert.deepEqual(fitting({chips: ['g431']}), []);
    assert.deepEqual(connectOptions(all[1], chips), {chip: 'f401xe'});
    assert.deepEqual(connectOptions(all[0], chips), {board: 'black-f407ve'});
});

test('the modules import nothing but the page and WASI', () => {
    for (const name of fs.readdirSync(SITE).filter(name => name.endsWith('.wasm'))) {
        const module = new WebAssembly.Module(fs.readFileSync(new URL(name, SITE)));
        for (const {module: from} of WebAssembly.Module.imports(module))
            assert.ok(['boot0', 'wasi_snapshot_preview1'].includes(from), from);
    }
});

test('there are words for each advice of the library, and no marks are left in them', () => {
    assert.deepEqual(Object.keys(ADVICE).sort(), [...boot0.names.advices].sort());
    for (const advice of boot0.names.advices) {
        const error = new Boot0Error({code: 'usage', message: 'm', hint: 'h', advice,
                                      facts: {address: '0x08000000', number: 4, text: 't'}});
        assert.doesNotMatch(explain(error).remedy, /[{}]/, advice);
    }
});

test('permission is a question of the system: each has its remedy', () => {
    const error = new Boot0Error({code: 'permission', message: 'no permission', hint: '',
                                  advice: 'usb-access',
                                  facts: {address: '', number: 0, text: ''}});
    assert.match(explain(error, 'usb', 'Mozilla/5.0 (Windows NT 10.0; Win64)').remedy, /WinUSB/);
    assert.match(explain(error, 'usb', 'Mozilla/5.0 (X11; Linux x86_64)').remedy, /udev/);
    assert.match(explain(error, 'usb', 'Mozilla/5.0 (Linux; Android 10; K)').remedy, /Android/);
});

test('sectors follow a plan: a write over several, the vectors last', () => {
    const map = new SectorMap({alternate: 0, name: 'Flash', main: true, regions: [
        {address: '0x08000000', sectors: 4, sector_bytes: 1024, access: 7}]});
    map.plan({alternate: 0, erase_bytes: 3072, write_bytes: 3072, image_bytes: 3072,
              unchanged_bytes: 0, expected_ms: 0,
              sectors: [{address: '0x08000000', bytes: 1024, differs: true},
                        {address: '0x08000400', bytes: 1024, differs: true},
                        {address: '0x08000800', bytes: 1024, differs: false}],
              steps: [{action: 'erase', address: '0x08000000', bytes: 1024},
                      {action: 'erase', address: '0x08000400', bytes: 1024},
                      {action: 'write', address: '0x08000008', bytes: 2040},
                      {action: 'write', address: '0x08000000', bytes: 8}]});
    const states = () => map.sectors.map(sector => sector.state).join(' ');
    const at = {elapsedMs: 1, expectedMs: 0, leftMs: 0};
    assert.equal(states(), 'differs differs same untouched');
    map.progress({phase: 'erase', done: 1024, total: 2048, ...at});
    assert.equal(states(), 'erased differs same untouched');
    map.progress({phase: 'erase', done: 2048, total: 2048, ...at});
    map.progress({phase: 'write', done: 2040, total: 2048, ...at});
    assert.equal(states(), 'writing written same untouched');
    map.progress({phase: 'write', done: 2048, total: 2048, ...at});
    map.progress({phase: 'verify', done: 2048, total: 2048, ...at});
    assert.equal(states(), 'verified verified same untouched');
    assert.equal(String(map), '4 sectors: 1 untouched, 1 same, 2 verified');
});

test('progress tells the rate of its phase, and the time left of all phases', () => {
    const at = {done: 51200, total: 102400, elapsedMs: 1000, expectedMs: 0};
    assert.equal(progressText({phase: 'write', ...at, leftMs: 1500}),
                 'Writing: 50 %, 50 KiB/s, 1.5 s left');
    assert.equal(progressText({phase: 'erase', ...at, leftMs: 75000}),
                 'Erasing: 50 %, 1 min 15 s left');
    assert.equal(progressText({phase: 'wait', done: 0, total: 0, elapsedMs: 9, expectedMs: 0,
                               leftMs: 0}), 'Waiting for the board…');
});
