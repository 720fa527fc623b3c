// Writes docs/conformance.md from the modules of the suite.

import { writeFile } from 'node:fs/promises';
import { table } from './servers/conformance.mjs';

await writeFile(new URL('../docs/conformance.md', import.meta.url), table());
