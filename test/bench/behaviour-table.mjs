/** The README's table of behaviours. Pure. */

/**
 * @param {any} results what behaviour.mjs wrote
 * @returns {string} Markdown
 */
export function formatBehaviour({ lockerpm, node, date, system, wrappers, rows }) {
  const head = ['', ...wrappers.map(({ name, version }) => `${name} ${version}`)]
  const lines = rows.map(({ title, cells }) => [title, ...cells.map(formatCell)])
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`)
  const source = `lockerpm at ${lockerpm.commit.slice(0, 10)}, ${date}, Node ${node}, ${system}.`
  return `${source}\n\n${table.join('\n')}`
}

function formatCell({ observed, isRight }) {
  return isRight ? `✓ ${observed}` : observed
}
