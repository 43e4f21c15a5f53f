/**
 * What `-r lockerpm/register` and `require('lockerpm/register')` load: the package's exports name this bundle itself, since
 * a file that only loads another one costs a start 0.7 ms.
 */
import { register } from './preload.ts'
import { recall } from './replay/recall.ts'

register(recall)
