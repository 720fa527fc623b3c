/**
 * Storages that an application can choose, and what makes a record store of each.
 * @module
 */
import type { Storage } from '../types.js';
import { Database } from './database.js';
import { type Effect, Failed, type Outcome } from './protocol.js';

/** A place for records, with one conditional write. */
export interface Records {
  /** The text under a key, or null. */
  load(key: string): Promise<string | null>;
  /** Writes (or with null removes) if `expected` stands there; else gives back what does. `written` is called in the same step, where there is one. */
  swap(key: string, expected: string | null, value: string | null, written?: () => void): Promise<{ swapped: true } | { record: string | null }>;
  /** Sends requests of the protocol, where not the page does. */
  http?: (fetch: typeof globalThis.fetch, effect: Extract<Effect, { do: 'http' }>, signal: AbortSignal) => Promise<Outcome>;
  /** Called when a read turns out not to be what stands there. */
  changed?: () => void;
  /** Makes ready for the first use. */
  open?(): void;
  /** Releases what it holds. */
  close?(): void;
}

/** The browser's `localStorage`: one session for all tabs, with marks in IndexedDB that make up for tabs seeing each other's writes late. */
export class LocalStorage implements Storage {
  /** @inheritDoc */
  getItem(key: string): string | null {
    return localStorage.getItem(key);
  }
  /** @inheritDoc */
  setItem(key: string, value: string): void {
    localStorage.setItem(key, value);
  }
  /** @inheritDoc */
  removeItem(key: string): void {
    localStorage.removeItem(key);
  }
}

/** The browser's `sessionStorage`: a session for each tab, which outlives a reload. */
export class SessionStorage implements Storage {
  /** @inheritDoc */
  getItem(key: string): string | null {
    return sessionStorage.getItem(key);
  }
  /** @inheritDoc */
  setItem(key: string, value: string): void {
    sessionStorage.setItem(key, value);
  }
  /** @inheritDoc */
  removeItem(key: string): void {
    sessionStorage.removeItem(key);
  }
}

/** This page's memory: gone with the page. */
export class MemoryStorage implements Storage {
  readonly #items = new Map<string, string>();
  /** @internal The records, where they are not in this page. */
  recordsFor?(options: Record<string, unknown>): Records;
  /** @inheritDoc */
  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }
  /** @inheritDoc */
  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }
  /** @inheritDoc */
  removeItem(key: string): void {
    this.#items.delete(key);
  }
}

/** Compares and writes as closely together as the storage allows. */
export class Items implements Records {
  constructor(readonly storage: Storage) {}

  async load(key: string): Promise<string | null> {
    try {
      return (await this.storage.getItem(key)) ?? null;
    } catch (error) {
      throw denied(error);
    }
  }

  async swap(key: string, expected: string | null, value: string | null): ReturnType<Records['swap']> {
    const record = await this.load(key);
    if (record !== expected) return { record };
    await this.write(key, value);
    return { swapped: true };
  }

  protected async write(key: string, value: string | null): Promise<void> {
    try {
      await (value === null ? this.storage.removeItem(key) : this.storage.setItem(key, value));
    } catch (error) {
      throw denied(error);
    }
  }
}

/** IndexedDB, or this tab's storage where there is none. */
export class Fallback implements Records {
  readonly #database = new Database();
  #items: Records | undefined;

  /** Whether other tabs see the same records. Known after the first use. */
  get shared(): boolean {
    return !this.#items;
  }

  load(key: string) {
    return this.#with((records) => records.load(key));
  }
  swap(...change: Parameters<Records['swap']>) {
    return this.#with((records) => records.swap(...change));
  }
  open() {
    this.#database.open();
  }
  close() {
    this.#database.close();
  }

  async #with<T>(work: (records: Records) => Promise<T>): Promise<T> {
    if (this.#items) return work(this.#items);
    try {
      return await work(this.#database);
    } catch (error) {
      if (this.#database.opened) throw error;
      this.#items = new Items(new SessionStorage());
      return work(this.#items);
    }
  }
}

function denied(error: unknown): Failed {
  const name = (error as { name?: string } | null)?.name ?? '';
  return new Failed(/quota/i.test(name) ? 'quota' : 'denied', name);
}

/** What the core is told of the chosen storage. */
export function kind(storage: Storage | undefined): string {
  if (!storage) return 'indexeddb';
  if (storage instanceof LocalStorage) return 'local';
  if (storage instanceof SessionStorage) return 'session';
  return storage instanceof MemoryStorage ? 'memory' : 'custom';
}
