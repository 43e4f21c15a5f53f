/** Results to tables: the README's, in Markdown, and the same cells for the terminal. Pure. */
import { RACES } from './races.mjs'
import { median, ratioOfMedians, spread } from './statistics.mjs'
import { judge, TARGETS } from './targets.mjs'

/** What a figure is called, and in what it is shown. */
const FIGURES = {
  wholeMs: { title: 'whole process', unit: 'ms', digits: 1 },
  firstLineMs: { title: 'first line', unit: 'ms', digits: 1 },
  peakKb: { title: 'peak', unit: 'MB', digits: 0, divisor: 1000 },
  residentKb: { title: 'resident', unit: 'MB', digits: 0, divisor: 1000 },
  requests: { title: 'requests', unit: '', digits: 0 },
  roundTrips: { title: 'round trips', unit: '', digits: 0 },
  nsPerField: { title: 'a field', unit: 'ns', digits: 0 },
  nodeNsPerField: { title: 'a field, createHmac and createDecipheriv', unit: 'ns', digits: 0 },
  firstMs: { title: 'first', unit: 'ms', digits: 0 },
  microsecondsAsked: { title: 'each further key', unit: 'µs', digits: 0 },
  microsecondsRemembered: { title: 'each from memory', unit: 'µs', digits: 1 },
  listMs: { title: 'list', unit: 'ms', digits: 0 },
  microsecondsPerField: { title: 'a field', unit: 'µs', digits: 2 },
}
/** Ratios over a race's first case are shown for these. */
const COMPARED = ['wholeMs', 'residentKb']

/**
 * @param {any} results what bench.mjs wrote
 * @returns {string} Markdown: the targets, then every race
 */
export function formatMarkdown(results) {
  const { lockerpm, machine, pairs, date, nodes, rivals } = results
  const rivalList = Object.entries(rivals).map(([name, version]) => `${name} ${version}`)
  const parts = [
    `lockerpm ${lockerpm.version} at ${lockerpm.commit.slice(0, 10)}, ${date}, ${machine.cpu}, ${machine.cores} cores, ` +
      `${machine.system}; Node ${nodes.map(({ version }) => version).join(', ')}; ${rivalList.join(', ')}. ` +
      `${pairs} rounds; medians, and ratios of medians with their 95 % interval.`,
    table(['target', 'limit', ...nodes.map(nodeTitle)], targetRows(nodes)),
    ...RACES.filter(({ id }) => nodes.some(({ races }) => races[id])).map((race) =>
      [`**${race.title}**`, table(['', ...nodes.map(nodeTitle)], raceRows(race, nodes))].join('\n\n'),
    ),
  ]
  return parts.join('\n\n')
}

/** @returns {string[][]} title, limit, a cell for each Node */
export function targetRows(nodes) {
  return TARGETS.map((target) => {
    const limit = target.atMost === undefined ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`
    return [target.title, limit, ...nodes.map(({ races }) => verdictCell(target, judge(target, races)))]
  })
}

/** @returns {string[][]} title, a cell for each Node */
export function raceRows(race, nodes) {
  return race.cases.map((each) => [
    each.title,
    ...nodes.map(({ races }) => caseCell(race, each, races[race.id])),
  ])
}

/** @returns {string} such as `Node 24.21` */
export function nodeTitle({ version }) {
  return `Node ${version.split('.').slice(0, 2).join('.')}`
}

function verdictCell({ over }, verdict) {
  if (verdict === undefined) return 'not measured'
  const mark = verdict.isMet ? '✓' : '✗ missed'
  if (over === undefined) return `${verdict.high} ${mark}`
  return `${ratioText(verdict)} ${mark}`
}

function caseCell({ cases: [first], kind }, { id }, result) {
  const figures = result?.cases[id]
  if (figures === undefined) return shortReason(result?.missing[id])
  const base = id === first.id ? undefined : result.cases[first.id]
  const cells = Object.entries(figures).map(([figure, values]) => {
    const text = figureText(figure, values)
    const over = COMPARED.includes(figure) ? base?.[figure] : undefined
    return over === undefined ? text : `${text} (× ${ratioText(ratioOfMedians(values, over))})`
  })
  return cells.join(kind === 'time' ? '; ' : ', ')
}

function figureText(figure, values) {
  const { title, unit, digits, divisor = 1 } = FIGURES[figure]
  const text = (median(values) / divisor).toFixed(digits)
  return figure === 'wholeMs' ? `${text} ${unit}` : `${title} ${text} ${unit}`.trim()
}

/** @returns {string} `1.05 [1.03, 1.07]` */
export function ratioText({ value, low, high }) {
  return `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`
}

/** @returns {string} the median and its quartiles */
export function spreadText(figure, values) {
  const { digits, divisor = 1, unit } = FIGURES[figure]
  const { value, low, high } = spread(values)
  const [text, from, to] = [value, low, high].map((number) => (number / divisor).toFixed(digits))
  return `${FIGURES[figure].title} ${text} ${unit} (${from} to ${to})`
}

function shortReason(reason) {
  return reason === undefined ? '–' : reason.startsWith('needs') ? `– (${reason})` : '– (fails)'
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
