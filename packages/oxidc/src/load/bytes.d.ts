// What the build puts in: the packed modules.
declare module '#bytes' {
  const bytes: string;
  export default bytes;
}
declare module '#extended-bytes' {
  const bytes: string;
  export default bytes;
}
