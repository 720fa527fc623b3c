/**
 * Where a finished sign-in or sign-out leads.
 * @module
 */
import type { AuthClientOptions, CallbackResult, Storage } from '../types.js';
import { bare } from './protocol.js';
import { MemoryStorage } from './storage.js';

/** Goes where a callback leads, or lets the application go there. */
export async function arrive(
  result: CallbackResult,
  onReturn: AuthClientOptions['onReturn'],
  storage: Storage | undefined,
): Promise<CallbackResult> {
  const { returnTo, appState } = bare(result) as { returnTo?: string; appState?: unknown };
  if (!returnTo) return result;
  if (onReturn) await onReturn({ url: returnTo, appState });
  else if (returnTo !== location.href) {
    // A session in memory would not outlive another page load.
    if (storage instanceof MemoryStorage) history.replaceState(history.state, '', returnTo);
    else location.replace(returnTo);
  }
  return result;
}
