// SPDX-License-Identifier: MIT
// Flashes a file over USB from Node: npm install boot0 usb; node flash.mjs blinky.hex
import {FILTERS, explain, flash} from 'boot0';
import {WebUSB} from 'usb';

const usb = new WebUSB({allowAllDevices: true});
try {
    const device = await usb.requestDevice({filters: FILTERS});
    const {board, bytes_written: bytes, seconds} = await flash(device, process.argv[2], {
        usb,
        on: {
            board: ({chip, serial}) => console.log(`Flashing ${chip}, serial number ${serial}`),
            note: ({message}) => console.log(message),
        },
    });
    console.log(`${board.chip}: ${bytes} bytes written and verified in ${seconds} s`);
} catch (error) {
    const {title, remedy} = explain(error);
    console.error(`${title} ${remedy}`);
    process.exitCode = 1;
}
