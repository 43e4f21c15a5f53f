/** One page of a list, as JSON text. protocol: section 3, A page */
import type { PageRecord } from './records.ts'
import { Refusal } from './refusal.ts'

/** Largest page that is served unless told otherwise. */
export const DEFAULT_MAX_PAGE_SIZE = 2000

/** What the list is cut by. */
export interface PageRequest {
  /** The path that was asked for, without its query: `next` repeats it. */
  readonly path: string
  readonly query: URLSearchParams
  readonly maxPageSize: number
}

/**
 * @param rows the whole filtered list
 * @param revisionDate when anything in the project last changed
 * @param request which page of it
 * @returns the body of the answer; a page behind the last is empty
 * @throws Refusal `invalid_data` when page or size isn't a number from 1
 */
export function formatPage(rows: readonly object[], revisionDate: number, request: PageRequest): string {
  const page = readPositive(request.query, 'page', 1)
  const size = Math.min(readPositive(request.query, 'size', request.maxPageSize), request.maxPageSize)
  const head: Omit<PageRecord<never>, 'results'> = {
    count: rows.length,
    next: page * size < rows.length ? linkPage(request, page + 1) : null,
    previous: page > 1 ? linkPage(request, page - 1) : null,
    revision_date: revisionDate,
  }
  const results = rows.slice((page - 1) * size, page * size).map(formatRow)
  return `${JSON.stringify(head).slice(0, -1)},"results":[${results.join(',')}]}`
}

/** Rows never change in place, so each is made into text once, however many clients read it. */
const rowTexts = new WeakMap<object, string>()

function formatRow(row: object): string {
  const known = rowTexts.get(row)
  if (known !== undefined) return known
  const text = JSON.stringify(row)
  rowTexts.set(row, text)
  return text
}

/** The filters and the size that were asked for come along. */
function linkPage({ path, query }: PageRequest, page: number): string {
  const link = new URLSearchParams(query)
  link.set('page', String(page))
  return `${path}?${link}`
}

function readPositive(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name) ?? ''
  if (text === '') return otherwise
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Refusal('invalid_data', `${name} must be a whole number from 1`)
  return Number(text)
}
