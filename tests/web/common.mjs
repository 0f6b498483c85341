// SPDX-License-Identifier: MIT
// Shared by the tests of the flasher: programs to flash, and the built library.

import {Boot0} from '../../web/boot0.js';

export const SITE = new URL('../../build/web/', import.meta.url);

/** The library in this process, with or without virtual boards. */
export function loadBoot0(virtual = true) {
    return Boot0.load({virtual, folder: SITE});
}

/**
 * A program that loops; the rest is noise.
 * @param {number} size bytes
 * @param {number} stack initial stack pointer: it distinguishes chips
 */
export function program(size, stack = 0x20020000) {
    const bytes = new Uint8Array(size).map((_, i) => Math.imul(i, 2654435761) >>> 13);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, stack, true);
    view.setUint32(4, 0x08000201, true);
    view.setUint16(0x200, 0xe7fe, true); // b .
    return bytes;
}

/**
 * The same as Intel HEX, with an address.
 * @param {Uint8Array} bytes
 * @param {number} base
 */
export function toHex(bytes, base) {
    const record = (/** @type {number[]} */ data) => {
        const sum = data.reduce((total, byte) => total + byte, 0);
        return ':' + [...data, -sum & 0xff].map(byte => byte.toString(16).padStart(2, '0')).join('')
            .toUpperCase() + '\n';
    };
    let text = '';
    for (let at = 0; at < bytes.length; at += 16) {
        const address = base + at;
        if (at % 0x10000 === 0)
            text += record([2, 0, 0, 4, address >>> 24 & 255, address >>> 16 & 255]);
        const data = bytes.subarray(at, at + 16);
        text += record([data.length, address >>> 8 & 255, address & 255, 0, ...data]);
    }
    return new TextEncoder().encode(text + record([0, 0, 0, 1]));
}
