/**
 * Private keys, which never leave the browser: made here and kept in IndexedDB, or held by the application. Loaded on demand.
 * @module
 */
import type { RequestObjectSigner } from '../types.js';
import type { Effect, Failed, Outcome } from './protocol.js';

/** The effects of the extended module: those that use private keys, and the frame of the provider, which has a script of its own. */
export type Extended = Extract<Effect, { do: 'key' | 'sign' | 'forgetKey' | 'requestObject' | 'watch' }>;

interface Kept {
  pair: CryptoKeyPair;
  /** When it was last used, in milliseconds since 1970. */
  used: number;
}

/** What this shares with the rest; handed over, so that no third file has to be loaded for it. */
export interface Tools {
  encode(bytes: Uint8Array): string;
  decode(text: string): Uint8Array<ArrayBuffer>;
  Failed: typeof Failed;
}

const NAME = 'oxidc-keys';
const STORE = 'keys';
/** How many keys are kept. Sign-ins that nobody finished leave theirs behind; those not used for the longest time go first. */
const MOST = 100;

const known = new Map<string, CryptoKeyPair>();
let tools: Tools;

/** Performs one of them. `own` is what the application signs request objects with. */
export async function perform(effect: Extended, own: RequestObjectSigner | undefined, given: Tools, signal: AbortSignal): Promise<Outcome> {
  tools = given;
  switch (effect.do) {
    case 'watch':
      return (await import('./watch.js')).watch(effect, signal, tools.Failed);
    case 'key':
      return { record: await publicKey(effect.name, effect.make) };
    case 'sign':
      return { bytes: await sign(effect, typeof own === 'object' && effect.key === 'requestObject' ? own.key : undefined) };
    case 'forgetKey':
      known.delete(effect.name);
      await transact((store) => store.delete(effect.name));
      return {};
    case 'requestObject':
      if (typeof own !== 'function') throw new tools.Failed('unsupported', 'requestObject');
      return { record: await own(effect.claims) };
    default:
      throw new tools.Failed('unsupported', (effect as Effect).do);
  }
}

async function publicKey(name: string, make: boolean): Promise<string | null> {
  let pair = await find(name);
  if (!pair && make) {
    pair = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])) as CryptoKeyPair;
    await keep(name, pair);
  }
  if (!pair) return null;
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  return JSON.stringify({ kty, crv, x, y });
}

async function sign({ key: name, algorithm, data }: Extract<Extended, { do: 'sign' }>, own?: CryptoKey): Promise<string> {
  const key = own ?? (await find(name))?.privateKey;
  if (!key) throw new tools.Failed('unsupported', 'the key is gone');
  const bits = algorithm.slice(2);
  const parameters = algorithm === 'EdDSA' ? 'Ed25519' : { name: key.algorithm.name, hash: `SHA-${bits}`, saltLength: +bits / 8 };
  return tools.encode(new Uint8Array(await crypto.subtle.sign(parameters, key, tools.decode(data))));
}

async function find(name: string): Promise<CryptoKeyPair | undefined> {
  const found = known.get(name) ?? (await transact<Kept | undefined>((store) => store.get(name)))?.pair;
  // Whatever else stands there was not made here.
  if (!(found?.privateKey instanceof CryptoKey)) return undefined;
  if (!known.has(name)) await keep(name, found);
  return found;
}

async function keep(name: string, pair: CryptoKeyPair): Promise<void> {
  const kept: Kept = { pair, used: Date.now() };
  await transact((store) => store.put(kept, name));
  known.set(name, pair);
  const names = await transact<IDBValidKey[]>((store) => store.getAllKeys());
  if (names.length <= MOST) return;
  const all = await transact<Kept[]>((store) => store.getAll());
  const oldest = names.map((name, at) => ({ name, used: all[at]?.used ?? 0 })).sort((a, b) => a.used - b.used);
  for (const { name } of oldest.slice(0, names.length - MOST)) await transact((store) => store.delete(name));
}

async function transact<T>(work: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, 'readwrite');
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result as T);
      transaction.onabort = transaction.onerror = () => reject(refused(transaction.error));
    });
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    try {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(refused(request.error));
    } catch (error) {
      reject(refused(error));
    }
  });
}

function refused(error: unknown): Failed {
  return new tools.Failed('denied', (error as { name?: string } | null)?.name ?? 'unknown');
}
