/**
 * What the worker keeps for the pages of an application: the stored session, and the refresh tokens. Pages know the tokens by
 * handles. A token leaves in one way only: in a request to the provider's own token or revocation endpoint.
 * @module
 */
import { http } from '../host/http.js';
import { bare, type Effect, Failed, type Outcome } from '../host/protocol.js';

/** Whom a vault serves. It is the worker's name, so that another one is another worker: issuer, client, and the endpoints of a provider that is described by hand. */
export type Serves = [version: number, issuer: string, clientId: string, token?: string | null, revocation?: string | null];

/** What a page may ask of the worker: effects of the core. */
export type Asked = Extract<Effect, { do: 'http' | 'load' | 'swap' }>;

interface Endpoints {
  token?: unknown;
  revocation?: unknown;
}

/** What a page may set in a request. */
const HEADERS = ['accept', 'content-type', 'dpop'];
/** How many tokens are kept that no session names: of answers whose page was gone, and of operations one by one. */
const MOST = 32;
/** How long a token can still be revoked when its session has ended, in milliseconds. */
const REVOCABLE = 60_000;
/** What is shorter is no secret, and may be part of any text. */
const SHORTEST = 16;
/** The largest document and the longest handle that are read. */
const LIMIT = 256 * 1024;
const HANDLE = /oxidc\.[0-9a-f]{8}\.[-0-9a-f]{36}/g;

/** One application's tokens. */
export class Vault {
  readonly #issuer: string;
  readonly #clientId: string;
  readonly #described: Endpoints | undefined;
  readonly #fetch: typeof fetch;
  /** What handles of this worker begin with. */
  readonly #own = `oxidc.${crypto.randomUUID().slice(0, 8)}.`;
  readonly #records = new Map<string, string>();
  /** The tokens by their handles, the oldest first. */
  readonly #tokens = new Map<string, string>();
  /** Handles that no session names any more: they can be revoked, and nothing else. */
  readonly #retired = new Set<string>();
  #discovered: Endpoints | undefined;

  constructor([, issuer, clientId, token, revocation]: Serves, fetch: typeof globalThis.fetch) {
    this.#issuer = issuer;
    this.#clientId = clientId;
    this.#described = token ? { token, revocation } : undefined;
    this.#fetch = fetch;
  }

  /** Performs what a page asks; it may be any script of the origin. */
  async perform(asked: Asked, signal: AbortSignal): Promise<Outcome> {
    switch (asked.do) {
      case 'load':
        return { record: this.#records.get(asked.key) ?? null };
      case 'swap':
        return this.#swap(asked.key, asked.expected, asked.value);
      case 'http':
        return this.#send(asked, signal);
      default:
        throw new Failed('unsupported');
    }
  }

  #swap(key: string, expected: string | null, value: string | null): Outcome {
    const stands = this.#records.get(key) ?? null;
    if (stands !== expected) return { record: stands };
    if (value === null) this.#records.delete(key);
    else this.#records.set(key, String(value));
    for (const [handle] of (stands ?? '').matchAll(HANDLE)) if (!this.#isNamed(handle)) this.#retire(handle);
    return { swapped: true };
  }

  /** Sends a form to one of the two endpoints, with tokens in place of handles, and gives back the answer with handles in place of tokens. */
  async #send(asked: Extract<Asked, { do: 'http' }>, signal: AbortSignal): Promise<Outcome> {
    const began = performance.now();
    const endpoint = await this.#endpoint(asked, signal);
    const form = new URLSearchParams(asked.body ?? '');
    if (form.getAll('client_id').join() !== this.#clientId) throw new Failed('denied', 'another client');
    const place = endpoint === 'token' ? 'refresh_token' : 'token';
    const handle = form.get(place) ?? '';
    const isHandle = handle.match(HANDLE)?.[0] === handle;
    if (isHandle) {
      const token = this.#tokens.get(handle);
      if (!handle.startsWith(this.#own)) throw new Failed('lost', 'the token was in another worker');
      if (token === undefined || (endpoint === 'token' && this.#retired.has(handle))) return spent(endpoint);
      form.set(place, token);
    }
    const request = bare({
      ...asked,
      method: 'POST',
      headers: asked.headers.filter(([name]) => HEADERS.includes(name)),
      body: isHandle ? form.toString() : asked.body,
      // The page counts from when it asked.
      timeout: Math.max(0, asked.timeout - (performance.now() - began)),
    });
    const outcome = await http(this.#fetch, request, signal);
    if (isHandle && endpoint === 'revocation' && outcome['status'] === 200) this.#forget(handle);
    return this.#clean(outcome, endpoint === 'token');
  }

  /** Which endpoint a request is for. What the provider publishes is read once more when it does not say so. */
  async #endpoint({ url, timeout }: { url: string; timeout: number }, signal: AbortSignal): Promise<keyof Endpoints> {
    const which = ({ token, revocation }: Endpoints) => (url === token ? 'token' : url === revocation ? 'revocation' : undefined);
    const found = which(this.#described ?? this.#discovered ?? {}) ?? (this.#described ? undefined : which(await this.#discover(timeout, signal)));
    if (!found) throw new Failed('denied', 'no endpoint of the provider');
    return found;
  }

  /** OpenID Connect Discovery 1.0 section 4. The worker trusts nobody else, least of all a page, with where tokens go. */
  async #discover(timeout: number, signal: AbortSignal): Promise<Endpoints> {
    const url = `${this.#issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const request = { id: 0, do: 'http' as const, method: 'GET', url, headers: [], body: null, timeout, limit: LIMIT };
    const { status, body } = await http(this.#fetch, request, signal);
    const document = status === 200 ? parse(body as string) : undefined;
    if (document?.['issuer'] !== this.#issuer) throw new Failed('network', 'the configuration document');
    return (this.#discovered = { token: document['token_endpoint'], revocation: document['revocation_endpoint'] });
  }

  /** An answer without anything that only the worker may know. */
  #clean({ status, headers, body }: Outcome, takes: boolean): Outcome {
    const kept = Object.entries(headers as Record<string, string>).map(([name, text]) => [name, this.#without(text)]);
    // What is no JSON says nothing to the core either.
    const text = parse(body as string) ? this.#rewrite(body as string, takes) : '';
    return { status, headers: Object.fromEntries(kept), body: text };
  }

  /** A JSON text, unchanged but for tokens: new ones are taken (of repeated members too, which the core refuses), known ones are not repeated. */
  #rewrite(text: string, takes: boolean): string {
    let member = '';
    return text.replace(/("(?:[^"\\]|\\.)*")(\s*:)?/g, (whole, literal: string, colon?: string) => {
      const value = JSON.parse(literal) as string;
      if (colon) member = value;
      const kept = takes && !colon && member === 'refresh_token' && value ? this.#keep(value) : this.#without(value);
      return kept === value ? whole : JSON.stringify(kept) + (colon ?? '');
    });
  }

  #without(text: string): string {
    for (const [handle, token] of this.#tokens) if (token.length >= SHORTEST) text = text.replaceAll(token, handle);
    return text;
  }

  /** The handle of a token. */
  #keep(token: string): string {
    for (const [handle, known] of this.#tokens) if (known === token && !this.#retired.has(handle)) return handle;
    const handle = `${this.#own}${crypto.randomUUID()}`;
    this.#tokens.set(handle, token);
    const unnamed = [...this.#tokens.keys()].filter((known) => !this.#isNamed(known));
    for (const known of unnamed.slice(0, -MOST)) this.#forget(known);
    return handle;
  }

  #isNamed(handle: string): boolean {
    return [...this.#records.values()].some((record) => record.includes(handle));
  }

  #retire(handle: string): void {
    if (!this.#tokens.has(handle)) return;
    this.#retired.add(handle);
    setTimeout(() => this.#forget(handle), REVOCABLE);
  }

  #forget(handle: string): void {
    this.#tokens.delete(handle);
    this.#retired.delete(handle);
  }
}

/** What the provider says of a token that was revoked or replaced (RFC 6749 section 5.2, RFC 7009 section 2.2), without asking it. */
function spent(endpoint: keyof Endpoints): Outcome {
  const headers = { 'content-type': 'application/json' };
  return endpoint === 'token' ? { status: 400, headers, body: '{"error":"invalid_grant"}' } : { status: 200, headers, body: '' };
}

/** A JSON object. */
function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
