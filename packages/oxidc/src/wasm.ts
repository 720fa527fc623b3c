/**
 * OAuth 2 and OpenID Connect for browser applications, with the WebAssembly module as a file of its own.
 *
 * @packageDocumentation
 */
import { BaseClient } from './client.js';
import { load } from './load/url.js';
import type { AuthClientOptions } from './types.js';

/** {@inheritDoc BaseClient} */
export class AuthClient extends BaseClient {
  /**
   * @throws {@link ConfigurationError} when the options are wrong.
   */
  constructor(options: AuthClientOptions) {
    super(options, load);
  }
}

export * from './public.js';
