#!/usr/bin/env node
/** The command `locker-run`: `main.ts`, by the code that is kept of it. */
import { keepCompiled, requireCompiled } from '../compile-cache.ts'
import { requireMain } from './deferred.ts'
import type * as Main from './main.ts'

const main = requireCompiled<typeof Main>('./locker-main.cjs') ?? requireMain()
main.start(keepCompiled)
