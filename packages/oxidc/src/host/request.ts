/**
 * Sends the application's own requests: the core decides about their tokens, every face sends them in this one way.
 * @module
 */
import type { Driver } from './driver.js';

/** Like the browser's `fetch`, through a core. */
export async function request(run: Driver['run'], input: RequestInfo | URL, init: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const { origin } = new URL(request.url);
  const stream = init.body instanceof ReadableStream || (input instanceof Request && input.body !== null);
  let last: Response | undefined;
  const send = async (authorization: string | null, dpop?: string) => {
    const copy = stream ? request : request.clone();
    const headers = new Headers(copy.headers);
    if (authorization) headers.set('authorization', authorization);
    if (dpop) headers.set('dpop', dpop);
    const wanted = authorization && init.redirect === undefined && !(input instanceof Request) ? 'error' : copy.redirect;
    // A browser takes `Authorization` off when a redirect leads elsewhere, but not a proof.
    const redirect = dpop && wanted === 'follow' ? 'error' : wanted;
    return (last = await globalThis.fetch(new Request(copy, { headers, redirect })));
  };
  const command = {
    do: 'fetch',
    method: request.method,
    url: request.url,
    origin,
    mode: request.mode,
    authorization: request.headers.has('authorization'),
    replayable: !stream,
  };
  await run(command, { send, signal: request.signal });
  return last!;
}
