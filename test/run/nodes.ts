/** Other Nodes than the one that runs the tests, fetched from the registry once and kept out of the repository. */

const NODES = new URL('../bench/nodes.mjs', import.meta.url)

/**
 * @param major such as 24; its newest is taken
 * @returns the path of its binary
 */
export async function fetchNode(major: number): Promise<string> {
  const nodes: { fetchNode(range: string): string } = await import(NODES.href)
  return nodes.fetchNode(String(major))
}
