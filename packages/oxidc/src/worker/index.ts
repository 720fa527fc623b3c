/**
 * The worker: a vault behind ports. It runs as a shared worker, or as a worker of one page where there are no shared ones.
 * @module
 */
import { Failed } from '../host/protocol.js';
import { type Asked, Vault } from './vault.js';

interface Scope {
  name: string;
  onconnect: ((event: MessageEvent) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
}

const scope = globalThis as unknown as Scope;
const vault = new Vault(JSON.parse(scope.name), globalThis.fetch.bind(globalThis));

// Held as long as the worker lives: a page that gets it knows that the worker is gone.
const lock = `oxidc:worker:${crypto.randomUUID()}`;
const alive = new Promise<void>((resolve) => {
  void globalThis.navigator.locks?.request(lock, () => {
    resolve();
    return new Promise(() => {});
  });
  if (!globalThis.navigator.locks) resolve();
});

function serve(port: MessagePort): void {
  const running = new Map<number, AbortController>();
  port.onmessage = async ({ data }: MessageEvent<Asked | { do: 'cancel'; id: number }>) => {
    const { id } = data;
    if (data.do === 'cancel') return running.get(id)?.abort();
    const abort = new AbortController();
    running.set(id, abort);
    try {
      port.postMessage({ id, outcome: await vault.perform(data, abort.signal) });
    } catch (error) {
      // A page's mistake is not a reason to repeat what the page sent.
      const { failed, detail } = error instanceof Failed ? error : new Failed('denied', 'not understood');
      port.postMessage({ id, failed, detail });
    } finally {
      running.delete(id);
    }
  };
  void alive.then(() => port.postMessage({ lock }));
}

scope.onconnect = scope.onmessage = ({ ports }) => ports.forEach(serve);
