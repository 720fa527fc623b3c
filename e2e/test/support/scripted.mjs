// A sign-in by plain requests, without a browser and without the client: it proves the servers.

import { createHash, randomBytes } from 'node:crypto';

const text = () => randomBytes(32).toString('base64url');

/** Goes from address to address with cookies, submitting the pages' first forms, until it is sent to `until` or reads `text`. */
export async function follow(url, until, text) {
  const cookies = new Map();
  let next = { url };
  for (let step = 0; step < 20; step += 1) {
    if (next.url.startsWith(until)) return new URL(next.url);
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(next.url, { redirect: 'manual', method: next.body ? 'POST' : 'GET', body: next.body, headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location) {
      next = { url: new URL(location, next.url).href };
      continue;
    }
    const page = await response.text();
    if (page === text) return new URL(next.url);
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
    if (!action) throw new Error(`${response.status} ${next.url}: ${page}`);
    const inputs = [...page.split('</form>')[0].matchAll(/<(?:input|button)[^>]* name="(\w+)"[^>]*? value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
    next = { url: new URL(action, next.url).href, body: new URLSearchParams(inputs) };
  }
  throw new Error('no end of redirects');
}

/** A scripted client of a provider, for an application at `origin`. */
export function scriptedClient({ issuer, origin, clientId = 'spa', scope = 'openid profile email offline_access api:read', resource }) {
  const redirectUri = `${origin}/`;
  const request = async (parameters) => {
    const response = await fetch(`${issuer}/token`, { method: 'POST', headers: { origin }, body: new URLSearchParams({ client_id: clientId, ...parameters }) });
    return { status: response.status, headers: response.headers, ...(await response.json()) };
  };
  return {
    /** The parameters of the callback, and the verifier. */
    async authorize(prompt = 'consent') {
      const verifier = text();
      const url = new URL(`${issuer}/auth`);
      url.search = new URLSearchParams({
        client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope, state: text(), nonce: text(), prompt,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...(resource && { resource }),
      });
      const callback = await follow(url.href, redirectUri);
      return { ...Object.fromEntries(callback.searchParams), verifier };
    },
    exchange: ({ code, verifier }) => request({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri }),
    refresh: (refreshToken, others = {}) => request({ grant_type: 'refresh_token', refresh_token: refreshToken, ...others }),
    signOut: (idToken) => follow(`${issuer}/session/end?${new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: redirectUri, state: 'bye' })}`, redirectUri),
  };
}
