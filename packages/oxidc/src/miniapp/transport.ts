/**
 * What both sides share: feeding a machine, and another way to the host than windows and ports.
 * @module
 */
import type { Machine } from './machine.js';


/** What a machine wants done. */
export type Effect = { do: string } & Record<string, any>;

/** The longest text that any message has; what is longer does not even reach the machine, which ignores it. */
const LONGEST = 65_536;
/** The longest time that one timer can wait, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Feeds one input after the other: all effects of one are performed before the next. */
export class Feeder {
  readonly #machine: Machine;
  readonly #perform: (effect: Effect) => void;
  readonly #trapped: (error: unknown) => void;
  #inputs: object[] = [];
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(machine: Machine, perform: (effect: Effect) => void, trapped: (error: unknown) => void) {
    this.#machine = machine;
    this.#perform = perform;
    this.#trapped = trapped;
  }

  /** Feeds an input. */
  feed(input: object): void {
    this.#inputs.push(input);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
        const { effects, wake } = this.#machine.feed(next);
        for (const effect of effects) this.#perform(effect);
        clearTimeout(this.#timer);
        if (wake !== null) this.#timer = setTimeout(() => this.feed({ do: 'timer' }), Math.min(wake, LONGEST_TIMER));
      }
    } catch (error) {
      this.stop();
      this.#trapped(error);
    } finally {
      this.#busy = false;
    }
  }

  /** Feeds an input that the machine may refuse. Must not be called by what an effect does at once. */
  ask(input: object): void {
    for (const effect of this.#machine.feed(input).effects) this.#perform(effect);
  }

  /** Feeds nothing more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#inputs = [];
    this.feed = () => {};
  }
}

/** What a message brought: a text, or nothing that could be a message. */
export const textOf = ({ data }: MessageEvent): string => (typeof data === 'string' && data.length <= LONGEST ? data : '');

/** Joins a port to a machine. */
export function join(port: MessagePort, connection: number, feed: (input: object) => void): MessagePort {
  const lost = () => feed({ do: 'lost', connection });
  port.onmessage = (event) => feed({ do: 'port', connection, text: textOf(event) });
  port.onmessageerror = lost;
  // Not in every browser; elsewhere a silent port is found out by asking.
  port.addEventListener('close', lost);
  return port;
}

/** Handlers by the name of an event. */
export class Listeners {
  readonly #handlers = new Map<string, Set<(...values: any[]) => void>>();

  /** Adds a handler; gives back a function that removes it. */
  on(event: string, handler: (...values: any[]) => void): () => void {
    let handlers = this.#handlers.get(event);
    if (!handlers) this.#handlers.set(event, (handlers = new Set()));
    handlers.add(handler);
    return () => void handlers.delete(handler);
  }

  /** Removes a handler. */
  off(event: string, handler: (...values: any[]) => void): void {
    this.#handlers.get(event)?.delete(handler);
  }

  /** Calls the handlers. A mistake in one is reported and disturbs nobody else. */
  emit(event: string, ...values: unknown[]): void {
    for (const handler of [...(this.#handlers.get(event) ?? [])]) guarded(handler, ...values);
  }
}

/** Calls a function of the application. */
export function guarded(handler: ((...values: any[]) => unknown) | undefined, ...values: unknown[]): void {
  try {
    handler?.(...values);
  } catch (error) {
    queueMicrotask(() => reportError(error));
  }
}
