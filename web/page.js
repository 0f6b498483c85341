// SPDX-License-Identifier: MIT
// The full page: a file, a board, and operations on them. words.js has the words of errors.

import {Boot0Error, chooseUsb, isDfu, support} from './boot0.js';
import {Flasher} from './flasher.js';
import {InstallPanel} from './install-panel.js';
import {MonitorPanel} from './monitor-panel.js';
import {STATES, SectorMap, SectorPicture} from './sectors.js';
import {duration, explain, lacking, progressText, reportText, size, tell} from './words.js';

/** Larger files are not firmware: BOOT0_IMAGE_FILE_MAX of include/boot0/image.h. */
const FILE_MAX = 64 << 20;

/** @param {string} id @returns {any} */
const $ = id => document.getElementById(id);

const flasher = new Flasher();
/** @type {{name: string, bytes: Uint8Array} | null} */ let file = null;
/** @type {SectorPicture | null} */ let picture = null;
let busy = false;
/** A program was started: the next operation connects again first. */
let running = false;
let unplugged = false;
/** The last shown chooser. @type {'usb' | 'serial'} */ let choosing = 'usb';
const install = new InstallPanel(flasher);
/**
 * A board in its bootloader has no program's port, and the page uses its UART; a program has both
 * again.
 */
const holdsPort = () => flasher.board !== null && !running && flasher.way?.kind !== 'virtual';
const monitor = new MonitorPanel(
    () => flasher.way?.kind === 'serial' ? flasher.way.port : null, () => busy, holdsPort);

// ---- helpers ----

/** @param {string} text */
function log(text) {
    const line = document.createElement('li');
    line.textContent = `${new Date().toTimeString().slice(0, 8)}  ${text}`;
    $('log').append(line);
    $('log').scrollTop = $('log').scrollHeight;
}

/** @param {HTMLElement} element @param {[string, string][]} rows */
function showFacts(element, rows) {
    element.replaceChildren(...rows.flatMap(([name, value]) => {
        const dt = document.createElement('dt'), dd = document.createElement('dd');
        dt.textContent = name;
        dd.textContent = value;
        return [dt, dd];
    }));
    element.hidden = rows.length === 0;
}

/** @param {'file' | 'board' | 'flash'} where @param {unknown} [error] none: clear it */
function showFault(where, error) {
    const box = $(`${where}-fault`);
    box.hidden = error === undefined;
    if (error === undefined) return;
    const {title, remedy} = explain(error, choosing);
    const head = document.createElement('b');
    head.textContent = title;
    box.replaceChildren(head, remedy);
    log(`${title} ${remedy}`.trim());
}

/** Updates the controls, and the reason if some are disabled. */
function refresh() {
    const {board} = flasher;
    const ready = !busy && file !== null && board !== null;
    $('flash').disabled = !ready;
    $('compare').disabled = !ready || !board?.has_addresses || running;
    $('read').disabled = busy || board === null || !board.has_addresses || running;
    $('stop').hidden = !busy;
    $('connect').hidden = $('serial').hidden = $('virtual').hidden = board !== null;
    $('disconnect').hidden = board === null;
    $('disconnect').disabled = $('file').disabled = busy;
    $('cable').hidden = board === null || flasher.way?.kind !== 'virtual';
    $('example').hidden = file !== null || flasher.way?.kind !== 'virtual';
    $('cable').textContent = unplugged ? 'Plug it in again' : 'Unplug it';
    $('board-how').hidden = board !== null;
    for (const id of ['connect', 'serial', 'virtual']) $(id).disabled = busy;
    const has = support();
    $('connect').disabled ||= !has.usb;
    $('serial').hidden ||= !has.serial;
    $('touch-box').hidden = board !== null || !has.serial;
    $('touch').disabled = busy;
    install.show(busy);
    monitor.refresh();
    $('why').hidden = busy || ready;
    $('why').textContent = file ? 'Connect a board first.'
        : board ? 'Choose a file first.' : 'Choose a file and connect a board first.';
}

/**
 * Runs one job at a time, and shows its error in its place.
 * @param {'file' | 'board' | 'flash'} where
 * @param {() => Promise<void>} job
 */
async function work(where, job) {
    if (busy) return;
    busy = true;
    showFault(where);
    $('status').textContent = '';
    refresh();
    try {
        await monitor.monitor.pause();
        await job();
    } catch (error) {
        showFault(where, error);
        // A board that is gone, or does not answer, must be connected again.
        if (error instanceof Boot0Error && ['gone', 'no-board'].includes(error.code))
            await lose();
    } finally {
        busy = false;
        $('progress').hidden = true;
        $('again').hidden = true;
        if (running) await flasher.release();
        if (!holdsPort()) monitor.monitor.resume();
        refresh();
    }
}

// ---- the file ----

/** @param {string} text @returns {number | undefined} */
function number(text) {
    const trimmed = text.trim();
    if (trimmed === '') return undefined;
    const value = Number(trimmed);
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
        throw new Error(`“${trimmed}” is not a number: use e.g. 0x08000000 or 65536`);
    return value;
}

const FORMATS = /** @type {Record<string, string>} */ ({
    binary: 'raw binary', ihex: 'Intel HEX', srec: 'Motorola S-record', elf: 'ELF', uf2: 'UF2',
    dfu: 'DFU', dfuse: 'DfuSe',
});

/** @param {import('./boot0.js').ImageDescription} image @returns {[string, string][]} */
function fileFacts(image) {
    const {segments, vectors} = image;
    /** @type {[string, string][]} */
    const rows = [['Format', `${FORMATS[image.format] ?? image.format}, ${size(image.bytes)}`]];
    if (!image.has_addresses) rows.push(['Address', 'none: written to the start of the flash']);
    else if (segments.length <= 4)
        rows.push(['Contents', segments.map(s => `${size(s.bytes)} at ${s.address}`).join(', ')]);
    else
        rows.push(['Contents', `${segments.length} segments from ${segments[0].address}`]);
    if (image.family_name) rows.push(['For', image.family_name]);
    if (image.cpu) rows.push(['For', image.cpu]);
    if (image.suffix) rows.push(['For device', `${image.suffix.vendor}:${image.suffix.product}`]);
    if (vectors) rows.push(['Starts at', `${vectors.reset}, stack at ${vectors.stack}`]);
    if (image.name) rows.push(['Target', image.name]);
    for (const note of image.notes) rows.push(['Note', note]);
    return rows;
}

/**
 * Makes an image of the chosen file, in the library that has the board.
 * @param {import('./boot0.js').Boot0} boot0
 */
function makeImage(boot0) {
    if (!file) throw new Error('no file was chosen');
    return boot0.image(file.bytes, file.name);
}

/** @param {File} chosen */
function takeFile(chosen) {
    return work('file', async () => {
        file = null;
        showFacts($('file-facts'), []);
        $('drop-text').textContent = chosen.name;
        if (chosen.size === 0) throw new Error('the file is empty');
        if (chosen.size > FILE_MAX) throw new Error(`the file has ${size(chosen.size)}: too large for firmware`);
        const bytes = new Uint8Array(await chosen.arrayBuffer());
        await showFile({name: chosen.name, bytes});
    });
}

/** @param {{name: string, bytes: Uint8Array}} candidate */
async function showFile(candidate) {
    const image = (await flasher.load()).image(candidate.bytes, candidate.name);
    file = candidate;
    $('drop-text').textContent = candidate.name;
    showFacts($('file-facts'), fileFacts(image.description));
    log(`${candidate.name}: ${size(image.description.bytes)}`);
    image.free();
}

/** An image for users without a file: 100 KiB of which the first bytes loop. */
function example() {
    const bytes = new Uint8Array(100 * 1024).map((_, i) => i * 31 ^ i >> 8);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x20020000, true); // initial stack pointer
    view.setUint32(4, 0x08000201, true); // reset
    view.setUint16(0x200, 0xe7fe, true); // b .
    return work('file', () => showFile({name: 'example.bin', bytes}));
}

// ---- the board ----

/** @param {import('./boot0.js').Board} board @returns {[string, string][]} */
function boardFacts(board) {
    const flash = board.memories.find(memory => memory.main);
    const bytes = (flash?.regions ?? []).reduce((sum, r) => sum + r.sectors * r.sector_bytes, 0);
    /** @type {[string, string][]} */
    const rows = [['Chip', flasher.way?.kind === 'virtual' ? `${board.chip} (virtual)` : board.chip]];
    rows.push(['Device', [board.product_name, board.manufacturer && `by ${board.manufacturer}`]
        .filter(Boolean).join(' ').replace(/\s+/g, ' ') || `${board.vendor}:${board.product}`]);
    if (board.serial) rows.push(['Serial number', board.serial]);
    if (bytes) rows.push(['Flash', size(bytes)]);
    if (board.bootloader)
        rows.push(['Bootloader', `boot0 ${board.bootloader.version} for ${board.bootloader.board}` +
            (board.bootloader.update === 'begun' ? '; an update was interrupted' : '')]);
    if (board.contradiction) rows.push(['Note', board.contradiction]);
    return rows;
}

function showBoard() {
    const {board} = flasher;
    showFacts($('board-facts'), board ? boardFacts(board) : []);
    picture = new SectorPicture($('sectors'), board ? flasher.map : new SectorMap(undefined));
    $('picture').hidden = !board || flasher.map.sectors.length === 0;
}

/** The user's facts of the board. */
function connectOptions() {
    const supply = $('supply').value;
    return {chip: $('chip').value.trim(), supplyMv: supply ? Number(supply) : 0};
}

/** @param {() => Promise<import('./flasher.js').Way>} choose */
function connect(choose) {
    return work('board', async () => {
        const way = await choose();
        running = unplugged = false;
        $('status').textContent = 'Connecting…';
        try {
            const board = await flasher.connect(way, connectOptions());
            log(`Connected: ${board.chip}, serial number ${board.serial || 'none'}`);
            $('status').textContent = '';
        } catch (error) {
            $('status').textContent = '';
            await lose();
            throw error;
        }
    });
}

async function lose() {
    await flasher.disconnect();
    running = unplugged = false;
    showBoard();
}

// ---- the work ----

/** @returns {import('./boot0.js').FlashOptions} */
function options() {
    /** @type {Record<string, boolean>} */ const words = {};
    for (const box of document.querySelectorAll('#options [type=checkbox]'))
        words[/** @type {HTMLInputElement} */ (box).name] = /** @type {HTMLInputElement} */ (box).checked;
    return {...words, address: number($('address').value)};
}

async function ready() {
    if (running) {
        await flasher.reconnect();
        running = false;
    }
    return /** @type {import('./boot0.js').Boot0} */ (flasher.boot0);
}

/** @param {Uint8Array} bytes @param {string} name */
function save(bytes, name) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes.slice().buffer]));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const flash = () => work('flash', async () => {
    const chosen = options();
    const boot0 = await ready();
    const image = makeImage(boot0);
    const start = performance.now();
    try {
        const report = await flasher.flash(image, chosen);
        running = report.started;
        $('status').textContent = reportText(
            report, performance.now() - start, flasher.way?.kind === 'virtual');
        log($('status').textContent);
    } finally {
        image.free();
    }
});

const compare = () => work('flash', async () => {
    const boot0 = await ready();
    const image = makeImage(boot0);
    try {
        await boot0.plan(image, options());
        const differing = flasher.map.count().get('differs') ?? 0;
        $('status').textContent = differing === 0 ? 'The board holds this program already.'
            : `${differing} sector${differing === 1 ? ' differs' : 's differ'}.`;
    } finally {
        image.free();
    }
});

const read = () => work('flash', async () => {
    const address = number($('read-address').value) ?? 0x08000000;
    const bytes = number($('read-size').value);
    if (!bytes) throw new Error('enter the number of bytes to read');
    const start = performance.now();
    const data = await (await ready()).read(address, bytes);
    save(data, `flash-${address.toString(16).padStart(8, '0')}.bin`);
    $('status').textContent = `${size(data.length)} read in ${duration(performance.now() - start)}.`;
});

const installBootloader = () => work('flash', async () => {
    await ready();
    await install.run((report, text) => {
        running = report.started;
        $('status').textContent = text;
        log(text);
    });
});

/** Maximum time from the touch until the program's bootloader has enumerated. */
const TOUCH_MS = 5000;

/**
 * Opens a program's port at 1200 baud, like the Arduino IDE. Its bootloader is connected at once if
 * it was granted before.
 */
const touch = () => work('board', async () => {
    choosing = 'serial';
    const port = await navigator.serial.requestPort();
    const came = new Promise(resolve => {
        navigator.usb?.addEventListener('connect', (/** @type {any} */ event) => {
            if (isDfu(event.device)) resolve(event.device);
        });
        setTimeout(resolve, TOUCH_MS, null);
    });
    await port.open({baudRate: 1200});
    await port.setSignals({dataTerminalReady: false}).catch(() => {}); // it may be gone by now
    await port.close().catch(() => {});
    $('status').textContent = 'Waiting for the bootloader…';
    const device = /** @type {USBDevice | null} */ (await came);
    $('status').textContent = '';
    if (!device) {
        $('status').textContent = 'The program is restarting. Choose its bootloader with “Connect…”.';
        return;
    }
    await flasher.connect({kind: 'usb', device}, connectOptions());
});

// ---- events ----

flasher.addEventListener('progress', event => {
    const progress = /** @type {CustomEvent} */ (event).detail;
    $('progress').hidden = false;
    if (progress.total > 0) $('bar').value = progress.done / progress.total;
    else $('bar').removeAttribute('value');
    $('doing').textContent = progressText(progress);
    picture?.update();
});
flasher.addEventListener('plan', event => {
    const plan = /** @type {CustomEvent} */ (event).detail;
    log(`${plan.sectors.length} sectors, of which ${plan.sectors.filter(
        (/** @type {any} */ s) => s.differs).length} differ; ${size(plan.write_bytes)} to write`);
    picture?.update();
});
flasher.addEventListener('note', event => log(tell(/** @type {CustomEvent} */ (event).detail)));
flasher.addEventListener('missing', () => { $('again').hidden = false; });
flasher.addEventListener('unplugged', () => {
    $('progress').hidden = true;
    $('status').textContent = 'The board was unplugged. Plug it in again, in DFU mode: flashing ' +
        'continues automatically.';
    log($('status').textContent);
});
flasher.addEventListener('back', () => {
    $('status').textContent = 'The board is back.';
    log('The board is back.');
});
flasher.addEventListener('board', showBoard);

$('file').addEventListener('change', () => { if ($('file').files[0]) takeFile($('file').files[0]); });
for (const type of ['dragover', 'dragenter'])
    document.addEventListener(type, event => { event.preventDefault(); $('drop').classList.add('over'); });
document.addEventListener('dragleave', event => {
    if (!event.relatedTarget) $('drop').classList.remove('over');
});
document.addEventListener('drop', event => {
    event.preventDefault();
    $('drop').classList.remove('over');
    const dropped = event.dataTransfer?.files[0];
    if (dropped) takeFile(dropped);
});
$('example').addEventListener('click', example);
$('connect').addEventListener('click', () => connect(async () => {
    choosing = 'usb';
    return {kind: 'usb', device: await chooseUsb()};
}));
$('serial').addEventListener('click', () => connect(async () => {
    choosing = 'serial';
    return {kind: 'serial', port: await navigator.serial.requestPort()};
}));
$('virtual').addEventListener('click', () => connect(async () => {
    // At the speed of a real board, unless the tests set another.
    const speed = Number(new URLSearchParams(location.search).get('speed') ?? 1);
    return {kind: 'virtual', spec: 'f407', speed};
}));
$('disconnect').addEventListener('click', () => work('board', lose));
$('cable').addEventListener('click', () => {
    unplugged = !unplugged;
    flasher.cable(!unplugged);
    refresh();
});
$('again-button').addEventListener('click', async () => {
    try {
        flasher.boot0?.adopt(await chooseUsb());
        $('again').hidden = true;
    } catch {
        // the button stays
    }
});
$('flash').addEventListener('click', flash);
$('compare').addEventListener('click', compare);
$('read').addEventListener('click', read);
$('stop').addEventListener('click', () => flasher.stop());
$('install-go').addEventListener('click', installBootloader);
$('touch').addEventListener('click', touch);

// ---- start ----

$('legend').replaceChildren(...STATES.filter(state => !state.endsWith('ing')).map(state => {
    const item = document.createElement('li');
    item.className = state;
    item.append(document.createElement('i'), state);
    return item;
}));
const lack = lacking(support());
if (lack) {
    $('lacking').hidden = false;
    $('lacking').textContent = `${lack.title} ${lack.remedy} The virtual board works here.`;
}
refresh();
flasher.load().then(boot0 => { $('version').textContent = `boot0 ${boot0.names.version}`; },
                    error => showFault('board', error));
