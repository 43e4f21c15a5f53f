/** What the bench shows while it runs. */
import { ratioOfMedians } from './statistics.mjs'
import { nodeTitle, ratioText, spreadText, targetRows } from './tables.mjs'

/**
 * @param {import('./races.mjs').Race} race
 * @param {import('./nodes.mjs').NodeBinary} node
 * @param {import('./race.mjs').RaceResult} result
 */
export function printRace({ title, cases, kind }, node, result) {
  console.log(`\n${title} · Node ${node.version}`)
  const [first] = cases
  const base = result.cases[first.id]
  for (const { id, title: caseTitle } of cases) {
    const figures = result.cases[id]
    console.log(`  ${caseTitle}${figures ? '' : `: ${result.missing[id]}`}`)
    for (const [figure, values] of Object.entries(figures ?? {})) {
      const over = id !== first.id && ['time', 'resident'].includes(kind) ? base?.[figure] : undefined
      const ratio = over?.length === values.length ? `  × ${ratioText(ratioOfMedians(values, over))}` : ''
      console.log(`    ${spreadText(figure, values)}${ratio}`)
    }
  }
}

/** @param {{ nodes: any[] }} results */
export function printTargets({ nodes }) {
  console.log(`\nTargets · ${nodes.map(nodeTitle).join(' · ')}`)
  for (const [title, limit, ...cells] of targetRows(nodes))
    console.log(`  ${limit}  ${title}\n    ${cells.join(' · ')}`)
}
