import * as forge from '../../e2e/servers/forge.mjs';
import { clients as all } from '../clients/index.mjs';
import { enter, load, signIn, startWorld } from '../world.mjs';

// A preloaded module changes nothing here.
const clients = all.filter(({ head }) => !head);

export const title = 'Forged answers';
export const text = `The provider, or somebody between, gives a wrong answer; but for the first two, ID tokens are signed again with the provider's real key.
"rejects": the callback page ends without a session. "**accepts**": with one. The signature and \`at_hash\` may be left unchecked in this
flow by the letter of the specification; the other claims may not.`;

const day = 86_400;
const now = () => Math.floor(Date.now() / 1000);
const token = (change) => ({ answer: async (body, keys) => ({ ...body, id_token: await change()(body.id_token, keys) }) });
const address = (change) => ({
  callback(url) {
    // Some ask for the answer in the fragment.
    const fragment = new URLSearchParams(url.hash.slice(1));
    change(fragment.has('state') ? fragment : url.searchParams);
    if (fragment.has('state')) url.hash = fragment;
    return url;
  },
});

const answers = {
  'ID token signed with an unknown key': token(() => forge.foreignKey()),
  '`alg: none`, no signature': token(() => forge.unsigned()),
  'wrong `iss`': token(() => forge.claims({ iss: 'https://evil.example' })),
  'wrong `aud`': token(() => forge.claims({ aud: 'another-client' })),
  'expired a day ago': token(() => forge.claims({ iat: now() - 2 * day, exp: now() - day })),
  '`iat` a day in the future': token(() => forge.claims({ iat: now() + day, exp: now() + 2 * day })),
  'wrong `nonce`': token(() => forge.claims({ nonce: 'of-another-sign-in' })),
  '`nonce` removed': token(() => forge.claims({ nonce: undefined })),
  'wrong `at_hash`': token(() => forge.claims({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })),
  'no ID token': { answer: ({ id_token: removed, ...body }) => body },
  '`state` altered': address((parameters) => parameters.set('state', `${parameters.get('state').slice(0, -1)}~`)),
  '`iss` of another provider': address((parameters) => parameters.set('iss', 'https://evil.example')),
  '`iss` removed': address((parameters) => parameters.delete('iss')),
};

export async function measure({ browser }) {
  const verdicts = new Map(Object.keys(answers).map((name) => [name, { client: name }]));
  for (const client of clients) {
    // A world for each, so that what one left behind helps nobody else.
    const world = await startWorld([client]);
    await browser.context.clearCookies();
    for (const [name, { answer, callback }] of Object.entries(answers)) {
      const page = await browser.context.newPage();
      await load(world, page, client);
      Object.assign(world, { answer, callback });
      // A client that neither finishes nor fails has no session either.
      const { ok } = await signIn(page, 5_000).catch(() => ({ ok: false }));
      Object.assign(world, { answer: undefined, callback: undefined });
      verdicts.get(name)[client.title] = ok ? '**accepts**' : 'rejects';
      await page.evaluate(() => localStorage.clear()).catch(() => {});
      await page.close();
    }
    // The proof that it was the forgery: an honest answer is accepted.
    const page = await browser.context.newPage();
    await enter(world, page, client);
    await page.close();
    await world.close();
  }
  const rows = [...verdicts.values()];
  const total = { client: 'rejected' };
  for (const { title } of clients) total[title] = `${rows.filter((row) => row[title] === 'rejects').length} of ${rows.length}`;
  return { first: 'forged answer', columns: clients.map(({ title }) => title), rows: [...rows, total] };
}
