import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Driver, MemoryStorage } from '../src/host/index.js';
import { finish, type Input, ScriptedCore } from './page.js';

const options = { issuer: 'https://login.example.com', clientId: 'app' };

function drive(answer: (input: Input, task: number) => object[], more: object = {}) {
  const cores: ScriptedCore[] = [];
  const makeCore = () => {
    cores.push(new ScriptedCore(answer));
    return cores.at(-1)!;
  };
  const driver = new Driver({ options, storage: new MemoryStorage(), makeCore, makeError: (error) => error, ...more });
  return { driver, cores };
}

test('a call ends with what the core says', async () => {
  const { driver, cores } = drive((_, task) => [finish(task, { answer: 42 })]);
  assert.deepEqual(await driver.run({ do: 'getSession' }), { answer: 42 });
  assert.deepEqual(cores[0]!.inputs, [{ start: { do: 'getSession' } }]);
  await driver.close();
});

test('a call rejects with the error of the core', async () => {
  const error = { code: 'no_session', message: 'x', session: 'kept' };
  const { driver } = drive((_, task) => [{ id: 1, do: 'finish', task, error }]);
  await assert.rejects(driver.run({ do: 'getTokens' }), error);
  await driver.close();
});

test('all effects of an input are performed before the next input is fed', async () => {
  // Two effects that are answered at once: their outcomes come one after the other, each after the effects before it.
  const order: string[] = [];
  const { driver, cores } = drive((input, task) => {
    if ('start' in input && input.start['do'] === 'getSession') {
      return [{ id: 1, do: 'random', octets: 1 }, { id: 2, do: 'random', octets: 2 }, { id: 3, do: 'publish', event: 'tokens', token: {} }];
    }
    if ('resume' in input) order.push(`resume ${input.resume}`);
    return 'resume' in input && input.resume === 2 ? [finish(task)] : [];
  });
  driver.on('tokens', () => void order.push('published'));
  await driver.run({ do: 'getSession' });
  assert.deepEqual(order, ['published', 'resume 1', 'resume 2']);
  assert.equal(cores[0]!.outcomes()[1]!['bytes'] !== undefined, true);
  await driver.close();
});

test('a core is made once for calls that come together', async () => {
  const { driver, cores } = drive((_, task) => [finish(task)]);
  await Promise.all([driver.run({ do: 'getSession' }), driver.run({ do: 'getSession' }), driver.run({ do: 'getSession' })]);
  assert.equal(cores.length, 1);
  await driver.close();
});

test('t419_a_core_that_could_not_be_made_is_made_again_by_the_next_call', async () => {
  let tries = 0;
  const { driver } = drive((_, task) => [finish(task)], {
    makeCore: () => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
      return new ScriptedCore((_, task) => [finish(task, 'made')]);
    },
  });
  await assert.rejects(driver.run({ do: 'getSession' }), /not yet/);
  assert.equal(await driver.run({ do: 'getSession' }), 'made');
  await driver.close();
});

test('t467_after_a_trap_every_call_rejects_and_the_next_one_gets_a_new_core', async () => {
  let trap = true;
  const { driver, cores } = drive((input, task) => {
    if ('start' in input && input.start['do'] === 'hang') return [];
    if (trap) throw new WebAssembly.RuntimeError('unreachable');
    return [finish(task, 'alive')];
  });
  const hanging = driver.run({ do: 'hang' });
  const trapped = driver.run({ do: 'getSession' });
  await assert.rejects(hanging, { code: 'core_trapped' });
  await assert.rejects(trapped, { code: 'core_trapped' });
  trap = false;
  assert.equal(await driver.run({ do: 'getSession' }), 'alive');
  assert.equal(cores.length, 2);
  await driver.close();
});

test('aborting a call tells the core, once', async () => {
  const { driver, cores } = drive((input, task) =>
    'cancel' in input ? [{ id: 9, do: 'finish', task, error: { code: 'aborted' } }] : [],
  );
  const abort = new AbortController();
  const call = driver.run({ do: 'getTokens' }, { signal: abort.signal });
  await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  await assert.rejects(call, { code: 'aborted' });
  assert.deepEqual(cores[0]!.inputs.at(-1), { cancel: 1 });
  await assert.rejects(driver.run({ do: 'getTokens' }, { signal: abort.signal }), { code: 'aborted' });
  await driver.close();
});

test('a call that is aborted while the core is made never reaches it', async (context) => {
  const { driver, cores } = drive((_, task) => [finish(task)]);
  context.after(() => driver.close());
  const abort = new AbortController();
  const call = driver.run({ do: 'refreshSession' }, { signal: abort.signal });
  abort.abort();
  await assert.rejects(call, { code: 'aborted' });
  assert.deepEqual(cores[0]!.inputs, []);
});

test('t474_a_handler_that_throws_disturbs_nobody', async () => {
  const { driver } = drive((_, task) => [{ id: 1, do: 'publish', event: 'signedOut', reason: 'signed_out' }, finish(task)]);
  const reported: unknown[] = [];
  Object.assign(globalThis, { reportError: (error: unknown) => reported.push(error) });
  const heard: unknown[] = [];
  driver.on('signedOut', () => {
    throw new Error('the application is at fault');
  });
  driver.on('signedOut', (reason: never) => void heard.push(reason));
  await driver.run({ do: 'signOut' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(heard, ['signed_out']);
  assert.match(String(reported[0]), /the application is at fault/);
  await driver.close();
});

test('t475_a_call_from_within_a_handler_is_served', async () => {
  const { driver } = drive((input, task) =>
    'start' in input && input.start['do'] === 'signOut' ? [{ id: 1, do: 'publish', event: 'signedOut', reason: 'x' }, finish(task)] : [finish(task, 'inner')],
  );
  const inner = new Promise((resolve) => driver.on('signedOut', () => resolve(driver.run({ do: 'getSession' }))));
  await driver.run({ do: 'signOut' });
  assert.equal(await inner, 'inner');
  await driver.close();
});

test('t470_closing_ends_what_is_under_way', async () => {
  const { driver } = drive((input) =>
    'start' in input && input.start['do'] === 'close'
      ? [{ id: 7, do: 'finish', task: 1, error: { code: 'closed' } }, finish(2)]
      : [],
  );
  const call = driver.run({ do: 'getTokens' });
  await new Promise((resolve) => setImmediate(resolve));
  const closing = driver.close();
  await assert.rejects(call, { code: 'closed' });
  await closing;
  await assert.rejects(driver.run({ do: 'getSession' }), { code: 'closed' });
});

test('a stored record is swapped only if it is what the core believes', async () => {
  const key = 'k';
  const swap = (id: number, expected: string | null, value: string | null) => ({ id, do: 'swap', area: 'session', key, expected, value });
  const { driver, cores } = drive((input, task) => {
    if ('start' in input) return input.start['do'] === 'close' ? [finish(task)] : [swap(1, null, 'a')];
    if (!('resume' in input)) return [];
    return { 1: [swap(2, 'b', 'c')], 2: [swap(3, 'a', null)], 3: [{ id: 4, do: 'load', area: 'session', key }], 4: [finish(task)] }[input.resume] ?? [];
  });
  await driver.run({ do: 'getSession' });
  assert.deepEqual(cores[0]!.outcomes(), [{ swapped: true }, { record: 'a' }, { swapped: true }, { record: null }]);
  await driver.close();
});

test('t251_a_storage_that_throws_is_a_failed_effect_and_no_exception', async () => {
  const full = { getItem: () => null, setItem: () => { throw new DOMException('full', 'QuotaExceededError'); }, removeItem: () => {} };
  const { driver, cores } = drive(
    (input, task) => ('start' in input && input.start['do'] !== 'close' ? [{ id: 1, do: 'swap', area: 'session', key: 'k', expected: null, value: 'v' }] : [finish(task)]),
    { storage: full },
  );
  await driver.run({ do: 'getSession' });
  assert.equal(cores[0]!.outcomes()[0]!['failed'], 'quota');
  await driver.close();
});

test('an effect that this host does not know is refused, not ignored', async () => {
  const { driver, cores } = drive((input, task) => ('start' in input && input.start['do'] !== 'close' ? [{ id: 1, do: 'teleport' }] : [finish(task)]));
  await driver.run({ do: 'getSession' });
  assert.equal(cores[0]!.outcomes()[0]!['failed'], 'unsupported');
  await driver.close();
});

test('what a user interface can show is told, and stays readable', async () => {
  const { driver } = drive((_, task) => [{ id: 1, do: 'publish', event: 'state', state: 'degraded' }, finish(task)]);
  const told: string[] = [];
  const stop = driver.on('state', (state: string) => void told.push(`${state} ${driver.state}`));
  assert.equal(driver.state, 'signedOut');
  await driver.run({ do: 'getSession' });
  assert.equal(driver.state, 'degraded');
  stop();
  await driver.run({ do: 'getSession' });
  assert.deepEqual(told, ['degraded degraded']);
  await driver.close();
});
