/**
 * The WebAssembly module of one side: a text is written into its memory, and a text is read out of it.
 * @module
 */
import { errorFor } from './errors.js';
import { type Feed, Machine } from './machine.js';

interface Exports {
  memory: WebAssembly.Memory;
  room(length: number): number;
  feed(wall: number, monotonic: number, a: number, b: number, c: number, d: number): number;
  answer(): number;
}

/** Feeds the machine of an instance. */
function feedOf(instance: WebAssembly.Instance): Feed {
  const { memory, room, feed, answer } = instance.exports as unknown as Exports;
  return (text, wall, monotonic, random) => {
    const octets = new TextEncoder().encode(text);
    // Making room may move the memory.
    const at = room(octets.length);
    new Uint8Array(memory.buffer, at, octets.length).set(octets);
    const length = feed(wall, monotonic, ...(random as unknown as [number, number, number, number]));
    return new TextDecoder().decode(new Uint8Array(memory.buffer, answer(), length));
  };
}

/** A maker of machines from a module. Each has an instance of its own, with which it ends. */
export function machines(take: () => Promise<WebAssembly.Module>): (first: object) => Promise<Machine> {
  let module: Promise<WebAssembly.Module> | undefined;
  return async (first) => {
    let instance;
    try {
      instance = new WebAssembly.Instance(await (module ??= take()));
    } catch (error) {
      module = undefined;
      throw errorFor(/unsafe-eval|Content Security Policy|CSP/i.test(String(error)) ? 'wasm_blocked' : 'wasm_failed', String(error));
    }
    const machine = new Machine(feedOf(instance));
    machine.feed(first);
    return machine;
  };
}
