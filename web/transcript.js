// SPDX-License-Identifier: MIT
// A program's output, as lines with their start times.

/** Older lines are dropped. */
const LINES_MAX = 2000;
/** A program that never ends its line gets a new one. */
const LINE_MAX = 2000;

/** Escape sequences of terminals, ECMA-48, 5.4; and other unprintable control characters. */
const CONTROLS = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-Z\\-_]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/** @param {Date} time "12:34:56.789" */
function stamp(time) {
    const digits = (/** @type {number} */ number, /** @type {number} */ count) =>
        String(number).padStart(count, '0');
    return [time.getHours(), time.getMinutes(), time.getSeconds()].map(n => digits(n, 2)).join(':') +
        `.${digits(time.getMilliseconds(), 3)}`;
}

export class Transcript {
    /** @type {{time: Date, text: string}[]} */ #lines = [];
    #decoder = new TextDecoder();
    /** An incomplete sequence. */
    #rest = '';
    /** A return without a line feed so far: the next text overwrites the line. */
    #returned = false;
    #ended = true;

    clear() {
        this.#lines = [];
        this.#ended = true;
        this.#returned = false;
        this.#rest = '';
    }

    /**
     * @param {Uint8Array} bytes UTF-8; a character may come in two pieces
     * @param {Date} time of their arrival
     */
    push(bytes, time) {
        const text = this.#rest + this.#decoder.decode(bytes, {stream: true});
        const cut = text.search(/\x1b(\[[0-?]*[ -/]*)?$/);
        this.#rest = cut < 0 ? '' : text.slice(cut);
        const whole = cut < 0 ? text : text.slice(0, cut);
        for (const part of whole.replace(CONTROLS, '').split(/(\r|\n)/)) this.#add(part, time);
        if (this.#lines.length > LINES_MAX) this.#lines.splice(0, this.#lines.length - LINES_MAX);
    }

    /** @param {string} part "\r", "\n", or text without them @param {Date} time */
    #add(part, time) {
        if (part === '') return;
        if (part === '\n') {
            if (this.#ended) this.#lines.push({time, text: ''});
            this.#ended = true;
            this.#returned = false;
        } else if (part === '\r') this.#returned = true;
        else this.#write(part, time);
    }

    /** @param {string} text @param {Date} time */
    #write(text, time) {
        const last = this.#lines.at(-1);
        if (this.#ended || !last || last.text.length > LINE_MAX) this.#lines.push({time, text});
        else if (this.#returned) Object.assign(last, {time, text: text + last.text.slice(text.length)});
        else last.text += text;
        this.#ended = this.#returned = false;
    }

    /** @param {boolean} stamps whether each line begins with its time */
    toString(stamps = false) {
        return this.#lines.map(({time, text}) => stamps ? `${stamp(time)}  ${text}` : text).join('\n');
    }
}
