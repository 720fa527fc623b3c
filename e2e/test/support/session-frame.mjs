// A provider's frame that tells of changes of the person's session. `oidc-provider` has no such frame: a page on its origin stands in for it,
// and the proxy adds `session_state` to its answers.

import { answer, json } from '../../servers/faults.mjs';

/** What a provider serves as its `check_session_iframe`; it asks its server instead of reading a cookie. */
const frame = `<!doctype html><script>
addEventListener('message', async ({ data, origin, source }) => {
  source.postMessage(await (await fetch('/check/status?' + new URLSearchParams({ data, origin }))).text(), origin);
});
</script>`;

/**
 * Gives the provider of a world (`startWindows`) such a frame: `current` is the session state that it knows now, `says` what the frame says
 * instead of comparing, `asked` what it was asked, `published` its address.
 */
export function serveSessionFrame({ provider, windows }) {
  const told = { current: 'first', says: undefined, asked: [], published: `${provider.issuer}/check` };
  provider.rule({ method: 'GET' }, async ({ forward, reply }) => {
    const original = await forward();
    const { location } = original.headers;
    const code = location?.startsWith(windows.redirectUri) && new URL(location).searchParams.has('code');
    reply(code ? { ...original, headers: { ...original.headers, location: `${location}&session_state=${told.current}` } } : original);
  });
  provider.rule({ path: '/.well-known/openid-configuration' }, json((document) => ({ ...document, check_session_iframe: told.published })));
  provider.rule({ path: '/check' }, answer(200, frame, { 'content-type': 'text/html' }));
  provider.rule({ path: '/check/status' }, (exchange) => {
    const { data } = Object.fromEntries(new URLSearchParams(provider.log.at(-1).query));
    told.asked.push(data);
    return answer(200, told.says ?? (data === `spa ${told.current}` ? 'unchanged' : 'changed'), { 'content-type': 'text/plain' })(exchange);
  });
  return told;
}
