/**
 * Tokens for applications inside our own page: the platform's side.
 *
 * @packageDocumentation
 */
import bytes from '#host-bytes';
import { carried } from '../../load/carried.js';
import { machines } from '../module.js';
import { MiniAppHost } from './host.js';
import type { HostOptions } from './types.js';

const load = machines(async () => carried(bytes));

/**
 * Makes the platform's side.
 *
 * @example
 * ```ts
 * const host = await createHost({
 *   apps: [{ id: 'orders', origin: 'https://orders.example.net', audiences: { 'https://api.example.com/': 'orders:read' } }],
 *   tokens: fromClient(client),
 * });
 * host.add(document.querySelector('iframe')!, 'orders', { domain: 'api.example.com', language: 'en' });
 * ```
 * @throws {@link BridgeError} `app_invalid`, `hosts_invalid` or `same_origin` for a registration.
 */
export async function createHost(options: HostOptions): Promise<MiniAppHost> {
  return new MiniAppHost(await load({ session: MiniAppHost.hasSession(options), own: location.origin }), options);
}

export type { ErrorCode } from '../../codes.js';
export { BridgeError, EnvironmentError, OxidcError } from '../../errors.js';
export { HostedFrame, MiniAppHost } from './host.js';
export { fromBackEnd, fromClient } from './sources.js';
export type * from './types.js';
