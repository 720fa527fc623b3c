/**
 * A module that a script carries: a text with one character for each octet. The file is larger than packed octets in base64 are, but
 * what travels is smaller, because a server's compression sees the module itself, and nothing has to be unpacked.
 * @module
 */

/** The module as if it had been fetched. */
export function carried(text: string): Response {
  const octets = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) octets[at] = text.charCodeAt(at) ^ MASK;
  return new Response(octets, { headers: { 'content-type': 'application/wasm' } });
}
