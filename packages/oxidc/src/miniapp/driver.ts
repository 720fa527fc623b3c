/**
 * Drives the machine of a frame: window, port, timer, requests. Decides nothing.
 * @module
 */
import { errorFor, errorOf } from './errors.js';
import type { Machine } from './machine.js';
import { type Effect, Feeder, join, Listeners, textOf } from './transport.js';
import type { HostTransport } from './types.js';

interface Call {
  resolve: (value: any) => void;
  reject: (error: unknown) => void;
  send?: ((authorization: string | null) => Promise<Response>) | undefined;
}

/** The headers of an answer that the machine reads. */
const HEADERS = ['retry-after', 'www-authenticate', 'x-ratelimit-remaining', 'ratelimit-remaining', 'x-ratelimit-reset', 'ratelimit-reset'];

/** Several programs may run in one document; each sees every message, and one of them takes what is for it. */
const drivers = new Set<Driver>();
let connections = 0;

/** The one listener of the window. The machine compares origin and sender. */
function heard(event: MessageEvent): void {
  const connection = (connections += 1);
  const outcomes = [...drivers].map((driver) => driver.window(event, connection));
  if (outcomes.includes('drop') && !outcomes.includes('open')) for (const port of event.ports) port.close();
}

/** Drives one machine. */
export class Driver extends Listeners {
  readonly #machine: Machine;
  readonly #feeder: Feeder;
  readonly #transport: HostTransport | undefined;
  readonly #calls = new Map<number, Call>();
  readonly #ports = new Map<number, MessagePort>();
  readonly #asks = new AbortController();
  readonly #timeout: number;
  #stops: (() => void)[] = [];
  #tasks = 0;
  #event: MessageEvent | undefined;
  #outcome = '';
  #trap: unknown;

  constructor(machine: Machine, transport: HostTransport | undefined, timeout: number) {
    super();
    this.#machine = machine;
    this.#transport = transport;
    this.#timeout = timeout;
    this.#feeder = new Feeder(machine, (effect) => this.#perform(effect), (error) => this.#trapped(error));
    this.#listen(document, 'visibilitychange', () => this.#feed({ do: 'visible', visible: document.visibilityState === 'visible' }));
    this.#listen(window, 'pageshow', (event) => (event as PageTransitionEvent).persisted && this.#feed({ do: 'shown' }));
    if (drivers.size === 0) window.addEventListener('message', heard);
    drivers.add(this);
    if (transport) {
      this.#stops.push(transport.subscribe('event', (told) => this.emit('host', (told as any)?.name, (told as any)?.data)));
      this.#feed({ do: 'start', transport: true });
    } else {
      this.#feed({ do: 'start', framed: window.parent !== window, ancestor: location.ancestorOrigins?.[0] ?? '' });
    }
  }

  /** What is known of the rate limit. */
  get limiter(): any {
    return this.#machine.feed({ do: 'state' }).limiter;
  }

  /** Makes a call; the answer is the machine's. */
  call(call: object, { signal, send }: { signal?: AbortSignal | undefined; send?: Call['send'] } = {}): Promise<any> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(errorFor('aborted'));
      if (this.#trap) return reject(this.#trap);
      const task = (this.#tasks += 1);
      this.#calls.set(task, { resolve, reject, send });
      signal?.addEventListener('abort', () => this.#feed({ do: 'cancel', task }), { once: true });
      this.#feed({ do: 'call', task, call });
    });
  }

  /** A message of the window: whether it was taken, is to be dropped, or is nothing of ours. */
  window(event: MessageEvent, connection: number): string {
    this.#event = event;
    this.#outcome = '';
    const { origin, source, ports } = event;
    this.#feed({ do: 'window', origin, fromParent: source === window.parent && source !== window, ports: ports.length, connection, text: textOf(event) });
    this.#event = undefined;
    return this.#outcome;
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.call({ do: 'close' }).catch(() => {});
    this.#release();
  }

  #listen(target: EventTarget, event: string, handler: (event: Event) => void): void {
    target.addEventListener(event, handler);
    this.#stops.push(() => target.removeEventListener(event, handler));
  }

  #feed(input: object): void {
    this.#feeder.feed(input);
  }

  #release(): void {
    this.#feeder.stop();
    for (const stop of this.#stops) stop();
    this.#stops = [];
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
    this.#asks.abort();
    this.#transport?.close();
    drivers.delete(this);
    if (drivers.size === 0) window.removeEventListener('message', heard);
    this.#trap ??= errorFor('closed');
  }

  /** After a trap the instance is not to be used again. */
  #trapped(error: unknown): void {
    this.#trap = errorFor('core_trapped', String(error));
    for (const call of this.#calls.values()) call.reject(this.#trap);
    this.#release();
  }

  #perform(effect: Effect): void {
    const { connection, task } = effect;
    switch (effect.do) {
      case 'post':
        return window.parent.postMessage(effect.text, effect.origin);
      case 'open':
        this.#outcome = 'open';
        return void this.#ports.set(connection, join(this.#event!.ports[0]!, connection, (input) => this.#feed(input)));
      case 'drop':
        return void (this.#outcome ||= 'drop');
      case 'say':
        return this.#ports.get(connection)?.postMessage(effect.text);
      case 'shut':
        this.#ports.get(connection)?.close();
        return void this.#ports.delete(connection);
      case 'ask':
        return void this.#ask(effect);
      case 'send':
        return void this.#send(task, effect.authorization);
      case 'publish':
        return this.#publish(effect);
      case 'finish': {
        const call = this.#calls.get(task);
        this.#calls.delete(task);
        return effect.error ? call?.reject(errorOf(effect.error)) : call?.resolve(effect.ok);
      }
    }
  }

  #publish({ event, name, value, replaced }: Effect): void {
    if (event === 'host') this.emit(event, name, value);
    else this.emit(event, value, event === 'connected' ? name || this.#transport?.origin || '' : replaced);
  }

  async #ask({ ask, method, params }: Effect): Promise<void> {
    try {
      const ok = await this.#transport!.request(method, params, { timeout: this.#timeout, signal: this.#asks.signal });
      this.#feed({ do: 'asked', ask, ok });
    } catch (error) {
      this.#feed({ do: 'asked', ask, refused: String((error as any)?.code ?? 'transient') });
    }
  }

  async #send(task: number, authorization: string | null): Promise<void> {
    try {
      const { status, headers } = await this.#calls.get(task)!.send!(authorization);
      const read = HEADERS.map((name) => [name, headers.get(name)]);
      this.#feed({ do: 'sent', task, status, headers: Object.fromEntries(read) });
    } catch (error) {
      this.#feed({ do: 'notSent', task });
      const aborted = (error as any)?.name === 'AbortError';
      this.#calls.get(task)?.reject(aborted ? errorFor('aborted') : errorFor('network_failed', String(error)));
      this.#calls.delete(task);
    }
  }
}
