// SPDX-License-Identifier: MIT
// The board's memory as a picture of its sectors, which follows the operation: SectorMap keeps the
// states, SectorPicture draws them.

/**
 * @typedef {'untouched' | 'same' | 'differs' | 'erasing' | 'erased' | 'writing' | 'written' |
 *     'verified'} State
 * @typedef {{address: number, bytes: number, state: State}} Sector
 */

/** In the order in which a sector passes through them. */
export const STATES = /** @type {const} */ (
    ['untouched', 'same', 'differs', 'erasing', 'erased', 'writing', 'written', 'verified']);

/** Keeps the state of each sector, from the library's plan and its progress. */
export class SectorMap {
    /** @type {Sector[]} */ sectors = [];
    /** Sectors in the order of the plan, with bytes that each takes. @type {Record<string, [Sector, number][]>} */
    #steps = {erase: [], write: [], verify: []};

    /** @param {import('./boot0.js').Memory | undefined} memory */
    constructor(memory) {
        for (const region of memory?.regions ?? []) {
            const start = parseInt(region.address, 16);
            for (let i = 0; i < region.sectors; i++)
                this.sectors.push({address: start + i * region.sector_bytes,
                                   bytes: region.sector_bytes, state: 'untouched'});
        }
        this.alternate = memory?.alternate ?? -1;
    }

    /** @param {number} address */
    at(address) {
        return this.sectors.find(s => s.address <= address && address < s.address + s.bytes);
    }

    /** Sets the coming operations. @param {import('./boot0.js').Plan} plan */
    plan(plan) {
        if (plan.alternate !== this.alternate) return;
        this.#steps = {erase: [], write: [], verify: []};
        for (const {address, differs} of plan.sectors) {
            const sector = this.at(parseInt(address, 16));
            if (!sector) continue;
            sector.state = differs ? 'differs' : 'same';
            if (differs) this.#steps.verify.push([sector, sector.bytes]);
        }
        for (const {action, address, bytes} of plan.steps) {
            const sector = this.at(parseInt(address, 16));
            if (sector) this.#split(this.#steps[action], sector, parseInt(address, 16), bytes);
        }
    }

    /**
     * A write may extend over several sectors.
     * @param {[Sector, number][]} list
     * @param {Sector} sector
     * @param {number} address
     * @param {number} bytes
     */
    #split(list, sector, address, bytes) {
        /** @type {Sector | undefined} */ let at = sector;
        while (at && bytes > 0) {
            const part = Math.min(bytes, at.address + at.bytes - address);
            list.push([at, part]);
            address += part;
            bytes -= part;
            at = this.at(address);
        }
    }

    /** Sets the completed operations. @param {import('./boot0.js').Progress} progress */
    progress({phase, done, total}) {
        const steps = this.#steps[phase];
        if (!steps || steps.length === 0 || total === 0) return;
        const sum = steps.reduce((bytes, [, part]) => bytes + part, 0);
        /** @type {[State, State]} */
        const [doing, past] = phase === 'erase' ? ['erasing', 'erased']
            : phase === 'write' ? ['writing', 'written'] : ['written', 'verified'];
        /** Remaining bytes of each sector. @type {Map<Sector, [number, number]>} */
        const left = new Map();
        let over = sum * done / total;
        for (const [sector, part] of steps) {
            const now = Math.min(part, Math.max(over, 0));
            const [all, rest] = left.get(sector) ?? [0, 0];
            left.set(sector, [all + part, rest + part - now]);
            over -= part;
        }
        for (const [sector, [all, rest]] of left)
            if (rest < 0.5) sector.state = past;
            else if (rest < all) sector.state = doing;
    }

    /** @returns {Map<State, number>} how many sectors are in each state */
    count() {
        const counts = new Map();
        for (const {state} of this.sectors) counts.set(state, (counts.get(state) ?? 0) + 1);
        return counts;
    }

    /** A text for users who do not see the picture. */
    toString() {
        const counts = this.count();
        const parts = STATES.filter(state => counts.has(state))
            .map(state => `${counts.get(state)} ${state}`);
        return `${this.sectors.length} sectors: ${parts.join(', ')}`;
    }
}

/** Draws a SectorMap into an element: a box for each sector, wider for larger ones. */
export class SectorPicture {
    /** @type {HTMLElement[]} */ #boxes = [];
    #pending = false;

    /**
     * @param {HTMLElement} element
     * @param {SectorMap} map
     */
    constructor(element, map) {
        this.element = element;
        this.map = map;
        element.setAttribute('role', 'img');
        this.#boxes = map.sectors.map(sector => {
            const box = document.createElement('i');
            // Sectors of one chip have 16 to 128 KiB: the widths show that, moderately.
            box.style.flexGrow = String(Math.sqrt(sector.bytes));
            return box;
        });
        element.classList.toggle('many', map.sectors.length > 32);
        element.replaceChildren(...this.#boxes);
        this.draw();
    }

    draw() {
        this.map.sectors.forEach((sector, i) => {
            const box = this.#boxes[i];
            if (box.className === sector.state) return;
            box.className = sector.state;
            box.title = `0x${sector.address.toString(16).padStart(8, '0')}, ` +
                `${sector.bytes / 1024} KiB: ${sector.state}`;
        });
        this.element.setAttribute('aria-label', `The board's flash, ${this.map}`);
    }

    /** Draws with the next frame: progress comes faster than frames. */
    update() {
        if (this.#pending) return;
        this.#pending = true;
        requestAnimationFrame(() => { this.#pending = false; this.draw(); });
    }
}
