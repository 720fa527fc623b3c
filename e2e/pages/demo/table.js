// A table of what a mini-app may see.

const table = document.getElementById('seen');

/** A row that can be changed. */
export function row(name) {
  const line = table.insertRow();
  line.insertCell().textContent = name;
  const cell = line.insertCell();
  cell.textContent = '…';
  return (text) => { cell.textContent = text; };
}

/** A row with what came of something. */
export async function show(name, work) {
  const tell = row(name);
  try {
    tell(await work());
  } catch (error) {
    tell(`refused: ${typeof error.code === 'string' ? error.code : error.name}`);
  }
}
