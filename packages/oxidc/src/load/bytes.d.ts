// What the build puts in: the packed module.
declare module '#bytes' {
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
