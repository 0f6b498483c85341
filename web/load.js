// SPDX-License-Identifier: MIT
// Loads files, in a browser and in Node.

/** @param {string | URL} place a URL, in Node also the path of a file */
export async function load(place) {
    const isNode = /** @type {any} */ (globalThis).process?.versions?.node;
    if (isNode && !/^https?:/.test(String(place))) {
        const files = 'node:fs/promises'; // no bundler looks for it
        return new Uint8Array(await (await import(files)).readFile(place));
    }
    const response = await fetch(place);
    if (!response.ok) throw new Error(`cannot load ${place} (${response.status})`);
    return new Uint8Array(await response.arrayBuffer());
}
