// Bars as SVG, small and readable on light and dark ground.

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const rounded = (value) => (value >= 1e6 ? `${(value / 1e6).toFixed(1)} M` : value >= 1000 ? `${Math.round(value / 100) / 10} k` : value >= 100 ? value.toFixed(0) : value.toFixed(1));
const of = (value) => (typeof value === 'number' ? { median: value, low: value, high: value } : value);

const [left, width, step] = [190, 430, 26];

/** A bar for each row, its quartiles as a line; oxidc's own bars stand out. */
export function bars({ title, column, unit, logarithmic = false, rows }) {
  const values = rows.map((row) => ({ name: row.client, ...of(row[column]) }));
  const most = Math.max(...values.map(({ high }) => high));
  const least = Math.min(...values.map(({ low }) => low)) / 2;
  const scale = (value) => width * (logarithmic ? Math.log(value / least) / Math.log(most / least) : value / most);
  const height = 40 + values.length * step;
  const lines = values.map(({ name, median, low, high }, at) => {
    const y = 36 + at * step;
    const own = name.startsWith('oxidc') ? '#2f6fde' : '#8a93a3';
    const range = high > low ? `<path d="M${(left + scale(low)).toFixed(1)} ${y + 9}H${(left + scale(high)).toFixed(1)}" stroke="#d2691e" stroke-width="2"/>` : '';
    return `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${escaped(name)}</text><rect x="${left}" y="${y}" width="${scale(median).toFixed(1)}" height="18" rx="2" fill="${own}"/>${range}<text x="${(left + scale(Math.max(median, high)) + 6).toFixed(1)}" y="${y + 13}">${rounded(median)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 70} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${escaped(title)}">
<style>text { fill: #1c2430 } @media (prefers-color-scheme: dark) { text { fill: #e8ecf3 } }</style>
<text x="${left}" y="20" font-weight="600">${escaped(title)}, ${escaped(unit)}${logarithmic ? ', logarithmic' : ''}</text>
${lines.join('\n')}
</svg>
`;
}
