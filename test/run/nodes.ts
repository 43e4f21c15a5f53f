/** Other Nodes than the one that runs the tests, fetched from the registry once and kept out of the repository. */

const NODES = new URL('../bench/nodes.mjs', import.meta.url)

/**
 * @param range such as 24, or `20.19`; its newest is taken
 * @returns the path of its binary
 */
export async function fetchNode(range: number | string): Promise<string> {
  const nodes: { fetchNode(range: string): string } = await import(NODES.href)
  return nodes.fetchNode(String(range))
}
