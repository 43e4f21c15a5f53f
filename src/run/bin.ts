#!/usr/bin/env node
/**
 * The command `locker-run`: `main.ts`, by the code that is kept of it. This itself is compiled at each start, so nothing else is
 * in here. Measured in pairs, Node 20 and 24: a warm start around `true` takes 1.3 and 1.4 ms less by it, of 29 and 31.
 */
import { compiled, requireCompiled } from '../compile-cache.ts'
import { requireMain } from './deferred.ts'
import type * as Main from './main.ts'

const main = requireCompiled<typeof Main>('./locker-main.cjs') ?? requireMain()
main.start(compiled)
