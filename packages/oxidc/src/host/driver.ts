/**
 * Drives a core: runs the application's calls, performs effects, feeds outcomes. Decides nothing.
 * @module
 */
import type { AuthClientOptions, CallbackResult, PopupOptions, RequestObjectSigner, Storage } from '../types.js';
import { arrive } from './callback.js';
import { places } from './coherent.js';
import { decode, digest, encode, random, verify } from './crypto.js';
import { describe, failure, http } from './http.js';
import type { Extended } from './keys.js';
import { Locks } from './locks.js';
import { bare, type Core, type CoreError, type Effect, Failed, type Outcome } from './protocol.js';
import { request } from './request.js';
import { kind, type Records } from './storage.js';
import { Surroundings } from './surroundings.js';
import { framed, openPopup, relay, visit } from './windows.js';

/** What a driver is made of. */
export interface DriverOptions {
  /** The options of the client, without functions and objects with methods. */
  options: Record<string, unknown>;
  /** The application's storage. */
  storage?: Storage | undefined;
  /** Makes a core. Called again after a trap. */
  makeCore: (options: string, page: string, wall: number, monotonic: number) => Core | Promise<Core>;
  /** What the application signs request objects with. */
  requestObject?: RequestObjectSigner | undefined;
  /** Makes the error that a call rejects with. */
  makeError: (error: CoreError) => unknown;
  /** Functions of the application that the core may ask. */
  hooks?: Record<string, (value: never) => unknown>;
}

/** What a call may bring along. */
export interface Extra {
  /** Aborts the call. */
  signal?: AbortSignal | undefined;
  /** Sends the application's own request with the values of an `Authorization` and a `DPoP` header, or without. */
  send?: (authorization: string | null, dpop?: string) => Promise<Response>;
  /** The window that was opened for the call, or null where that was not allowed. */
  popup?: Window | null;
}

interface Call extends Extra {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

type Handler = (...values: never[]) => void;

/** The longest time that one timer can wait, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Drives one core. */
export class Driver {
  readonly #options: DriverOptions;
  readonly #fetch = globalThis.fetch;
  readonly #records: { session: Records; device: Records };
  readonly #locks = new Locks();
  readonly #handlers = new Map<string, Set<Handler>>();
  /** Calls that the core has not taken yet: a trap must not leave them hanging. */
  readonly #starting = new Set<Call>();
  readonly #calls = new Map<number, Call>();
  readonly #running = new Map<number, AbortController>();
  /** What the core said last that a user interface can show. */
  state = 'signedOut';
  #core: Promise<Core> | undefined;
  #surroundings: Surroundings | undefined;
  #shown: { command: string; popup: Window; abort: AbortController; result: Promise<unknown> } | undefined;
  #callback: Promise<CallbackResult> | undefined;
  #inputs: (() => Effect[])[] = [];
  #busy = false;
  #closed = false;

  constructor(options: DriverOptions) {
    this.#options = options;
    this.#records = places(options.storage, options.options);
  }

  /** Runs a call of the application. */
  async run(command: object, extra: Extra = {}): Promise<unknown> {
    const core = await this.#load();
    // Also while the core was made.
    if (extra.signal?.aborted) throw this.#error('aborted');
    return new Promise((resolve, reject) => {
      const call = { ...extra, resolve, reject };
      this.#starting.add(call);
      this.#feed(core, () => {
        const { task, effects } = JSON.parse(core.start(JSON.stringify(command), Date.now(), performance.now()));
        this.#starting.delete(call);
        this.#calls.set(task, call);
        extra.signal?.addEventListener('abort', () => this.#feed(core, () => this.#cancel(core, task)), { once: true });
        return effects;
      });
    });
  }

  /**
   * Runs a call in a window of its own, which opens at once, while a click still is a click. A second click on the same
   * brings the window that is there to the front; one on something else closes it.
   *
   * @param insist Whether the call cannot do without a window.
   * @param run Runs the call.
   */
  async show(
    command: { do: string; options: object },
    place: PopupOptions | undefined,
    insist: boolean,
    signal?: AbortSignal,
    run: Driver['run'] = (given, extra) => this.run(given, extra),
  ): Promise<unknown> {
    if (typeof document === 'undefined') throw this.#error('no_browser');
    const shown = this.#shown;
    if (shown?.command === command.do && !shown.popup.closed) {
      shown.popup.focus();
      return shown.result;
    }
    shown?.abort.abort();
    const popup = openPopup(place);
    if (!popup && insist) throw this.#error('popup_blocked');
    const abort = new AbortController();
    signal?.addEventListener('abort', () => abort.abort(), { once: true });
    if (signal?.aborted) abort.abort();
    const result = run(command, { signal: abort.signal, popup }).finally(() => {
      popup?.close();
      if (this.#shown?.result === result) this.#shown = undefined;
    });
    if (popup) this.#shown = { command: command.do, popup, abort, result };
    return result;
  }

  /** Completes a sign-in or sign-out if the page's address is its callback, once for all who ask meanwhile, and goes where it leads. */
  processCallback(onReturn?: AuthClientOptions['onReturn']): Promise<CallbackResult> {
    const url = globalThis.location?.href;
    return (this.#callback ??= this.run({ do: 'processCallback', url })
      .then((result) => arrive(result as CallbackResult, onReturn, this.#options.storage))
      .finally(() => (this.#callback = undefined)));
  }

  /** Sends the application's own request, with a token where the core wants one. */
  fetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    return request((command, extra) => this.run(command, extra), input, init);
  }

  /** Listens to an event; gives back a function that stops that. */
  on(event: string, handler: Handler): () => void {
    let handlers = this.#handlers.get(event);
    if (!handlers) this.#handlers.set(event, (handlers = new Set()));
    handlers.add(handler);
    return () => void handlers.delete(handler);
  }

  /** Ends everything that is under way and releases what is held. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const ended = this.#core ? this.run({ do: 'close' }).catch(() => {}) : undefined;
    this.#closed = true;
    await ended;
    this.#release();
    this.#records.session.close?.();
    this.#records.device.close?.();
  }

  async #load(): Promise<Core> {
    if (this.#closed) throw this.#error('closed');
    if (typeof document === 'undefined') throw this.#error('no_browser');
    if (!this.#core) {
      // The database opens while the module loads.
      this.#records.device.open?.();
      const { options, storage, makeCore } = this.#options;
      const text = JSON.stringify({ ...options, storage: kind(storage), hooks: Object.keys(this.#options.hooks ?? {}) });
      const page = JSON.stringify({ href: location.href, origin: location.origin, frame: framed() });
      const made = Promise.resolve(makeCore(text, page, Date.now(), performance.now()));
      this.#core = made;
      made.then(
        (core) => this.#listen(core),
        () => (this.#core = undefined),
      );
    }
    return this.#core;
  }

  #listen(core: Core): void {
    const { issuer, clientId, sessionKey } = this.#options.options as { issuer: string; clientId: string; sessionKey?: string };
    const name = `oxidc:session:${issuer.length}:${issuer}:${clientId}${sessionKey ? `:${sessionKey}` : ''}`;
    const notice = (what: string, record?: string) => void this.run({ do: 'notice', what, record }).catch(() => {});
    if (this.#core && core) this.#surroundings = new Surroundings(name, notice);
    this.#records.session.changed = () => notice('stored');
  }

  /** Feeds one input after the other: all effects of one are performed before the next. */
  #feed(core: Core, input: () => Effect[]): void {
    this.#inputs.push(input);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
        for (const effect of next()) this.#perform(core, effect);
      }
    } catch (error) {
      this.#trapped(error);
    } finally {
      this.#busy = false;
    }
  }

  /** After a trap the instance is not to be used again; the next call makes a new one from storage. */
  #trapped(error: unknown): void {
    const calls = [...this.#calls.values(), ...this.#starting];
    this.#release();
    this.#core = undefined;
    for (const call of calls) call.reject(this.#error('core_trapped', String(error)));
  }

  #release(): void {
    this.#inputs = [];
    this.#starting.clear();
    this.#calls.clear();
    for (const abort of this.#running.values()) abort.abort();
    this.#running.clear();
    this.#locks.close();
    this.#surroundings?.close();
  }

  #cancel(core: Core, task: number): Effect[] {
    return this.#calls.has(task) ? JSON.parse(core.cancel(task, Date.now(), performance.now())) : [];
  }

  #perform(core: Core, told: Effect): void {
    const effect = bare(told);
    switch (effect.do) {
      case 'finish':
        return this.#finish(effect.task, effect.ok, effect.error);
      case 'publish':
        return this.#publish(effect);
      case 'cancel':
        this.#running.get(effect.effect)?.abort();
        return void this.#running.delete(effect.effect);
      case 'unlock':
        return this.#locks.release(effect.lock);
      case 'broadcast':
        return this.#surroundings?.broadcast(effect.record);
      case 'replaceAddress':
        return history.replaceState(history.state, '', effect.url);
    }
    const abort = new AbortController();
    this.#running.set(effect.id, abort);
    const answer = (outcome: Outcome) => {
      if (!this.#running.delete(effect.id)) return;
      this.#feed(core, () => JSON.parse(core.resume(effect.id, JSON.stringify(outcome), Date.now(), performance.now())));
    };
    // What can be done at once is answered at once, so that a click is still a click afterwards.
    const refuse = (error: unknown) =>
      answer(error instanceof Failed ? { ...error } : { failed: 'unsupported', detail: String(error) });
    try {
      const outcome = this.#act(effect, abort.signal);
      if (outcome instanceof Promise) outcome.then(answer, refuse);
      else answer(outcome);
    } catch (error) {
      refuse(error);
    }
  }

  #act(effect: Exclude<Effect, { do: 'finish' }>, signal: AbortSignal): Outcome | Promise<Outcome> {
    switch (effect.do) {
      case 'http':
        return (this.#records.session.http ?? http)(this.#fetch, effect, signal);
      case 'send':
        return this.#send(effect.task, effect.authorization, effect.dpop);
      case 'random':
        return random(effect.octets);
      case 'digest':
        return digest(effect.bits, effect.data);
      case 'verify':
        return verify(effect);
      case 'resolve': {
        const { href, origin } = new URL(effect.url, location.href);
        return { href, origin };
      }
      case 'load':
        return this.#records[effect.area].load(effect.key).then((record) => ({ record }));
      case 'swap':
        return this.#records[effect.area].swap(effect.key, effect.expected, effect.value);
      case 'lock':
        return this.#locks.take(effect.id, effect.name, effect.wait, signal);
      case 'wait':
        return sleep(effect.duration, signal);
      case 'navigate':
        if (effect.replace) location.replace(effect.url);
        else location.assign(effect.url);
        return {};
      case 'visit':
        return visit(effect, this.#calls.get(effect.task)?.popup, signal);
      case 'relay':
        return relay(effect);
      case 'ask':
        return this.#ask(effect.hook, effect.value);
      default:
        // What only the extended module asks for.
        return import('./keys.js').then(({ perform }) => perform(effect as Extended, this.#options.requestObject, { encode, decode, Failed }, signal));
    }
  }

  /** What a function returns, or what it made of its argument. */
  async #ask(hook: string, value: Record<string, unknown>): Promise<Outcome> {
    try {
      return { text: JSON.stringify((await this.#options.hooks![hook]!(value as never)) ?? null) };
    } catch (error) {
      throw new Failed('denied', String(error));
    }
  }

  async #send(task: number, authorization: string | null, dpop?: string): Promise<Outcome> {
    const send = this.#calls.get(task)?.send;
    if (!send) throw new Failed('aborted');
    try {
      return describe(await send(authorization, dpop));
    } catch (error) {
      throw (error as { name?: string } | null)?.name === 'AbortError' ? new Failed('aborted') : failure(error);
    }
  }

  #finish(task: number, ok: unknown, error: CoreError | undefined): void {
    const call = this.#calls.get(task);
    this.#calls.delete(task);
    if (error) call?.reject(this.#options.makeError(error));
    else call?.resolve(ok);
  }

  #publish({ event, session, state, reason, token, error }: Extract<Effect, { do: 'publish' }>): void {
    const values: Record<string, unknown[]> = {
      session: [session ?? undefined, reason],
      state: [state],
      tokens: [token],
      signedOut: [reason],
      error: [error && this.#options.makeError(error)],
    };
    if (state) this.state = state;
    for (const handler of this.#handlers.get(event) ?? []) {
      try {
        handler(...(values[event] as never[]));
      } catch (thrown) {
        // The application's mistake: it is told, and nobody else is disturbed.
        queueMicrotask(() => reportError(thrown));
      }
    }
  }

  #error(code: string, message?: string): unknown {
    return this.#options.makeError({ code, message, session: 'kept' });
  }
}

/** Waits, in pieces that a timer can hold. */
async function sleep(duration: number, signal: AbortSignal): Promise<Outcome> {
  for (let left = duration; left >= 0; left -= LONGEST_TIMER) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(left, LONGEST_TIMER));
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    if (signal.aborted) throw new Failed('aborted');
  }
  return {};
}
