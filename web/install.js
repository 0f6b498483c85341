// SPDX-License-Identifier: MIT
// <boot0-install manifest="manifest.json">: a button that installs a firmware. docs/howto/browser.md
// describes its use, manifest.schema.json the manifest. With the attribute `virtual` the button
// installs on a virtual board, to try it: virtual="f407".
//
// Events: 'done', with the Report as detail, and 'fault', with the error.

import {chooseUsb, support} from './boot0.js';
import {Flasher} from './flasher.js';
import {load} from './load.js';
import {parseManifest} from './manifest.js';
import {SectorPicture} from './sectors.js';
import {explain, lacking, progressText, reportText} from './words.js';

/** @typedef {import('./manifest.js').Build} Build */
/** @typedef {import('./manifest.js').Manifest} Manifest */

const STYLE = `
:host { display: block; max-width: 34rem; font: 1rem/1.5 system-ui, sans-serif }
[hidden] { display: none !important }
button, select { font: inherit; min-height: 2.6rem; padding: .4rem 1rem; border-radius: .4rem }
button { border: 1px solid #0a5ca8; background: #0a5ca8; color: #fff; font-weight: 600; cursor: pointer }
button:disabled { opacity: .5; cursor: default }
button.second { border-color: #7a8591; background: none; color: inherit; font-weight: 400 }
:focus-visible { outline: 3px solid #4d9be6; outline-offset: 2px }
p { margin: .5rem 0; white-space: pre-line }
progress { width: 100%; height: .9rem }
.fault b { display: block }
.sectors { display: flex; gap: 2px; height: 1.6rem; margin: .5rem 0 }
.sectors i { flex: 1 1 .3rem; border: 1px solid #8a949f66; border-radius: 2px; background: #8a949f33 }
.sectors.many { flex-wrap: wrap; height: auto }
.sectors.many i { flex: 0 0 .6rem; height: .6rem }
.sectors i.same { background: #8fa8c0 } .sectors i.differs { background: #e8a33d }
.sectors i.erasing, .sectors i.erased { background: #f2dc8a }
.sectors i.writing, .sectors i.written { background: #5ea6e0 }
.sectors i.verified { background: #2e9e58 }`;

const BODY = `
<p part="message" id="message" hidden></p>
<p id="builds" hidden><label>Version <select id="build"></select></label></p>
<button part="button" id="go"><slot>Install</slot></button>
<button part="stop" class="second" id="stop" hidden>Stop</button>
<p part="again" id="again" hidden>The board restarted under another name. The browser needs
your permission once. <button id="again-button">Choose it</button></p>
<div part="sectors" id="sectors" class="sectors" hidden></div>
<progress id="bar" max="1" aria-labelledby="status" hidden></progress>
<p part="status" id="status" role="status"></p>
<p part="fault" id="fault" class="fault" role="alert" hidden></p>`;

/**
 * The builds that fit a board: those for its bootloader's board if there are any, otherwise those
 * for its chip or family, otherwise those for every board.
 * @param {Manifest} manifest
 * @param {import('./boot0.js').Board} board
 */
export function fittingBuilds({builds}, board) {
    const name = board.bootloader?.board;
    const byBoard = builds.filter(build => name && build.boards?.includes(name));
    if (byBoard.length > 0) return byBoard;
    const byChip = builds.filter(build =>
        build.chips?.some(chip => board.chips.includes(chip)) ||
        (board.family && build.families?.includes(board.family)));
    if (byChip.length > 0) return byChip;
    return builds.filter(build => !build.boards && !build.chips && !build.families);
}

export class Boot0Install extends HTMLElement {
    #flasher = new Flasher();
    /** @type {SectorPicture | null} */ #picture = null;
    /** @type {Promise<Manifest> | null} */ #manifest = null;

    /** @param {string} id @returns {any} */
    #at(id) {
        return this.shadowRoot?.getElementById(id);
    }

    connectedCallback() {
        if (this.shadowRoot) return;
        const root = this.attachShadow({mode: 'open'});
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(STYLE);
        root.adoptedStyleSheets = [sheet];
        root.innerHTML = BODY;
        this.#at('go').addEventListener('click', () => this.#run());
        this.#at('stop').addEventListener('click', () => this.#flasher.stop());
        this.#at('again-button').addEventListener('click', () => this.#adopt());
        this.#listen();
        const lack = this.hasAttribute('virtual') ? null : lacking(support());
        if (lack) {
            this.#at('go').disabled = true;
            this.#say(`${lack.title} ${lack.remedy}`);
        }
        this.#load().then(manifest => {
            this.#at('message').textContent = manifest.message ?? '';
            this.#at('message').hidden = !manifest.message;
            this.#at('go').title = [manifest.name, manifest.version].filter(Boolean).join(' ');
        }, error => this.#fail(error));
    }

    /** Once; again after a failure. */
    #load() {
        const url = new URL(this.getAttribute('manifest') ?? 'manifest.json', document.baseURI);
        const name = url.pathname.replace(/^.*\//, '');
        this.#manifest ??= load(url)
            .then(bytes => parseManifest(new TextDecoder().decode(bytes), name)).catch(error => {
                this.#manifest = null;
                throw error;
            });
        return this.#manifest;
    }

    #listen() {
        const flasher = this.#flasher;
        flasher.addEventListener('progress', event => {
            const progress = /** @type {CustomEvent} */ (event).detail;
            this.#at('bar').hidden = false;
            if (progress.total > 0) this.#at('bar').value = progress.done / progress.total;
            else this.#at('bar').removeAttribute('value');
            this.#say(progressText(progress));
            this.#picture?.update();
        });
        flasher.addEventListener('board', () => {
            this.#at('sectors').hidden = flasher.map.sectors.length === 0;
            this.#picture = new SectorPicture(this.#at('sectors'), flasher.map);
        });
        flasher.addEventListener('plan', () => this.#picture?.update());
        flasher.addEventListener('missing', () => { this.#at('again').hidden = false; });
        flasher.addEventListener('unplugged', () => {
            this.#at('bar').hidden = true;
            this.#say('The board was unplugged. Plug it in again, in DFU mode: flashing continues automatically.');
        });
    }

    /** @param {string} text */
    #say(text) {
        this.#at('status').textContent = text;
    }

    /** @param {unknown} error */
    #fail(error) {
        const {title, remedy} = explain(error);
        const head = document.createElement('b');
        head.textContent = title;
        this.#at('fault').replaceChildren(head, remedy);
        this.#at('fault').hidden = false;
        this.#say('');
        this.dispatchEvent(new CustomEvent('fault', {detail: error}));
    }

    async #adopt() {
        try {
            this.#flasher.boot0?.adopt(await chooseUsb());
            this.#at('again').hidden = true;
        } catch {
            // the button stays
        }
    }

    /**
     * Returns the only build that fits, or the user's choice of several.
     * @param {Manifest} manifest
     * @param {import('./boot0.js').Board} board
     */
    #choose(manifest, board) {
        const fitting = fittingBuilds(manifest, board);
        const select = this.#at('build');
        if (fitting.length === 0)
            throw new Error(`${manifest.name} has no version for this board (${board.chip})`);
        if (fitting.length === 1) return fitting[0];
        const chosen = fitting.find((_, i) => select.options.length === fitting.length &&
                                              select.selectedIndex === i);
        if (chosen && !this.#at('builds').hidden) return chosen;
        select.replaceChildren(...fitting.map(
            (build, i) => new Option(build.name ?? build.files[0].path, String(i))));
        this.#at('builds').hidden = false;
        return null;
    }

    /** Merges all files of a build into one image. @param {Build} build */
    async #image(build) {
        const boot0 = /** @type {import('./boot0.js').Boot0} */ (this.#flasher.boot0);
        const base = new URL(this.getAttribute('manifest') ?? 'manifest.json', document.baseURI);
        /** @type {import('./boot0.js').Image | null} */ let whole = null;
        for (const {path, address} of build.files) {
            const bytes = await load(new URL(path, base));
            const image = boot0.image(bytes, path);
            if (address && !image.description.has_addresses) boot0.place(image, Number(address));
            if (whole) {
                boot0.merge(whole, image);
                image.free();
            } else whole = image;
        }
        return /** @type {import('./boot0.js').Image} */ (whole);
    }

    /** @returns {Promise<import('./flasher.js').Way>} */
    async #way() {
        if (!this.hasAttribute('virtual')) return {kind: 'usb', device: await chooseUsb()};
        return {kind: 'virtual', spec: this.getAttribute('virtual') || 'f407',
                speed: Number(this.getAttribute('speed') ?? 1)};
    }

    async #run() {
        this.#at('fault').hidden = true;
        this.#at('go').disabled = true;
        this.#say('');
        try {
            const way = await this.#way(); // first: the click's permission expires soon
            const manifest = await this.#load();
            this.#at('stop').hidden = false;
            this.#say('Connecting…');
            const board = await this.#flasher.connect(way);
            const build = this.#choose(manifest, board);
            if (build) await this.#flash(manifest, build);
            else this.#say('Several versions fit this board: choose one, and press the button again.');
        } catch (error) {
            this.#fail(error);
        } finally {
            await this.#flasher.disconnect();
            this.#at('go').disabled = false;
            for (const id of ['stop', 'bar', 'again']) this.#at(id).hidden = true;
        }
    }

    /** @param {Manifest} manifest @param {Build} build */
    async #flash(manifest, build) {
        const start = performance.now();
        const image = await this.#image(build);
        try {
            const report = await this.#flasher.flash(image, build.options ?? {});
            const text = reportText(report, performance.now() - start, this.hasAttribute('virtual'));
            this.#say([text, manifest.done].filter(Boolean).join('\n'));
            this.dispatchEvent(new CustomEvent('done', {detail: report}));
        } finally {
            image.free();
        }
    }
}

customElements.define('boot0-install', Boot0Install);
