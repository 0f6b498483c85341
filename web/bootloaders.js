// SPDX-License-Identifier: MIT
// boot0's own bootloaders, in bootloaders/ beside the page: their list, and the choice for a board.

import {load} from './load.js';

/**
 * @typedef {object} Bootloader a row of bootloaders/index.json
 * @property {string} board its header in firmware/boards: "generic-f407"
 * @property {string} file
 * @property {number} device DEV_ID of its chip
 * @property {string} version
 *
 * @typedef {{key: string, name: string, device: number}} Chip
 */

const FOLDER = new URL('bootloaders/', import.meta.url);
const GENERIC = 'generic-';

/** @returns {Promise<Bootloader[]>} empty: the page was built without them */
export async function listBootloaders() {
    const response = await fetch(new URL('index.json', FOLDER));
    return response.ok ? response.json() : [];
}

/** @param {Bootloader} bootloader */
export function fetchBootloader({file}) {
    return load(new URL(file, FOLDER));
}

/** The library's options to install it. @param {Bootloader} bootloader @param {Chip[]} chips */
export function connectOptions({board, device}, chips) {
    return board.startsWith(GENERIC) ? {chip: chips.find(chip => chip.device === device)?.key}
                                     : {board};
}

/**
 * The bootloaders for a board, the likeliest first: the one for the board of its present
 * bootloader, then the generic ones of the chips that it can be, in the library's order.
 * @param {Bootloader[]} bootloaders
 * @param {import('./boot0.js').Board} board
 * @param {Chip[]} chips
 */
export function fittingBootloaders(bootloaders, board, chips) {
    /** @param {Bootloader} bootloader */
    const rank = ({board: name, device}) => {
        if (name === board.bootloader?.board) return 0;
        const key = chips.find(chip => chip.device === device)?.key ?? '';
        const place = board.chips.indexOf(key);
        return place < 0 ? -1 : 1 + 2 * place + (name.startsWith(GENERIC) ? 0 : 1);
    };
    return bootloaders.map(bootloader => ({bootloader, rank: rank(bootloader)}))
        .filter(row => row.rank >= 0).sort((a, b) => a.rank - b.rank).map(row => row.bootloader);
}
