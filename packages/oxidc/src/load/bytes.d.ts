// What the build puts in: the packed module.
declare module '#bytes' {
  const bytes: string;
  export default bytes;
}
