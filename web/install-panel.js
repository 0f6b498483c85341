// SPDX-License-Identifier: MIT
// The page's panel that installs boot0's own bootloader on the board, or replaces it.

import {connectOptions, fetchBootloader, fittingBootloaders, listBootloaders} from './bootloaders.js';
import {INSTALL_LOSS, installText} from './words.js';

/** @param {string} id @returns {any} */
const $ = id => document.getElementById(id);

/**
 * Asks in a dialog. Resolves to whether the user agreed.
 * @param {string} title
 * @param {string} text
 * @returns {Promise<boolean>}
 */
export function confirm(title, text) {
    const dialog = $('confirm');
    $('confirm-title').textContent = title;
    $('confirm-text').textContent = text;
    dialog.returnValue = '';
    dialog.showModal();
    return new Promise(resolve => dialog.addEventListener(
        'close', () => resolve(dialog.returnValue === 'yes'), {once: true}));
}

export class InstallPanel {
    /** @type {import('./bootloaders.js').Bootloader[]} */ #all = [];
    /** @type {import('./bootloaders.js').Bootloader[]} */ #fitting = [];

    /** @param {import('./flasher.js').Flasher} flasher */
    constructor(flasher) {
        this.flasher = flasher;
        $('install').addEventListener('toggle', () => { if ($('install').open) this.#load(); });
    }

    async #load() {
        if (this.#all.length === 0) this.#all = await listBootloaders().catch(() => []);
        this.show();
    }

    /** For the connected board. @param {boolean} [busy] */
    show(busy = false) {
        const {board, boot0} = this.flasher;
        const chips = boot0?.names.chips ?? [];
        this.#fitting = board ? fittingBootloaders(this.#all, board, chips) : [];
        const select = $('install-board'), chosen = select.value;
        select.replaceChildren(...this.#fitting.map(({board: name, device}) => new Option(
            `${name} (${chips.find(chip => chip.device === device)?.name})`, name)));
        if (this.#fitting.some(({board: name}) => name === chosen)) select.value = chosen;
        const none = this.#fitting.length === 0;
        select.disabled = $('install-go').disabled = none || busy;
        $('install-go').textContent = board?.bootloader ? 'Update the bootloader' : 'Install the bootloader';
        $('install-why').textContent = !board ? 'Connect a board first.'
            : this.#all.length === 0 ? 'This copy of the page was built without bootloaders.'
            : none ? `boot0 has no bootloader for this chip (${board.chip}).`
            : board.bootloader
                ? `The board has version ${board.bootloader.version}; version ` +
                    `${this.#fitting[0].version} replaces it. The program is preserved.`
                : `Version ${this.#fitting[0].version}.` + (board.chips.length > 1
                    ? ' Choose the chip printed on the package.' : '');
    }

    /**
     * @param {(report: import('./boot0.js').InstallReport, text: string) => void} done
     */
    async run(done) {
        const {flasher} = this;
        const bootloader = this.#fitting[$('install-board').selectedIndex];
        const bytes = await fetchBootloader(bootloader);
        const update = Boolean(flasher.board?.bootloader);
        const boot0 = /** @type {import('./boot0.js').Boot0} */ (flasher.boot0);
        const words = connectOptions(bootloader, boot0.names.chips);
        // The user's choice determines the chip.
        if (!update) await flasher.reconnect(words);
        const image = boot0.image(bytes, bootloader.file);
        try {
            boot0.place(image, 0x08000000);
            const report = await boot0.install(image, {
                update,
                mayLose: loss => confirm(INSTALL_LOSS[loss].title, INSTALL_LOSS[loss].text),
            });
            done(report, installText(report));
        } finally {
            image.free();
        }
    }
}
