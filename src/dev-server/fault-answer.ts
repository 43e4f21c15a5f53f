/** The answers that a fault gives in the service's place. */
import type { Fault } from './fault.ts'
import { codeOfStatus } from './refusal.ts'
import type { ServiceAnswer } from './routes.ts'

const HTML =
  '<!doctype html><html><head><title>Gateway</title></head><body><h1>Not the service</h1></body></html>\n'

/** @returns undefined: the service itself shall answer */
export function answerFault(fault: Fault): ServiceAnswer | undefined {
  const { status, html, body, redirect, retryAfter } = fault
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'Retry-After': retryAfter }
  if (redirect !== undefined)
    return { status: status ?? 302, headers: { ...headers, Location: redirect }, body: '' }
  if (html !== undefined) {
    return {
      status: status ?? 200,
      headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' },
      body: HTML,
    }
  }
  headers['Content-Type'] = 'application/json'
  if (body !== undefined) return { status: status ?? 200, headers, body }
  if (status === undefined) return undefined
  const { code = codeOfStatus(status), message = 'Injected by --fault' } = fault
  return { status, headers, body: JSON.stringify({ code, message }) }
}
