// SPDX-License-Identifier: MIT
// How the library, which blocks, waits for promises: by the engine's JavaScript Promise Integration
// where there is one, else by code that binaryen's Asyncify has added to the module. Either way all
// suspended calls share one stack: one runs at a time.

/** Bytes for the local variables of the functions that are suspended. */
const SAVED_BYTES = 128 * 1024;

/** asyncify_get_state(). */
const UNWINDING = 1;
const REWINDING = 2;

/** Whether this engine can suspend WebAssembly by itself. */
export function hasJspi() {
    return 'Suspending' in WebAssembly && 'promising' in WebAssembly;
}

class Jspi {
    /** What a module of this kind is called. */
    suffix = '';

    /** A function that may return a promise, as an import. @param {(...values: any[]) => any} f */
    suspending(f) {
        return new (/** @type {any} */ (WebAssembly).Suspending)(f);
    }

    /** @param {any} _exports */
    attach(_exports) {}

    /**
     * Calls an export that may be suspended.
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
 * functions return to call(); when the promise is kept, the export is called again and rewinds to
 * the import, which gives the result.
 */
class Asyncify {
    suffix = '-asyncify';
    /** @type {any} */ #exports = null;
    /** Two words: where the saved variables end now, and where their room ends. */
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

/** The way that this engine has. */
export function makeSuspender() {
    return hasJspi() ? new Jspi() : new Asyncify();
}
