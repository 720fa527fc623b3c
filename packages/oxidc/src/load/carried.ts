/**
 * A module that a script carries: a text with one character for each octet. The file is larger than packed octets in base64 are, but
 * what travels is smaller, because a server's compression sees the module itself, and nothing has to be unpacked.
 * @module
 */

/** The module, compiled at once: its functions are compiled when they are called, so that waiting for another thread would take longer. */
export function carried(text: string): WebAssembly.Module {
  const octets = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) octets[at] = text.charCodeAt(at) ^ MASK;
  return new WebAssembly.Module(octets);
}
