/**
 * Copies of records for the next page of this tab, which can begin with them while the database still opens. A copy is in
 * `sessionStorage`, for nobody but this tab; a mark in `localStorage`, made from the text and set in the step that writes it, tells whether it
 * is what was last written in any tab. Tabs see each other's marks a little late: so the first read is held against the database, and the core is told.
 * @module
 */
import type { Records } from './storage.js';

/** Records of which each is read without waiting the first time. */
export class Early implements Records {
  readonly #read = new Set<string>();
  /** Called when the first read was not what stands there. */
  changed?: () => void;

  constructor(readonly records: Records) {}

  async load(key: string): Promise<string | null> {
    const early = this.#read.has(key) ? null : copyOf(key);
    this.#read.add(key);
    const read = this.records.load(key).then((record) => {
      keep(key, record);
      return record;
    });
    if (early === null) return read;
    // Not before the core has what it was given early. Trouble with the database shows at the next use.
    read.then((record) => record !== early && setTimeout(() => this.changed?.()), () => {});
    return early;
  }

  async swap(key: string, expected: string | null, value: string | null): ReturnType<Records['swap']> {
    try {
      const result = await this.records.swap(key, expected, value, () => {
        keep(key, value);
        mark(key, value);
      });
      if ('record' in result) keep(key, result.record);
      return result;
    } catch (error) {
      // What was marked may not have been written after all.
      mark(key, null);
      throw error;
    }
  }

  open(): void {
    this.records.open?.();
  }

  close(): void {
    this.records.close?.();
  }
}

const name = (key: string) => `copy:${key}`;

function copyOf(key: string): string | null {
  return attempt(() => {
    const text = sessionStorage.getItem(name(key));
    return text !== null && localStorage.getItem(name(key)) === sum(text) ? text : null;
  });
}

function keep(key: string, text: string | null): void {
  put(() => sessionStorage, key, text);
}

function mark(key: string, text: string | null): void {
  put(() => localStorage, key, text === null ? null : sum(text));
}

/** What has no room must not leave what was there before. */
function put(place: () => Storage, key: string, text: string | null): void {
  attempt(() => {
    place().removeItem(name(key));
    if (text !== null) place().setItem(name(key), text);
  });
}

/** Tells texts of one key apart; nobody is kept from anything by it. */
function sum(text: string): string {
  let sum = 0;
  for (let at = 0; at < text.length; at += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
  return String(sum);
}

/** Without these storages, or when they are full, there is no copy. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
