/**
 * `localStorage` made coherent: tabs see each other's writes to it late, even under a lock, so a mark in IndexedDB says
 * which text is the right one. The mark is a hash; the text itself is nowhere but where the application wants it.
 * @module
 */
import type { Storage } from '../types.js';
import { digest, encode } from './crypto.js';
import { Early } from './early.js';
import { Fallback, Items, LocalStorage, type MemoryStorage, type Records } from './storage.js';

/** How long a write of another tab may take to arrive, in milliseconds; afterwards what is here counts: somebody else changed it. */
const PATIENCE = 250;

/** Records in `localStorage`, with marks beside them. */
export class Coherent extends Items {
  constructor(
    storage: Storage,
    readonly marks: Fallback,
  ) {
    super(storage);
  }

  override async load(key: string): Promise<string | null> {
    return (await this.#settled(key)).text;
  }

  override async swap(key: string, expected: string | null, value: string | null): ReturnType<Records['swap']> {
    const { text, mark } = await this.#settled(key);
    if (text !== expected) return { record: text };
    // The mark is the one that is compared and written in one step; whoever wins it writes the text at once.
    const won = await this.marks.swap(name(key), mark, await hash(value));
    if (Object.hasOwn(won, 'record') && this.marks.shared) return { record: await this.load(key) };
    await this.write(key, value);
    return { swapped: true };
  }

  /** The text that stands here, once it is the one that the mark names. */
  async #settled(key: string): Promise<{ text: string | null; mark: string | null }> {
    for (const end = Date.now() + PATIENCE; ; await new Promise((resolve) => setTimeout(resolve, 4))) {
      const mark = await this.marks.load(name(key));
      const text = await super.load(key);
      if (mark === null || !this.marks.shared || Date.now() > end || mark === (await hash(text))) return { text, mark };
    }
  }
}

/** The places for the two kinds of records of a client with these options. */
export function places(storage: Storage | undefined, options: Record<string, unknown>): { session: Records; device: Records } {
  const database = new Fallback();
  const device = new Early(database);
  if (!storage) return { session: device, device };
  const items = () => (storage instanceof LocalStorage ? new Coherent(storage, database) : new Items(storage));
  return { session: (storage as MemoryStorage).recordsFor?.(options) ?? items(), device };
}

const name = (key: string) => `mark:${key}`;

async function hash(text: string | null): Promise<string> {
  if (text === null) return '';
  const { bytes } = await digest(256, encode(new TextEncoder().encode(text)));
  return bytes as string;
}
