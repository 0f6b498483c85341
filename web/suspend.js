// SPDX-License-Identifier: MIT
// Lets the library, which blocks, wait for promises: by the engine's JavaScript Promise Integration
// if it has that, otherwise by code that binaryen's Asyncify has added to the module. Either way
// all suspended calls share one stack: one runs at a time.

/** Bytes for the local variables of the suspended functions. */
const SAVED_BYTES = 128 * 1024;

/** asyncify_get_state(). */
const UNWINDING = 1;
const REWINDING = 2;

/** Whether this engine can suspend WebAssembly by itself. */
export function hasJspi() {
    return 'Suspending' in WebAssembly && 'promising' in WebAssembly;
}

class Jspi {
    /** The suffix of this kind's module names. */
    suffix = '';

    /** Wraps an import that may return a promise. @param {(...values: any[]) => any} f */
    suspending(f) {
        return new (/** @type {any} */ (WebAssembly).Suspending)(f);
    }

    /** @param {any} _exports */
    attach(_exports) {}

    /**
     * Calls an export that may suspend.
     * @param {(...values: any[]) => any} f
     * @param {any[]} values
     * @returns {Promise<any>}
     */
    call(f, ...values) {
        return /** @type {any} */ (WebAssembly).promising(f)(...values);
    }
}

/**
 * binaryen, src/passes/Asyncify.cpp: an import that has to wait starts to unwind, so that all
 * functions return to call(). When the promise resolves, the export is called again and rewinds to
 * the import, which returns the result.
 */
class Asyncify {
    suffix = '-asyncify';
    /** @type {any} */ #exports = null;
    /** Two words: the present end of the saved variables, and the end of their buffer. */
    #data = 0;
    /** @type {Promise<any> | null} */ #awaited = null;
    /** @type {any} */ #value = undefined;

    /** @param {(...values: any[]) => any} f */
    suspending(f) {
        return (/** @type {any[]} */ ...values) => {
            if (this.#exports.asyncify_get_state() === REWINDING) {
                this.#exports.asyncify_stop_rewind();
                return this.#value;
            }
            this.#awaited = Promise.resolve(f(...values));
            new Uint32Array(this.#exports.memory.buffer, this.#data, 2)
                .set([this.#data + 8, this.#data + 8 + SAVED_BYTES]);
            this.#exports.asyncify_start_unwind(this.#data);
            return 0;
        };
    }

    /** @param {any} exports */
    attach(exports) {
        this.#exports = exports;
        this.#data = exports.allocate(8 + SAVED_BYTES);
    }

    /**
     * @param {(...values: any[]) => any} f
     * @param {any[]} values
     */
    async call(f, ...values) {
        let result = f(...values);
        while (this.#exports.asyncify_get_state() === UNWINDING) {
            this.#exports.asyncify_stop_unwind();
            this.#value = await this.#awaited;
            this.#exports.asyncify_start_rewind(this.#data);
            result = f(...values);
        }
        return result;
    }
}

/** Returns this engine's suspender. */
export function makeSuspender() {
    return hasJspi() ? new Jspi() : new Asyncify();
}
