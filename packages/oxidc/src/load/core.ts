/**
 * The core in an instance of the WebAssembly module: texts go in and out through one buffer in its memory. The other side is
 * `crates/oxidc-wasm/src/standalone.rs`.
 * @module
 */
import type { Core } from '../host/index.js';

/** What the module exports. */
interface Exports {
  memory: WebAssembly.Memory;
  room(length: number): number;
  call(what: number, number: number, wall: number, monotonic: number): number;
  answer(): number;
}

/** The class of a core that lives in an instance; one instance is one core. */
export function coreOf(instance: WebAssembly.Instance) {
  const { memory, room, call, answer } = instance.exports as unknown as Exports;
  const encoder = new TextEncoder();
  const run = (what: number, number: number, text: string, wall: number, monotonic: number) => {
    const bytes = encoder.encode(text);
    // The memory may move while it makes room.
    const at = room(bytes.length);
    new Uint8Array(memory.buffer, at).set(bytes);
    const length = call(what, number, wall, monotonic);
    return new TextDecoder().decode(new Uint8Array(memory.buffer, answer(), length));
  };
  return class implements Core {
    constructor(options: string, page: string, wall: number, monotonic: number) {
      const refused = run(0, encoder.encode(options).length, options + page, wall, monotonic);
      if (refused) throw refused;
    }
    start(command: string, wall: number, monotonic: number): string {
      return run(1, 0, command, wall, monotonic);
    }
    resume(effect: number, outcome: string, wall: number, monotonic: number): string {
      return run(2, effect, outcome, wall, monotonic);
    }
    cancel(task: number, wall: number, monotonic: number): string {
      return run(3, task, '', wall, monotonic);
    }
  };
}
