/**
 * The WebAssembly module of one side: a text is written into its memory, and a text is read out of it.
 * @module
 */
import { decode } from '../host/crypto.js';
import { errorFor, errorOf } from './errors.js';

interface Exports {
  memory: WebAssembly.Memory;
  room(length: number): number;
  feed(wall: number, monotonic: number, a: number, b: number, c: number, d: number): number;
  answer(): number;
}

/** A machine. */
export class Machine {
  readonly #exports: Exports;

  /** @internal */
  constructor(instance: WebAssembly.Instance) {
    this.#exports = instance.exports as unknown as Exports;
  }

  /** Feeds an input with the time and some chance; the answer. */
  feed(input: object): any {
    const { memory, room, feed, answer } = this.#exports;
    const octets = new TextEncoder().encode(JSON.stringify(input));
    // Making room may move the memory.
    const at = room(octets.length);
    new Uint8Array(memory.buffer, at, octets.length).set(octets);
    const [a, b, c, d] = crypto.getRandomValues(new Uint32Array(4)) as unknown as [number, number, number, number];
    const length = feed(Date.now(), performance.now(), a, b, c, d);
    const result = JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, answer(), length)));
    if (result?.error) throw errorOf(result.error);
    return result;
  }
}

/** A maker of machines from a module. Each has an instance of its own, with which it ends. */
export function machines(take: () => Promise<Response> | Response): (first: object) => Promise<Machine> {
  let module: Promise<WebAssembly.Module> | undefined;
  return async (first) => {
    let instance;
    try {
      instance = await WebAssembly.instantiate(await (module ??= WebAssembly.compileStreaming(take())));
    } catch (error) {
      module = undefined;
      throw errorFor(/unsafe-eval|Content Security Policy|CSP/i.test(String(error)) ? 'wasm_blocked' : 'wasm_failed', String(error));
    }
    const machine = new Machine(instance);
    machine.feed(first);
    return machine;
  };
}

/** The module that a script carries, packed and as base64. */
export function unpack(bytes: string): Response {
  const { readable, writable } = new DecompressionStream('deflate-raw');
  // What fails here fails for the reader too.
  const writer = writable.getWriter();
  writer.write(decode(bytes)).catch(() => {});
  writer.close().catch(() => {});
  return new Response(readable, { headers: { 'content-type': 'application/wasm' } });
}
