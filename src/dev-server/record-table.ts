/** The rows of one kind in a project, in the order in which they came, found by id and by hash. */

/** What every row has. */
interface Row {
  readonly id: string
}

/** Rows are never changed in place: a changed row is another object under the same id. */
export class RecordTable<Item extends Row> {
  readonly #hashOf: (row: Item) => string
  readonly #byId = new Map<string, Item>()
  readonly #byHash = new Map<string, readonly Item[]>()
  #rows: readonly Item[] | undefined

  /**
   * @param hashOf which of a row's fields is its hash
   * @param rows what it holds at first
   */
  constructor(hashOf: (row: Item) => string, rows: readonly Item[]) {
    this.#hashOf = hashOf
    for (const row of rows) this.put(row)
  }

  get size(): number {
    return this.#byId.size
  }

  /** All rows, oldest first. Made once, until a row changes: a page is a slice of it. */
  get rows(): readonly Item[] {
    this.#rows ??= [...this.#byId.values()]
    return this.#rows
  }

  /** @returns undefined: there is none */
  get(id: string): Item | undefined {
    return this.#byId.get(id)
  }

  /** @returns the rows with that hash */
  withHash(hash: string): readonly Item[] {
    return this.#byHash.get(hash) ?? []
  }

  /**
   * Adds a row at the end, or puts it in the place of the one with its id.
   *
   * @returns the row
   */
  put(row: Item): Item {
    this.#unlink(row.id)
    const hash = this.#hashOf(row)
    this.#byHash.set(hash, [...this.withHash(hash), row])
    this.#byId.set(row.id, row)
    this.#rows = undefined
    return row
  }

  /** Does nothing where there is no such row. */
  remove(id: string): void {
    this.#unlink(id)
    this.#byId.delete(id)
    this.#rows = undefined
  }

  #unlink(id: string): void {
    const row = this.#byId.get(id)
    if (row === undefined) return
    const hash = this.#hashOf(row)
    const others = this.withHash(hash).filter((each) => each !== row)
    if (others.length > 0) this.#byHash.set(hash, others)
    else this.#byHash.delete(hash)
  }
}
