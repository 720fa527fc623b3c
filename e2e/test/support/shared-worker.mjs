// Chromium's shared workers, by the protocol of the developer tools.

import { until } from '../../browsers/index.mjs';

/** The shared workers that run. */
export async function sharedWorkers(browser) {
  const session = await browser.context.browser().newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets');
  await session.detach();
  return targetInfos.filter(({ type }) => type === 'shared_worker');
}

/** Stops the only shared worker there is, as a browser does that is short of memory: nobody is told. */
export async function stopSharedWorker(browser) {
  const [{ targetId }] = await sharedWorkers(browser);
  const session = await browser.context.browser().newBrowserCDPSession();
  await session.send('Target.closeTarget', { targetId });
  await session.detach();
  await until(async () => (await sharedWorkers(browser)).every((other) => other.targetId !== targetId), 'the worker to be gone');
}

/** Does something with the only shared worker there is: `work(send)`, where `send(method, params)` speaks the protocol; `send.on(method, handler)` listens. */
export async function withSharedWorker(browser, work) {
  const [{ targetId }] = await sharedWorkers(browser);
  const session = await browser.context.browser().newBrowserCDPSession();
  const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false });
  const answers = new Map();
  const handlers = new Map();
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result, error, method, params } = JSON.parse(message);
    if (id) answers.get(id)?.(error ? { error } : result);
    else handlers.get(method)?.(params);
  });
  let last = 0;
  const send = (method, params = {}) => new Promise((resolve) => {
    last += 1;
    answers.set(last, resolve);
    void session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id: last, method, params }) });
  });
  send.on = (method, handler) => handlers.set(method, handler);
  const result = await work(send);
  await session.detach();
  return result;
}

/** Everything on a heap, as a text. `send` and `on` speak with the page or the worker that it belongs to. */
export async function heapOf(send, on) {
  const parts = [];
  on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => parts.push(chunk));
  await send('HeapProfiler.enable');
  await send('HeapProfiler.takeHeapSnapshot', { reportProgress: false, captureNumericValue: false });
  await send('HeapProfiler.disable');
  return parts.join('');
}
