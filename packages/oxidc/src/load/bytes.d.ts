// What the build puts in: the modules, each a text with one character for each octet, and what the octets were masked with.
declare const MASK: number;
declare module '#bytes' {
  const bytes: string;
  export default bytes;
}
declare module '#extended-bytes' {
  const bytes: string;
  export default bytes;
}
declare module '#guest-bytes' {
  const bytes: string;
  export default bytes;
}
declare module '#host-bytes' {
  const bytes: string;
  export default bytes;
}
declare module '#identity-bytes' {
  const bytes: string;
  export default bytes;
}
