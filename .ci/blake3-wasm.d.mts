import type { Plugin } from 'vite'

export function blake3WasmModule(): Plugin
