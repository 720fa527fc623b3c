import { LocalStorage, MemoryStorage, SessionStorage, type AuthClientOptions } from 'oxidc';
import type { Config } from './config.js';
import { element } from './view.js';

/** A checkbox that is remembered. */
function checkbox(id: string, memory: globalThis.Storage, changed?: () => void): HTMLInputElement {
  const box = element(id) as HTMLInputElement;
  box.checked = memory.getItem(`setting ${id}`) === 'on';
  box.addEventListener('change', () => {
    memory.setItem(`setting ${id}`, box.checked ? 'on' : 'off');
    changed?.();
  });
  return box;
}

/** Whether to sign in and out in a window. */
export const inWindow = checkbox('in-window', localStorage);
/** Whether to sign in silently when the page loads. */
export const silentStart = checkbox('silent-start', localStorage);

// A client keeps its options for life: a change of these loads the page anew, in this tab only.
const reload = () => location.reload();
const dpop = checkbox('dpop', sessionStorage, reload);

const storages = {
  indexeddb: () => undefined, // the default
  local: () => new LocalStorage(),
  session: () => new SessionStorage(),
  memory: () => new MemoryStorage(),
};
const storage = element('storage') as HTMLSelectElement;
storage.value = sessionStorage.getItem('setting storage') ?? 'indexeddb';
storage.addEventListener('change', () => {
  sessionStorage.setItem('setting storage', storage.value);
  reload();
});

/** What the settings say about the client. With DPoP it has a name of its own, so that bearer tokens of before are not found. */
export function chosen({ clientId, dpopClientId = clientId }: Config): Pick<AuthClientOptions, 'clientId' | 'dpop' | 'storage'> {
  return { clientId: dpop.checked ? dpopClientId : clientId, dpop: dpop.checked, storage: storages[storage.value as keyof typeof storages]() };
}
