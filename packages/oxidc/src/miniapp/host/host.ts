/**
 * Drives the machine of a host: window, frames, ports, timer, source of tokens. Decides nothing.
 * @module
 */
import { errorFor } from '../errors.js';
import type { Machine } from '../machine.js';
import { type Effect, Feeder, join, Listeners, textOf } from '../transport.js';
import type { FrameContext } from '../types.js';
import type { HostEvents, HostHandlers, HostOptions, MiniAppRegistration, TokenSource } from './types.js';

/** A frame with a mini-app in it. */
export class HostedFrame {
  /** The frame. */
  readonly element: HTMLIFrameElement;
  /** The mini-app. */
  readonly app: string;
  readonly #change: (context: FrameContext | null) => void;

  /** @internal */
  constructor(element: HTMLIFrameElement, app: string, change: (context: FrameContext | null) => void) {
    this.element = element;
    this.app = app;
    this.#change = change;
  }

  /** Changes what this frame is told beside what all frames of its mini-app are told. */
  setContext(context: FrameContext): void {
    this.#change(context);
  }

  /** Cuts the frame off. The element stays. */
  close(): void {
    this.#change(null);
  }
}

/** The platform's side: who may be in a frame, and what they may ask. Made by `createHost`. */
export class MiniAppHost {
  readonly #machine: Machine;
  readonly #feeder: Feeder;
  readonly #source: TokenSource;
  readonly #handlers: HostHandlers;
  readonly #ofApps = new Map<string, HostHandlers>();
  readonly #frames = new Map<number, HostedFrame>();
  readonly #ports = new Map<number, MessagePort>();
  readonly #listeners = new Listeners();
  #stops: (() => void)[] = [];
  #numbers = 0;

  /** @internal */
  constructor(machine: Machine, { apps = [], tokens, handlers = {} }: HostOptions) {
    this.#machine = machine;
    this.#source = typeof tokens === 'function' ? { getToken: tokens } : tokens;
    this.#handlers = handlers;
    this.#feeder = new Feeder(machine, (effect) => this.#perform(effect), (error) => this.#trapped(error));
    for (const app of apps) this.register(app);
    this.#listen(window, 'message', (event) => this.#window(event as MessageEvent));
    this.#listen(window, 'pageshow', (event) => (event as PageTransitionEvent).persisted && this.#feed({ do: 'shown' }));
    const stop = this.#source.watch?.((key) => this.#feed({ do: 'session', key }));
    if (stop) this.#stops.push(stop);
  }

  /** @internal */
  static hasSession({ tokens }: HostOptions): boolean {
    return typeof tokens === 'function' || !tokens.watch;
  }

  /** How many messages were ignored because they came from strangers or were not of this protocol. */
  get ignored(): number {
    return this.#machine.feed({ do: 'state' }).ignored;
  }

  /**
   * Registers a mini-app, or replaces it.
   *
   * @throws {@link BridgeError} `app_invalid`, `hosts_invalid` for the origin, `same_origin`, `message_too_large` for the context.
   */
  register({ audiences = {}, handlers = {}, dangerouslyHandRefreshToken: handRefreshToken = false, ...app }: MiniAppRegistration): void {
    const grants = Object.entries(audiences).map(([audience, scopes]) => ({ audience, scopes }));
    const methods = Object.keys({ ...this.#handlers, ...handlers });
    this.#feeder.ask({ do: 'register', app: { ...app, audiences: grants, methods, handRefreshToken } });
    this.#ofApps.set(app.id, handlers);
  }

  /**
   * Says that a frame of this page shows a mini-app. The address of the frame is the platform's affair; it must be of the mini-app's origin, and a sandboxed frame needs
   * `allow-scripts allow-same-origin`.
   *
   * @param context What belongs to this frame, over what belongs to the mini-app.
   * @throws {@link BridgeError} `app_invalid` if there is no such mini-app, `message_too_large`.
   */
  add(element: HTMLIFrameElement, app: string, context: FrameContext = {}): HostedFrame {
    const number = (this.#numbers += 1);
    this.#feeder.ask({ do: 'add', frame: number, app, context });
    const load = () => this.#feed({ do: 'loaded', frame: number });
    const frame = new HostedFrame(element, app, (changed) => {
      if (changed) return this.#feeder.ask({ do: 'context', frame: number, context: changed });
      element.removeEventListener('load', load);
      this.#feed({ do: 'remove', frame: number });
      this.#frames.delete(number);
    });
    this.#frames.set(number, frame);
    element.addEventListener('load', load);
    // A document that we may look into is the empty one that was there before the mini-app.
    if (!element.contentDocument) load();
    return frame;
  }

  /** Somebody is signed in: a key that is another one for every sign-in. A new key ends the session of all frames and begins another. */
  signedIn(key: string): void {
    this.#feed({ do: 'session', key });
  }

  /** Nobody is signed in: the session of all frames is over. */
  signedOut(): void {
    this.#feed({ do: 'session', key: null });
  }

  /** Tells something to one frame or to all. */
  tell(name: string, data: unknown = null, to?: HostedFrame): void {
    const frame = [...this.#frames].find(([, frame]) => frame === to)?.[0];
    if (!to || frame) this.#feed({ do: 'tell', name, data, frame });
  }

  /** Listens to an event; gives back a function that stops that. */
  on<E extends keyof HostEvents>(event: E, handler: HostEvents[E]): () => void {
    return this.#listeners.on(event, handler);
  }

  /** Cuts all frames off and releases what is held. The frames keep their sessions, and find the host silent. */
  close(): void {
    this.#feed({ do: 'close' });
    for (const frame of [...this.#frames.values()]) frame.close();
    this.#release();
  }

  #release(): void {
    this.#feeder.stop();
    for (const stop of this.#stops) stop();
    this.#stops = [];
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }

  #trapped(error: unknown): void {
    this.#release();
    queueMicrotask(() => reportError(errorFor('core_trapped', String(error))));
  }

  #listen(target: EventTarget, event: string, handler: (event: Event) => void): void {
    target.addEventListener(event, handler);
    this.#stops.push(() => target.removeEventListener(event, handler));
  }

  #feed(input: object): void {
    this.#feeder.feed(input);
  }

  /** The machine compares the origin with that of the frame's mini-app. */
  #window(event: MessageEvent): void {
    const frame = [...this.#frames].find(([, { element }]) => event.source !== null && element.contentWindow === event.source)?.[0];
    const text = textOf(event);
    if (text) this.#feed({ do: 'window', frame, origin: event.origin, text });
  }

  #perform(effect: Effect): void {
    const { connection, origin, text } = effect;
    const to = this.#frames.get(effect.frame);
    switch (effect.do) {
      case 'offer': {
        const { port1, port2 } = new MessageChannel();
        this.#ports.set(connection, join(port1, connection, (input) => this.#feed(input)));
        return to?.element.contentWindow?.postMessage(text, origin, [port2]);
      }
      case 'post':
        return to?.element.contentWindow?.postMessage(text, origin);
      case 'say':
        return this.#ports.get(connection)?.postMessage(text);
      case 'shut': {
        // What was said before must still arrive.
        this.#ports.get(connection)?.close();
        return void this.#ports.delete(connection);
      }
      case 'token': {
        const { app, audience, scope, force } = effect;
        return void this.#work(effect.job, () => this.#source.getToken({ app, audience, scopes: scope.split(' ').filter(Boolean), force }));
      }
      case 'call': {
        const { app, method, params } = effect;
        const handler = this.#ofApps.get(app)?.[method] ?? this.#handlers[method];
        return void this.#work(effect.job, async () => handler!(params, { app, frame: to! }));
      }
      case 'publish':
        return this.#listeners.emit(effect.event, effect.app, to, effect.detail);
    }
  }

  async #work(job: number, work: () => Promise<unknown>): Promise<void> {
    try {
      this.#feed({ do: 'done', job, ok: (await work()) ?? null });
    } catch (error) {
      const { code, session, retryAfter } = (error ?? {}) as Record<string, unknown>;
      this.#feed({ do: 'done', job, error: { code: String(code ?? ''), session, retryAfter } });
    }
  }
}
