/**
 * undici's parser: llhttp, in WebAssembly. undici compiles it when a connection is there, and V8 its functions when the
 * answer is, which keeps both waiting: 5 ms of a cold start on Node 20, 3 on 24. But V8 keeps one copy of what was made
 * from equal bytes, so it can be done here while the network is waited for: undici's own turn takes 0.1 ms then.
 */

/** WebAssembly, of which Node's types have less. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

/** What is used of the module's exports. */
interface Llhttp {
  readonly memory: { readonly buffer: ArrayBuffer }
  malloc(bytes: number): number
  llhttp_alloc(type: number): number
  llhttp_execute(parser: number, text: number, bytes: number): number
}

const RESPONSE = 2
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}'

let compiled: object | undefined
let isWarm = false

/** For whoever waits for a connection. Does nothing the second time, or where undici can't use this parser. */
export function compileParser(): void {
  // undici's own conditions.
  if (process.arch === 'ppc64' || process.env['UNDICI_NO_WASM_SIMD'] === '1') return
  try {
    compiled ??= new (wasm().Module)(require('undici/lib/llhttp/llhttp_simd-wasm.js'))
  } catch {
    // A processor without SIMD: undici has another parser for it.
  }
}

/**
 * For whoever waits for an answer: parses one, which has V8 compile all that it takes.
 *
 * @returns what the parser says: 0 when all is well; undefined where nothing was parsed
 */
export function warmParser(): number | undefined {
  if (isWarm || compiled === undefined) return undefined
  isWarm = true
  try {
    const llhttp = new (wasm().Instance)(compiled, { env: callbacks() }).exports as Llhttp
    const text = llhttp.malloc(ANSWER.length)
    new Uint8Array(llhttp.memory.buffer).set(Buffer.from(ANSWER), text)
    return llhttp.llhttp_execute(llhttp.llhttp_alloc(RESPONSE), text, ANSWER.length)
  } catch {
    // Another llhttp than we know: it comes without having been warmed.
    return undefined
  }
}

/** With as many parameters as undici's own: V8 compiles a way into JavaScript for each number of them. */
function callbacks(): Readonly<Record<string, (...numbers: never[]) => number>> {
  const onMoment = (_parser: number) => 0
  const onText = (_parser: number, _at: number, _bytes: number) => 0
  const onHeaders = (_parser: number, _status: number, _upgrade: number, _keepAlive: number) => 0
  return {
    wasm_on_message_begin: onMoment,
    wasm_on_url: onText,
    wasm_on_status: onText,
    wasm_on_header_field: onText,
    wasm_on_header_value: onText,
    wasm_on_headers_complete: onHeaders,
    wasm_on_body: onText,
    wasm_on_message_complete: onMoment,
  }
}

function wasm(): Wasm {
  return (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly
}
