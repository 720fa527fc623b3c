// Prints what each entry of the package in the current folder exports: `node typescript_surface.mjs <folder of declarations>`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';

const ts = createRequire(resolve('package.json'))('typescript');
const { name, exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = Object.entries(exports)
  .filter(([, target]) => target.types)
  .map(([path, target]) => ({ entry: join(name, path), file: join(process.argv[2], relative('dist', target.types)) }));
const program = ts.createProgram(entries.map(({ file }) => file), { skipLibCheck: true });
const checker = program.getTypeChecker();

/** The text of a declaration; a type that is computed from a value is written out. */
function text(declaration) {
  const whole = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const written = whole.getText();
  if (!ts.isTypeAliasDeclaration(whole) || !written.includes('typeof ')) return written;
  const type = checker.getTypeFromTypeNode(whole.type);
  const members = (type.isUnion() ? type.types : [type]).map((member) => checker.typeToString(member));
  return `export type ${whole.name.text} =\n${members.map((member) => `    | ${member}`).join('\n')};`;
}

const shown = new Set();
for (const { entry, file } of entries) {
  console.log(`// ${entry}\n`);
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)));
  const again = [];
  for (const symbol of symbols.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (shown.has(meant)) again.push(symbol.name);
    else console.log(`${meant.declarations.map(text).join('\n')}\n`);
    shown.add(meant);
  }
  if (again.length > 0) console.log(`// as above: ${again.join(', ')}\n`);
}
