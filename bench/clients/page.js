// The page of every application: completes a callback or finds its session, and says when it has a token.
import { open } from '#client';

const report = (result) => console.debug(`bench ${JSON.stringify(result)}`);
const settings = JSON.parse(document.getElementById('settings').textContent);
const returning = /[?&#](code|error)=/.test(location.href);

/** Milliseconds since the browser asked for this page, redirects before it not counted. */
const elapsed = () => performance.now() - performance.getEntriesByType('navigation')[0].fetchStart;

async function start() {
  const client = await open({ ...settings, returning });
  window.client = client;
  if (returning && client.callback) await client.callback();
  return client.token();
}

window.bench = {
  /** So many calls at once at a moment of the wall clock: what failed, and how long all took. */
  async burst(at, calls) {
    await new Promise((resolve) => setTimeout(resolve, at - Date.now()));
    const begun = performance.now();
    const results = await Promise.allSettled(Array.from({ length: calls }, () => window.client.token()));
    const failures = results.filter(({ status, value }) => status !== 'fulfilled' || !value);
    return { failed: failures.length, milliseconds: performance.now() - begun, why: String(failures[0]?.reason?.message ?? failures[0]?.reason ?? '') };
  },
  /** Calls one after another for a while: calls a second. */
  async sequence(milliseconds) {
    const begun = performance.now();
    let calls = 0;
    for (; performance.now() - begun < milliseconds; calls += 10) {
      for (let step = 0; step < 10; step += 1) await window.client.token();
    }
    return (calls * 1000) / (performance.now() - begun);
  },
};

start().then(
  (token) => report({ returning, ok: Boolean(token), milliseconds: elapsed() }),
  (error) => report({ returning, ok: false, milliseconds: elapsed(), why: String(error?.message ?? error) }),
);
