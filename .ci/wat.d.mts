import type { Plugin } from 'vite'

export function watModule(): Plugin
