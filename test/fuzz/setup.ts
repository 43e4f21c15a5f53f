/** Runs in every test file: properties of one run have one seed, and those that name no other number are tried as often. */
import fc from 'fast-check'
import { inject } from 'vitest'

fc.configureGlobal(inject('fuzz'))
