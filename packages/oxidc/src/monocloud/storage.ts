/**
 * The storages of the drop-in: those of the client, with promises.
 * @module
 */
import * as neutral from '../host/storage.js';
import type { Storage } from '../types.js';
import type { IStorage } from './types.js';

/** A storage of the client whose every answer is a promise. */
class Promised implements IStorage {
  readonly #storage: Storage;

  /** @internal */
  constructor(storage: Storage) {
    this.#storage = storage;
  }
  /** The text under a key, or null. */
  async getItem(key: string): Promise<string | null> {
    return this.#storage.getItem(key);
  }
  /** Keeps a text under a key. */
  async setItem(key: string, value: string): Promise<void> {
    await this.#storage.setItem(key, value);
  }
  /** Forgets a key. */
  async removeItem(key: string): Promise<void> {
    await this.#storage.removeItem(key);
  }
}

/** The browser's `localStorage`: one session for all tabs. */
export class LocalStorage extends Promised {
  constructor() {
    super(new neutral.LocalStorage());
  }
}

/** The browser's `sessionStorage`: a session for each tab. */
export class SessionStorage extends Promised {
  constructor() {
    super(new neutral.SessionStorage());
  }
}

/** This page's memory: gone with the page. */
export class MemoryStorage extends Promised {
  constructor() {
    super(new neutral.MemoryStorage());
  }
}
