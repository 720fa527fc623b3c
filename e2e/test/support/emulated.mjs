// A page that is none: plain objects in place of a browser's, and a provider that answers by a script. It shows what the drop-in touches,
// and that it lives where an application's own tests run.

import { createHash } from 'node:crypto';

const ISSUER = 'https://login.example.com';
const APP = 'https://app.example.com';
const { publicKey, privateKey } = await crypto.subtle.generateKey(
  { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, true, ['sign', 'verify'],
);
const exported = await crypto.subtle.exportKey('jwk', publicKey);
/** The provider's one key, which says nothing about itself. */
export const jwks = { keys: [{ kty: exported.kty, n: exported.n, e: exported.e }] };
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
export const seconds = () => Math.floor(Date.now() / 1000);
/** The left half of a text's hash. */
export const half = (text) => createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

/** An ID token of the provider with changed claims; what is undefined is left out. */
export async function idToken(claims = {}, header = {}) {
  const body = { iss: ISSUER, aud: 'app', sub: 'alice', iat: seconds(), exp: seconds() + 300, ...claims };
  const signed = `${encode({ alg: 'RS256', ...header })}.${encode(body)}`;
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, Buffer.from(signed));
  return `${signed}.${Buffer.from(signature).toString('base64url')}`;
}

function storage() {
  const items = new Map();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, String(value)), removeItem: (key) => void items.delete(key) };
}

/** Puts a page into the globals; `requests` are those that were sent, `answers` what each address answers: a value, an answer, or a function. */
export function emulate(href = `${APP}/`) {
  const page = { requests: [], assigned: [], replaced: [], answers: {}, listeners: new Set() };
  const location = { href, get origin() { return new URL(location.href).origin; }, assign: (url) => { page.assigned.push(url); } };
  const window = {
    location, opener: null, isSecureContext: true, innerWidth: 1000, innerHeight: 800, localStorage: storage(), sessionStorage: storage(),
    history: { replaceState: (state, title, url) => { page.replaced.push(url); location.href = String(url); } },
    addEventListener: (name, listener) => { page.listeners.add(listener); },
    removeEventListener: (name, listener) => { page.listeners.delete(listener); },
  };
  window.self = window.top = window.parent = window;
  page.window = window;
  page.answers = {
    '/.well-known/openid-configuration': {
      issuer: ISSUER, authorization_endpoint: `${ISSUER}/auth`, token_endpoint: `${ISSUER}/token`, jwks_uri: `${ISSUER}/jwks`,
      userinfo_endpoint: `${ISSUER}/me`, end_session_endpoint: `${ISSUER}/end`,
    },
    '/jwks': jwks,
  };
  const fetch = async (url, init) => {
    if (typeof url !== 'string') throw new TypeError('an address is a text');
    page.requests.push({ url, ...init });
    const answer = page.answers[new URL(url).pathname];
    if (answer === undefined) throw new TypeError(`nobody answers ${url}`);
    const value = typeof answer === 'function' ? await answer(new URLSearchParams(init?.body)) : answer;
    return value instanceof Response ? value : new Response(JSON.stringify(value), { status: 200 });
  };
  for (const [name, value] of Object.entries({
    window, location, fetch, history: window.history, localStorage: window.localStorage, sessionStorage: window.sessionStorage, navigator: {},
    document: { title: '' },
  })) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return page;
}

/** A session as the package that is replaced would have stored it. */
export const stored = (more = {}) => ({
  user: { sub: 'alice', name: 'Alice' }, idToken: 'old.eyJzdWIiOiJhbGljZSIsIm5hbWUiOiJPbGQifQ.', refreshToken: 'r1', authorizedScopes: 'openid profile email',
  accessTokens: [{ accessToken: 'a1', accessTokenExpiration: 1, scopes: 'openid profile email', requestedScopes: 'openid profile email' }],
  ...more,
});

export { APP, ISSUER };
