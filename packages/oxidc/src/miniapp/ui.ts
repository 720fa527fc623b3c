/**
 * Thin classes over what the platform may offer. Where it has no handler, their promises reject with `not_supported_by_host`.
 * Of the original only the names are known; methods and parameters are ours.
 * @module
 */
import { frame } from './rest.js';

/** Time for a person to decide. */
const PERSON = { timeout: 3_600_000 };

/** Settings that the platform keeps. */
abstract class Store {
  protected abstract readonly prefix: string;
  async #call(what: string, params?: object): Promise<any> {
    return frame(this.prefix).call(`${this.prefix}.${what}`, params);
  }
  /** The value of a key, or null. */
  get<T = unknown>(key: string): Promise<T | null> { return this.#call('get', { key }); }
  /** Keeps a value. */
  set(key: string, value: unknown): Promise<void> { return this.#call('set', { key, value }); }
  /** Forgets a key. */
  remove(key: string): Promise<void> { return this.#call('remove', { key }); }
  /** All values by key. */
  getAll(): Promise<Record<string, unknown>> { return this.#call('getAll'); }
}

/** The settings of the mini-app. */
export class Options extends Store {
  protected readonly prefix = 'options';
}

/** The settings of the person. */
export class UserOptions extends Store {
  protected readonly prefix = 'userOptions';
}

/** Events between the frames of the platform. */
export class Event {
  /** Tells the platform, which tells whom it wants. */
  static async emit(name: string, data?: unknown): Promise<void> { return frame('Event').call('event.emit', { name, data }); }
  /** Listens to what the platform tells; gives back a function that stops that. */
  static on(name: string, handler: (data: unknown) => void): () => void {
    return frame('Event').on('host', (told, data) => told === name && handler(data));
  }
}

/** Dialogs of the platform. */
export class Modal {
  /** Opens a dialog; what it was closed with. */
  static async open(params?: unknown): Promise<any> { return frame('Modal').call('modal.open', params, PERSON); }
  /** Closes it. */
  static async close(params?: unknown): Promise<void> { return frame('Modal').call('modal.close', params); }
}

/** The platform's panel at the side. */
export class Sidepanel {
  /** Opens the panel; what it was closed with. */
  static async open(params?: unknown): Promise<any> { return frame('Sidepanel').call('sidepanel.open', params, PERSON); }
  /** Closes it. */
  static async close(params?: unknown): Promise<void> { return frame('Sidepanel').call('sidepanel.close', params); }
}

/** Questions to the person. */
export class Swal {
  /** Asks; what the person answered. */
  static async fire(params?: unknown): Promise<any> { return frame('Swal').call('swal.fire', params, PERSON); }
}

/** Short notices. */
export class Toast {
  /** Shows a notice. */
  static async show(params?: unknown): Promise<void> { return frame('Toast').call('toast.show', params); }
}
