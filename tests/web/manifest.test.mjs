// SPDX-License-Identifier: MIT
// Manifests: the schema and manifest.js' messages must agree on every manifest. Also the manifest
// in docs/howto/browser.md.

import assert from 'node:assert';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import {test} from 'node:test';

import {manifestFault, parseManifest} from '../../web/manifest.js';

const tools = createRequire(new URL('../../build/web-tools/package.json', import.meta.url));
const {default: Ajv} = tools('ajv/dist/2020.js');
const schema = JSON.parse(fs.readFileSync(new URL('../../web/manifest.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({strict: true}).compile(schema);

const file = {path: 'a.bin'};
const build = {files: [file]};
const good = {name: 'Blinky', builds: [build]};

/** @type {any[]} */
const GOOD = [
    good,
    {...good, $schema: 'x', version: '1', message: '', done: ''},
    {...good, builds: [{...build, name: 'red', boards: ['black-f407ve'], chips: ['f407', 'g0b0'],
                        families: ['STM32F4', 'STM32WB'], options: {full: true, skip_ram: false}}]},
    {...good, builds: [{files: [{path: 'a.bin', address: '0x8000000'}, {path: 'b.elf'}]}, build]},
];

/** Mistakes, and the author's messages. @type {[any, RegExp][]} */
const BAD = [
    [[], /the manifest is not an object/],
    ['text', /the manifest is not an object/],
    [null, /the manifest is not an object/],
    [{builds: [build]}, /^the manifest has no “name”$/],
    [{name: 'x'}, /^the manifest has no “builds”$/],
    [{...good, name: ''}, /^name is empty$/],
    [{...good, name: 5}, /^name is not a string$/],
    [{...good, version: 1}, /^version is not a string$/],
    [{...good, build: []}, /^the manifest has “build”, which is not one of .*builds/],
    [{...good, builds: {}}, /^builds is not a list$/],
    [{...good, builds: []}, /^builds is empty$/],
    [{...good, builds: [{}]}, /^builds\[0\] has no “files”$/],
    [{...good, builds: [build, {files: []}]}, /^builds\[1\]\.files is empty$/],
    [{...good, builds: [{...build, chip: 'f407'}]}, /^builds\[0\] has “chip”, which is not one of .*chips/],
    [{...good, builds: [{...build, chips: 'f407'}]}, /^builds\[0\]\.chips is not a list$/],
    [{...good, builds: [{...build, chips: ['STM32F407']}]}, /chips\[0\] is “STM32F407”: expected a chip such as "f407"/],
    [{...good, builds: [{...build, families: ['F4']}]}, /families\[0\] is “F4”: expected a family such as "STM32F4"/],
    [{...good, builds: [{files: ['a.bin']}]}, /^builds\[0\]\.files\[0\] is not an object/],
    [{...good, builds: [{files: [{}]}]}, /files\[0\] has no “path”/],
    [{...good, builds: [{files: [{path: ''}]}]}, /files\[0\]\.path is empty/],
    [{...good, builds: [{files: [{...file, address: 0x08000000}]}]}, /address is not a string/],
    [{...good, builds: [{files: [{...file, address: '08000000'}]}]}, /is “08000000”: expected an address such as "0x08000000"/],
    [{...good, builds: [{...build, options: {force: true}}]}, /options has “force”, which is not one of full/],
    [{...good, builds: [{...build, options: {full: 'yes'}}]}, /options\.full is not true or false/],
    [{...good, constructor: 1}, /“constructor”, which is not one of/],
];

test('good manifests are good for the schema and for the element', () => {
    for (const manifest of GOOD) {
        assert.ok(validate(manifest), JSON.stringify(validate.errors));
        assert.equal(manifestFault(manifest), '');
    }
});

test('bad manifests are bad for both, and the author is told what is wrong', () => {
    for (const [manifest, words] of BAD) {
        assert.ok(!validate(manifest), JSON.stringify(manifest));
        assert.match(manifestFault(manifest), words);
    }
});

test('what is not JSON is told with the name of the file', () => {
    assert.throws(() => parseManifest('{"name": }', 'manifest.json'), /^Error: manifest\.json is not JSON: /);
    assert.throws(() => parseManifest('{}', 'm.json'), /^Error: m\.json is not a manifest: the manifest has no “name”/);
});

test('the manifest of docs/howto/browser.md is good', () => {
    const text = fs.readFileSync(new URL('../../docs/howto/browser.md', import.meta.url), 'utf8');
    const shown = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json));
    assert.ok(shown.length > 0);
    for (const manifest of shown) assert.ok(validate(manifest), JSON.stringify(validate.errors));
});
