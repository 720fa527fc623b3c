// Builds the example into `dist`.

import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
await build({ entryPoints: ['src/main.ts'], outdir: 'dist', bundle: true, splitting: true, format: 'esm', charset: 'utf8', target: 'es2022', minify: true, sourcemap: true });
for (const file of ['index.html', 'style.css']) await cp(file, `dist/${file}`);
