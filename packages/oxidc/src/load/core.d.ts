// What the build puts in: the glue of wasm-bindgen and the packed module.
declare module '#core' {
  export class Core {
    constructor(options: string, page: string, wall: number, monotonic: number);
    start(command: string, wall: number, monotonic: number): string;
    resume(effect: number, outcome: string, wall: number, monotonic: number): string;
    cancel(task: number, wall: number, monotonic: number): string;
  }
  export default function init(options: { module_or_path: Response | Promise<Response> }): Promise<unknown>;
}
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
