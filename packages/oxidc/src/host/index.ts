/**
 * The browser host module: the one place that touches browser APIs. The TypeScript client drives it, and so do Rust front ends.
 * @module
 */
import type { RequestObjectSigner, Storage } from '../types.js';
import { Driver, type DriverOptions } from './driver.js';
import { LocalStorage, MemoryStorage, SessionStorage } from './storage.js';

export { Driver, type DriverOptions, type Extra } from './driver.js';
export { bare, type Core, type CoreError } from './protocol.js';
export { LocalStorage, MemoryStorage, SessionStorage } from './storage.js';
export { WorkerStorage } from './worker.js';

/**
 * Makes a driver for a face in another language.
 *
 * @param options The options of the client as a JSON text.
 * @param storage `indexeddb`, `local`, `session`, `memory`, or an object with `getItem`, `setItem` and `removeItem`.
 * @param makeCore Makes the core. Errors reject as the plain objects that the core tells.
 * @param functions Functions of the application: `requestObject`, which may be an object with the key `key` too, and those that the core may ask.
 */
export function createDriver(options: string, storage: string | Storage, makeCore: DriverOptions['makeCore'], functions: DriverOptions['hooks']): Driver {
  const named: Record<string, () => Storage> = {
    local: () => new LocalStorage(),
    session: () => new SessionStorage(),
    memory: () => new MemoryStorage(),
  };
  const { requestObject, ...hooks } = functions ?? {};
  const chosen = typeof storage === 'string' ? named[storage]?.() : storage;
  return new Driver({ options: JSON.parse(options), storage: chosen, makeCore, makeError: (error) => error, hooks, requestObject: requestObject as RequestObjectSigner });
}
