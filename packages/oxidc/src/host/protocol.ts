/**
 * What crosses the boundary between the core and the page. The contract is docs/boundary.md.
 * @module
 */

/** The core: texts in, texts out. */
export interface Core {
  start(command: string, wall: number, monotonic: number): string;
  resume(effect: number, outcome: string, wall: number, monotonic: number): string;
  cancel(task: number, wall: number, monotonic: number): string;
}

/** Something that the core wants done. */
export type Effect = { id: number } & (
  | { do: 'http'; method: string; url: string; headers: [string, string][]; body: string | null; timeout: number; limit: number }
  | { do: 'send'; task: number; authorization: string | null; dpop?: string }
  | { do: 'random'; octets: number }
  | { do: 'digest'; bits: number; data: string }
  | { do: 'verify'; algorithm: string; key: JsonWebKey; data: string; signature: string }
  | { do: 'key'; name: string; make: boolean }
  | { do: 'sign'; key: string; algorithm: string; data: string }
  | { do: 'forgetKey'; name: string }
  | { do: 'requestObject'; claims: Record<string, unknown> }
  | { do: 'watch'; url: string; origin: string; message: string }
  | { do: 'resolve'; url: string }
  | { do: 'load'; area: Area; key: string }
  | { do: 'swap'; area: Area; key: string; expected: string | null; value: string | null }
  | { do: 'lock'; name: string; wait: number }
  | { do: 'unlock'; lock: number }
  | { do: 'wait'; duration: number }
  | { do: 'navigate'; url: string; replace: boolean }
  | { do: 'visit'; task: number; url: string; relay: string; frame: boolean; timeout: number }
  | { do: 'relay'; relay: string; url: string; wait: number | null }
  | { do: 'ask'; hook: string; value: Record<string, unknown> }
  | { do: 'replaceAddress'; url: string }
  | { do: 'broadcast'; record?: string }
  | { do: 'publish'; event: string; session?: unknown; state?: string; reason?: string; token?: unknown; error?: CoreError }
  | { do: 'cancel'; effect: number }
  | { do: 'finish'; task: number; ok?: unknown; error?: CoreError }
);

/** Where records are kept. */
export type Area = 'session' | 'device';

/** An error as the core tells it: the code says the rest. */
export interface CoreError {
  /** The name, or the place in the list of all codes. */
  code: string | number;
  session: 'kept' | 'ended' | 'unknown';
  /** The detail; the sentence belongs to the code. */
  message?: string | undefined;
  /** Kind and sentence of a code that only the extended module knows. */
  kind?: 'configuration' | 'environment' | 'network' | 'provider' | 'protocol' | 'callback' | 'session' | 'request';
  meaning?: string;
  retryAfter?: number;
  error?: string;
  errorDescription?: string;
  challenge?: { acrValues: string[]; maxAge?: number };
}

/** What came of an effect. */
export type Outcome = Record<string, unknown>;

/** An object with the members that it was given: nothing that every object of a page happens to inherit is one of them. */
export function bare<T extends object>(given: T): T {
  return Object.assign(Object.create(null), given) as T;
}

/** An effect that could not be performed. */
export class Failed {
  constructor(
    readonly failed: 'aborted' | 'denied' | 'lost' | 'network' | 'offline' | 'quota' | 'redirected' | 'timeout' | 'tooLarge' | 'unsupported',
    readonly detail = '',
  ) {}
}
