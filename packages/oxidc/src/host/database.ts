/**
 * IndexedDB: the one storage in which tabs see each other's writes in order, and can compare and write in one step.
 * @module
 */
import { Failed } from './protocol.js';
import type { Records } from './storage.js';

const NAME = 'oxidc';
const STORE = 'records';
/** How long the browser may take to open the database, in milliseconds. */
const PATIENCE = 2000;

/** Records in IndexedDB. */
export class Database implements Records {
  /** Whether it could be opened once. */
  opened = false;
  #database: Promise<IDBDatabase> | undefined;

  /** Opens it, so that the first use need not wait for that. */
  open(): void {
    // Who uses it first is told what is wrong.
    (this.#database ??= this.#open()).catch(() => {});
  }

  load(key: string): Promise<string | null> {
    return this.#transact('readonly', (store, done) => {
      const read = store.get(key);
      read.onsuccess = () => done(text(read.result));
    });
  }

  swap(key: string, expected: string | null, value: string | null, written?: () => void): ReturnType<Records['swap']> {
    return this.#transact('readwrite', (store, done) => {
      const read = store.get(key);
      read.onsuccess = () => {
        const record = text(read.result);
        if (record !== expected) return done({ record });
        if (value === null) store.delete(key);
        else store.put(value, key);
        written?.();
        done({ swapped: true });
      };
    });
  }

  close(): void {
    void this.#database?.then(
      (database) => database.close(),
      () => {},
    );
    this.#database = undefined;
  }

  async #transact<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore, done: (result: T) => void) => void): Promise<T> {
    for (let again = true; ; again = false) {
      const database = await (this.#database ??= this.#open());
      try {
        return await new Promise<T>((resolve, reject) => {
          const transaction = database.transaction(STORE, mode);
          let result: T;
          // Only a transaction that is complete has happened.
          transaction.oncomplete = () => resolve(result);
          transaction.onabort = transaction.onerror = () => reject(refused(transaction.error));
          work(transaction.objectStore(STORE), (value) => (result = value));
        });
      } catch (error) {
        // The browser closed the connection (deleted database, version change, memory): once more with a new one.
        this.#database = undefined;
        if (error instanceof Failed || !again) throw refused(error);
      }
    }
  }

  #open(): Promise<IDBDatabase> {
    return new Promise<IDBDatabase>((resolve, reject) => {
      const give = (error: unknown) => {
        this.#database = undefined;
        reject(refused(error));
      };
      const timer = setTimeout(give, PATIENCE, { name: 'TimeoutError' });
      try {
        const request = indexedDB.open(NAME, 1);
        request.onupgradeneeded = () => request.result.createObjectStore(STORE);
        request.onerror = () => {
          clearTimeout(timer);
          give(request.error);
        };
        request.onsuccess = () => {
          clearTimeout(timer);
          const database = request.result;
          database.onversionchange = () => database.close();
          database.onclose = () => (this.#database = undefined);
          this.opened = true;
          resolve(database);
        };
      } catch (error) {
        clearTimeout(timer);
        give(error);
      }
    });
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function refused(error: unknown): Failed {
  if (error instanceof Failed) return error;
  const name = (error as { name?: string } | null)?.name ?? 'unknown';
  return new Failed(/quota/i.test(name) ? 'quota' : 'denied', name);
}
