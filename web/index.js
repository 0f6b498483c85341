// SPDX-License-Identifier: MIT
// The exports of the npm package `boot0`. The element <boot0-install> is `boot0/install`.
/// <reference types="w3c-web-usb" preserve="true" />
/// <reference types="w3c-web-serial" preserve="true" />

export {Boot0, Boot0Error, Image, LOSSES, PHASES, chooseUsb, isDfu, support} from './boot0.js';
export {flash} from './flash.js';
export {FILTERS} from './usb.js';
export {explain} from './words.js';
