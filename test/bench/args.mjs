/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util'

export const HELP = `npm run bench -- [options]

  --pairs N           rounds of each race, default 50; fewer aren't published
  --quick             10 rounds
  --only PATTERN      only races whose name contains it; may be repeated; not published
  --node PATH         measure on this Node as well; may be repeated
  --fetch-nodes LIST  and on these, from the registry: 22,24,26
  --skip-own-node     not on the Node that runs this
  --out FILE          where the figures go, default test/bench/results.json; named, it is written whatever was run
  --list              the races and their cases
  --help
`

/**
 * @typedef {object} Options
 * @property {number} pairs
 * @property {readonly string[]} only
 * @property {readonly string[]} nodes
 * @property {readonly string[]} fetchNodes
 * @property {boolean} skipOwnNode
 * @property {string | undefined} out
 * @property {boolean} list
 * @property {boolean} help
 */

/**
 * @param {readonly string[]} argv
 * @returns {Options}
 */
export function parseOptions(argv) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      pairs: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      node: { type: 'string', multiple: true, default: [] },
      'fetch-nodes': { type: 'string', default: '' },
      'skip-own-node': { type: 'boolean', default: false },
      out: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const pairs = Number(values.pairs ?? (values.quick ? 10 : 50))
  if (!Number.isInteger(pairs) || pairs < 1) throw new Error('--pairs must be a whole number, 1 or more')
  return {
    pairs,
    only: values.only,
    nodes: values.node,
    fetchNodes: values['fetch-nodes'].split(',').filter((range) => range !== ''),
    skipOwnNode: values['skip-own-node'],
    out: values.out,
    list: values.list,
    help: values.help,
  }
}
