/**
 * A module that a script carries: a text with one character for each octet. The file is larger than packed octets in base64 are, but
 * what travels is smaller, because a server's compression sees the module itself, and nothing has to be unpacked.
 * @module
 */

/** The octets of the module. */
export function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) octets[at] = text.charCodeAt(at) ^ MASK;
  return octets;
}

/** The module as if it had been fetched. */
export function carried(text: string): Response {
  return new Response(octetsOf(text), { headers: { 'content-type': 'application/wasm' } });
}
