/** The build puts the bytes here: see .ci/wat.mjs. */
declare module '*.wat' {
  export default function readWasm(): Uint8Array<ArrayBuffer>
}

/** What we use of it: it is part of no library that Node's types bring. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>)
  }
  class Instance {
    constructor(module: Module)
    readonly exports: object
  }
}
