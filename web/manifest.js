// SPDX-License-Identifier: MIT
// A manifest's faults, in words for its author. manifest.schema.json has the same rules for
// machines; the tests compare their results.

/**
 * @typedef {object} Build
 * @property {string} [name]
 * @property {string[]} [boards]
 * @property {string[]} [chips]
 * @property {string[]} [families]
 * @property {{path: string, address?: string}[]} files
 * @property {Record<string, boolean>} [options]
 *
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} [version]
 * @property {string} [message]
 * @property {string} [done]
 * @property {Build[]} builds
 *
 * @typedef {(value: any, where: string) => string} Check returns the fault, or ''
 */

const OPTIONS = ['full', 'no_verify', 'no_run', 'ignore_suffix', 'skip_ram'];

/** @param {string} where */
const at = where => where || 'the manifest';

/** @type {Check} */
const text = (value, where) => typeof value === 'string' ? '' : `${where} is not a string`;

/** @type {Check} */
const someText = (value, where) => text(value, where) || (value === '' ? `${where} is empty` : '');

/** @type {Check} */
const flag = (value, where) => typeof value === 'boolean' ? '' : `${where} is not true or false`;

/** @param {RegExp} pattern @param {string} example @returns {Check} */
const like = (pattern, example) => (value, where) =>
    text(value, where) || (pattern.test(value) ? '' : `${where} is “${value}”: expected ${example}`);

/** @param {Check} check of each element @param {number} least @returns {Check} */
const list = (check, least = 0) => (value, where) => {
    if (!Array.isArray(value)) return `${where} is not a list`;
    if (value.length < least) return `${where} is empty`;
    return value.map((element, i) => check(element, `${where}[${i}]`)).find(Boolean) ?? '';
};

/**
 * @param {Record<string, Check>} members
 * @param {string[]} required
 * @returns {Check}
 */
const object = (members, required = []) => (value, where) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
        return `${at(where)} is not an object in braces`;
    const missing = required.find(name => !(name in value));
    if (missing) return `${at(where)} has no “${missing}”`;
    const unknown = Object.keys(value).find(name => !Object.hasOwn(members, name));
    if (unknown !== undefined)
        return `${at(where)} has “${unknown}”, which is not one of ${Object.keys(members).join(', ')}`;
    return Object.entries(value).map(
        ([name, member]) => members[name](member, where ? `${where}.${name}` : name)).find(Boolean) ?? '';
};

const check = object({
    $schema: text, name: someText, version: text, message: text, done: text,
    builds: list(object({
        name: text,
        boards: list(text),
        chips: list(like(/^[a-z][a-z0-9]+$/, 'a chip such as "f407"')),
        families: list(like(/^STM32[A-Z0-9]+$/, 'a family such as "STM32F4"')),
        files: list(object({
            path: someText, address: like(/^0x[0-9a-fA-F]{1,8}$/, 'an address such as "0x08000000"'),
        }, ['path']), 1),
        options: object(Object.fromEntries(OPTIONS.map(name => [name, flag]))),
    }, ['files']), 1),
}, ['name', 'builds']);

/**
 * Returns a manifest's first fault: "builds[0] has no “files”"; '' if it is valid.
 * @param {unknown} manifest
 */
export function manifestFault(manifest) {
    return check(manifest, '');
}

/**
 * @param {string} json
 * @param {string} name for messages
 * @returns {Manifest}
 */
export function parseManifest(json, name) {
    /** @type {any} */ let manifest;
    try {
        manifest = JSON.parse(json);
    } catch (error) {
        throw new Error(`${name} is not JSON: ${error instanceof Error ? error.message : error}`);
    }
    const fault = manifestFault(manifest);
    if (fault) throw new Error(`${name} is not a manifest: ${fault}`);
    return manifest;
}
