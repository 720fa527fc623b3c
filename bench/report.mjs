// Turns results into a document: `node report.mjs <document> < results.json`, with a plot beside each table that has one.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bars } from './plot.mjs';
import { standing } from './standing.mjs';

const [target] = process.argv.slice(2);
const run = JSON.parse(readFileSync(0, 'utf8'));
const plots = join(dirname(target), 'benchmarks');

const number = (value, digits = 1) => {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  return Number.isInteger(value) && digits === 1 ? String(value) : value.toFixed(digits);
};

function cell(value) {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return number(value);
  if (typeof value === 'object') return `${number(value.median, value.digits)} (${number(value.low, value.digits)}–${number(value.high, value.digits)})`;
  return value;
}

const isNumber = (value) => typeof value === 'number' || typeof value === 'object' || /^\d+ of \d+$/.test(value);

function table({ first = 'client', columns, rows }) {
  const aligned = columns.map((column) => (rows.some((row) => row[column] !== undefined && !isNumber(row[column])) ? '---' : '--:'));
  const ours = (row) => (row.client.startsWith('oxidc') ? `**${row.client}**` : row.client);
  return [
    `| ${[first, ...columns].join(' | ')} |`,
    `|${['---', ...aligned].join('|')}|`,
    ...rows.map((row) => `| ${[ours(row), ...columns.map((column) => cell(row[column]))].join(' | ')} |`),
  ].join('\n');
}

function section({ name, title, text, plot, ...result }) {
  const parts = [`## ${title}`, text];
  if (plot) {
    mkdirSync(plots, { recursive: true });
    writeFileSync(join(plots, `${name}.svg`), bars({ title, ...plot, rows: result.rows.filter((row) => row[plot.column] !== undefined) }));
    parts.push(`![${title}](benchmarks/${name}.svg)`);
  }
  return [...parts, table(result)].join('\n\n');
}

const { settings = {}, versions = {}, notes = [], results } = run;
const listed = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ');
writeFileSync(target, `# Benchmarks

oxidc beside the clients that people use today, measured in one run: each page loads in the same headless Chromium against the same
\`oidc-provider\`, on one site over TLS on loopback, in rounds in which everybody has a turn and nobody is always first. Made by

\`\`\`sh
cargo xtask bench
\`\`\`

which says with \`--help\` how to measure less. **The figures come from a machine with two cores that other work shared. Only ratios within one
table count**, and small ones do not. A value with a range is a median with its quartiles.

Versions: ${listed}.

Every client stands in the smallest application that makes sense, in \`bench/clients\`. What had to be done for a generic provider:

${notes.map(([title, note]) => `- ${title}: ${note}`).join('\n')}

Settings of this run: \`${JSON.stringify(settings)}\`.

## Where oxidc stands

What other clients leave out makes them small and quick: most of the best values here belong to clients that check no signature, take no lock or lose the session at expiry, as the tables below show.

${standing(results)}

${results.map(section).join('\n\n')}
`);
