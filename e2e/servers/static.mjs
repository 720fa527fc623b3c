// Serves files of folders, and a few texts made on the spot.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { close, listen } from './http.mjs';

const usual = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8', '.json': 'application/json', '.wasm': 'application/wasm', '.svg': 'image/svg+xml', '.map': 'application/json',
};

/** A policy under which a page may run its own scripts and WebAssembly, and nothing else; `trustedTypes` names the policies that it may make. */
export const strictPolicy = (connect, { wasm = true, trustedTypes = "'none'" } = {}) => ({
  'content-security-policy': [
    "default-src 'none'", `script-src 'self'${wasm ? " 'wasm-unsafe-eval'" : ''}`, "style-src 'self'", `connect-src 'self' ${connect.join(' ')}`,
    "base-uri 'none'", "frame-ancestors 'none'", "form-action 'none'", "require-trusted-types-for 'script'", `trusted-types ${trustedTypes}`,
  ].join('; '),
});

/**
 * Starts the server. `folders` maps address prefixes that end in a slash to folders, the longest prefix wins;
 * `fallback` is the address served instead of one without a file (single-page applications); `headers` go with
 * everything; `types` are other content types by the ends of names. `serve(path, text)` adds a text, `setHeaders` replaces the headers.
 */
export async function startStatic({ host = '127.0.0.1', port = 0, folders = {}, fallback, headers = {}, types = {} } = {}) {
  const typeOf = { ...usual, ...types };
  const texts = new Map();
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://static').pathname);
    const found = (await find(path)) ?? (fallback && !extname(path) ? await find(fallback) : undefined);
    if (!found) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': typeOf[extname(found.name)] ?? 'application/octet-stream', 'cache-control': 'no-cache', ...headers });
    response.end(found.body);
  });

  async function find(path) {
    const name = path.endsWith('/') ? `${path}index.html` : path;
    if (texts.has(name)) return { name, body: texts.get(name) };
    const prefix = Object.keys(folders).filter((p) => name.startsWith(p)).sort((a, b) => b.length - a.length)[0];
    if (prefix === undefined) return undefined;
    const inside = normalize(name.slice(prefix.length));
    if (inside.split(sep).includes('..')) return undefined;
    return readFile(join(folders[prefix], inside)).then((body) => ({ name, body }), () => undefined);
  }

  const origin = await listen(server, { host, port });
  return {
    origin,
    serve(path, text) { texts.set(path, text); },
    setHeaders(others) { headers = others; },
    close: () => close(server),
  };
}
