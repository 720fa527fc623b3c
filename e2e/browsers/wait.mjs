// Waiting for a condition, with a limit that is only there to end a hopeless test.

import { setTimeout as pause } from 'node:timers/promises';

/** Resolves to the first truthy result of `condition`; errors on the way count as "not yet". */
export async function until(condition, what = condition.toString(), limit = 20_000) {
  const end = Date.now() + limit;
  for (let last; ; await pause(20)) {
    try {
      const result = await condition();
      if (result) return result;
      last = `last seen: ${JSON.stringify(result)}`;
    } catch (error) {
      last = error.message;
    }
    if (Date.now() > end) throw new Error(`waited in vain for ${what} (${last})`);
  }
}
