/**
 * Tokens for an application inside somebody else's page: the frame's side, with the WebAssembly module as a file of its own.
 *
 * @packageDocumentation
 */
import { useLoader } from './app.js';
import { MiniAppFrame } from './frame.js';
import { machines } from './module.js';
import type { FrameOptions } from './types.js';

const load = machines(() => WebAssembly.compileStreaming(fetch(new URL('./guest.wasm', import.meta.url))));
useLoader(load);

/**
 * Finds the host and waits for its context. Any number of frames may live in one program.
 *
 * @example
 * ```ts
 * const frame = await createFrame({ hosts: ['https://platform.example.com'] });
 * const { items } = await frame.get('/core/user/list', { limit: 20 });
 * ```
 * @throws {@link BridgeError} `no_host`, `host_not_allowed`, `host_unavailable`, `bridge_version` or `hosts_invalid`.
 */
export function createFrame(options: FrameOptions = {}): Promise<MiniAppFrame> {
  return MiniAppFrame.start(load, options);
}

export * from './exports.js';
