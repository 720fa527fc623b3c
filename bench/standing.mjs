// Where oxidc stands in each table: first, within its budget, or outside of it, and then why.

const KB = 1000;
const value = (cell) => (typeof cell === 'object' ? cell.median : cell);
const shown = (number) => (number >= 1000 ? Math.round(number).toLocaleString('en').replaceAll(',', ' ') : String(Number(number.toFixed(2))));

/** What is compared: `budget` says whether a value is within it, given the best value of the others. */
const RULES = [
  {
    part: 'size', what: 'bytes with brotli', column: 'brotli', ours: 'oxidc/wasm', budget: (own) => own <= 45 * KB, said: '45 000',
    why: 'it checks, waits and repeats what the others leave out. Without the state machines of its flows it still made 62 KB when the whole made 76. Tried, and what came of it: \
[DESIGN.md](../DESIGN.md), the question what it costs in bytes',
  },
  {
    part: 'load', what: 'a reload until the token is there, ms over the bare page', column: 'over the bare page', ours: 'oxidc', budget: (own, best) => own <= 2 * best,
    said: 'twice the best', why: 'a module is decoded and compiled (4 ms), which scripts need not be. Tried: compiling beside the page (12 ms and more), the database without the copy (17 ms more)',
  },
  {
    part: 'callback', what: 'a callback until the session is there, ms over the bare page', column: 'over the bare page', ours: 'oxidc', budget: (own) => own <= 15, said: '15',
    why: 'the sign-in is marked as used in the database before its code is sent, so that no other tab can send it too, and the database has to be opened for that; \
the others leave that out. The signature is checked and the session is stored before the call ends. Tried: reading the sign-in and the provider’s documents from the \
tab’s copies (that is in these figures). Not tried: a lock instead of the mark, with the code sent at once',
  },
  {
    part: 'cached', what: 'calls a second with a live token', column: 'calls a second', ours: 'oxidc', most: true, budget: (own) => own >= 1_000_000, said: '1 000 000',
    why: 'two clocks are read for each call, because one may jump and the other stand still',
  },
  ...[1, 4, 20].map((tabs) => ({
    part: 'expiry', what: `refresh requests at expiry, ${tabs} ${tabs === 1 ? 'tab' : 'tabs'}`, column: `${tabs}${tabs === 1 ? ' tab' : ' tabs'}: requests`, ours: 'oxidc', budget: (own) => own === 1, said: '1',
  })),
  { part: 'wake', what: 'refresh requests of four tabs that wake up', column: 'requests', ours: 'oxidc', budget: (own) => own === 1, said: '1' },
  {
    part: 'memory', what: 'kB of a page with a session', column: 'kB', ours: 'oxidc', said: 'none',
    why: 'the memory of the module is 0.65 MB of it, and the text that carries the module stays in the script',
  },
  ...Object.entries({ RS256: 1.1, ES256: 1.04, EdDSA: 1.04 }).map(([algorithm, limit]) => ({
    part: 'id_tokens', what: `a whole check with ${algorithm}, to the bare signature`, column: `${algorithm}, ratio`, ours: 'oxidc-aws-lc', budget: (own) => own <= limit, said: String(limit),
    why: 'reading 17 claims strictly is what is left of it, and a third of that is allocating. Tried: short names inside the list of members (a sixth less, 100 bytes more in the module), \
8 octets at a time (nothing), vectors for base64url (slower)',
  })),
];

function row({ part, what, column, ours, most, budget, said, why }, results) {
  const table = results.find(({ name }) => name === part);
  if (!table) return [];
  const values = (rows) => rows.map((row) => value(row[column])).filter((number) => typeof number === 'number');
  const others = values(table.rows.filter(({ client }) => !client.startsWith('oxidc') && !client.startsWith('(bare') && !client.endsWith('the signature only')));
  const [own] = values(table.rows.filter(({ client }) => client === ours));
  const best = most ? Math.max(...others) : Math.min(...others);
  const ahead = most ? own >= best : own <= best;
  const reason = budget ? `outside: ${why}` : why;
  const verdict = [ahead && 'first', budget?.(own, best) ? 'within' : reason].filter(Boolean).join(', ');
  return [`| ${what} | ${shown(own)} | ${shown(best)} | ${said} | ${verdict} |`];
}

/** The table, of whatever was measured. */
export function standing(results) {
  const forged = results.find(({ name }) => name === 'forged');
  const rejected = forged && Object.entries(forged.rows.at(-1)).filter(([client]) => forged.columns.includes(client));
  const counts = (own) => rejected.filter(([client]) => client.startsWith('oxidc') === own).map(([, text]) => Number.parseInt(text, 10));
  const rows = RULES.flatMap((rule) => row(rule, results));
  if (rejected) {
    const [own, best] = [Math.min(...counts(true)), Math.max(...counts(false))];
    rows.push(`| forged answers that are refused, of 13 | ${own} | ${best} | 13 | ${own < best ? 'behind' : 'first'}, ${own === 13 ? 'within' : 'outside'} |`);
  }
  return ['| what | oxidc | the best other | budget | |', '|---|--:|--:|--:|---|', ...rows].join('\n');
}
