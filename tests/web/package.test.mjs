// SPDX-License-Identifier: MIT
// The installed npm package: its files, its exports, its declarations, and its example for Node.
// The stage unpacks it as node_modules/boot0 in BOOT0_PACKAGE.

import assert from 'node:assert';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {test} from 'node:test';
import {pathToFileURL} from 'node:url';

const HERE = process.env.BOOT0_PACKAGE ?? '';
const PACKAGE = path.join(HERE, 'node_modules/boot0');
const TOOLS = new URL('../../build/web-tools/node_modules/', import.meta.url).pathname;
const files = fs.readdirSync(PACKAGE, {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile())
    .map(entry => path.relative(PACKAGE, path.join(entry.parentPath ?? entry.path, entry.name)));
const about = JSON.parse(fs.readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'));

test('all modules with their declarations, the library in four builds, the page, and no more', () => {
    const modules = fs.readdirSync(new URL('../../web/', import.meta.url))
        .filter(name => name.endsWith('.js'));
    const expected = [
        ...modules, ...modules.map(name => name.replace('.js', '.d.ts')),
        ...['', '-asyncify', '-virtual', '-virtual-asyncify'].map(kind => `boot0${kind}.wasm`),
        'index.html', 'style.css', 'manifest.schema.json', 'package.json', 'README.md', 'LICENSE',
        'examples/flash.mjs',
    ];
    const found = files.filter(name => !name.startsWith('bootloaders/'));
    assert.deepEqual(found.sort(), expected.sort());
    for (const name of files.filter(name => name.startsWith('bootloaders/')))
        assert.match(name, /^bootloaders\/(index\.json|bootloader-[a-z0-9-]+\.bin)$/);
});

test('package.json: public, with the library\'s version, and what it names is there', () => {
    assert.equal(about.private, undefined);
    assert.equal(about.devDependencies, undefined);
    const meson = fs.readFileSync(new URL('../../meson.build', import.meta.url), 'utf8');
    assert.equal(about.version, /version: '([^']+)'/.exec(meson)?.[1]);
    const named = Object.values(about.exports).flatMap(to => typeof to === 'string' ? to : Object.values(to));
    for (const name of [...named, about.types])
        assert.ok(fs.existsSync(path.join(PACKAGE, name)), name);
});

test('no module imports what the package has not', () => {
    for (const name of files.filter(name => /\.(js|d\.ts)$/.test(name))) {
        const text = fs.readFileSync(path.join(PACKAGE, name), 'utf8');
        for (const [, from] of text.matchAll(/(?:from |import\()'([^']+)'/g))
            assert.ok(from.startsWith('./') && files.includes(path.normalize(from)), `${name}: ${from}`);
    }
});

test('flash() of the package flashes a virtual board, with events, and can be stopped', async () => {
    const main = createRequire(path.join(HERE, 'x.mjs')).resolve('boot0');
    const {Boot0Error, explain, flash} = await import(pathToFileURL(main).href);
    const bytes = new Uint8Array(50000).map((_, i) => i);
    new DataView(bytes.buffer).setUint32(0, 0x20001000, true);
    new DataView(bytes.buffer).setUint32(4, 0x08000201, true);
    /** @type {Set<string>} */ const phases = new Set();
    const report = await flash('f407', bytes, {
        name: 'a.bin', on: {progress: (/** @type {any} */ {phase}) => phases.add(phase)}});
    assert.equal(report.image_bytes, bytes.length);
    assert.ok(report.started && report.board.chips.includes('f407'));
    assert.ok(phases.has('write') && phases.has('verify'));

    const folder = fs.mkdtempSync(path.join(HERE, 'file-'));
    fs.writeFileSync(path.join(folder, 'b.bin'), bytes);
    assert.equal((await flash('f407', path.join(folder, 'b.bin'))).image_bytes, bytes.length);
    assert.equal((await flash('f407', new Blob([bytes]), {name: 'c.bin'})).image_bytes, bytes.length);

    const stop = new AbortController();
    await assert.rejects(flash('f407', bytes, {
        name: 'a.bin', signal: stop.signal,
        on: {progress: (/** @type {any} */ {phase}) => { if (phase === 'write') stop.abort(); }},
    }), (/** @type {any} */ error) => error instanceof Boot0Error && error.code === 'cancelled');
    await assert.rejects(flash('f407', new TextEncoder().encode(':1000zz\n'), {name: 'a.hex'}),
                         (/** @type {any} */ error) => /line 1/.test(explain(error).title));
});

test('a program in TypeScript compiles against the declarations', () => {
    fs.writeFileSync(path.join(HERE, 'user.ts'), `
        import {Boot0, Boot0Error, chooseUsb, flash} from 'boot0';
        import {Boot0Install} from 'boot0/install';
        import {Monitor} from 'boot0/monitor';
        import {SerialLink} from 'boot0/serial-link';
        export async function run(port: SerialPort, element: Boot0Install): Promise<number> {
            const device: USBDevice = await chooseUsb();
            const report = await flash(device, new Uint8Array(4), {
                no_run: true, on: {progress: ({phase, done}) => console.log(phase.length + done)}});
            const boot0 = await Boot0.load({virtual: true});
            await boot0.connectVirtual('f407');
            await new Monitor().start(new SerialLink(port), 115200);
            element.click();
            try { await boot0.install(boot0.image(new Uint8Array(4), 'a.bin'), {mayLose: loss => loss === 'program'}); }
            catch (error) { if (error instanceof Boot0Error) return error.code.length; }
            // @ts-expect-error there is no such option
            await flash(device, 'a.bin', {no_such: true});
            return report.bytes_written + report.board.chip.length;
        }`);
    execFileSync(path.join(TOOLS, '.bin/tsc'),
                 ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2023,dom',
                  '--typeRoots', path.join(TOOLS, '@types'), '--types', 'w3c-web-usb,w3c-web-serial',
                  path.join(HERE, 'user.ts')],
                 {stdio: 'pipe', encoding: 'utf8'});
});
