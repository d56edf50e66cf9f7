import assert from 'node:assert/strict'
import type { Document, Signature } from './facts.ts'

/** An answer with its JSON body, if it has one. */
export interface Answer<T = unknown> {
  status: number
  headers: Headers
  body: T
}

export async function send<T = unknown>(url: string, init: RequestInit = {}): Promise<Answer<T>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000), ...init })
  const text = await response.text()
  const json = text !== '' && /\bjson\b/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as T }
}

export function sendJson<T = unknown>(
  method: string,
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  return send<T>(url, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })
}

/** The members of problem details (RFC 9457), after checking that it is one. */
export function problemOf(
  answer: Answer,
  status: number,
  code: string,
): { errors: { field: string; detail: string }[]; detail: string } {
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  const body = answer.body as { type: string; status: number; title: string; detail: string; errors?: [] }
  assert.equal(body.type, `urn:docmgr:problem:${code}`)
  assert.equal(body.status, status)
  assert.ok(body.title && body.detail)
  return { errors: body.errors ?? [], detail: body.detail }
}

let serial = 0

/** A word that nothing else contains, so that suites can share one service. */
export function uniqueWord(): string {
  const number = `${process.pid.toString(36)}${Date.now().toString(36)}${(serial++).toString(36)}`
  return `q${[...number].map((digit) => String.fromCharCode(97 + (parseInt(digit, 36) % 26)) + digit).join('')}x`
}

const SIGNER = 'bob@example.com'

export async function createDocument(base: string, fields: Record<string, unknown> = {}): Promise<Document> {
  const answer = await sendJson<Document>('POST', `${base}/documents`, {
    title: 'Contract A',
    content: 'Hello, world',
    created_by: 'alice@example.com',
    ...fields,
  })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body
}

export async function sign(
  base: string,
  documentId: string,
  fields: Record<string, unknown> = {},
): Promise<Answer<Signature & { document_status: string }>> {
  return sendJson('POST', `${base}/signatures`, {
    document_id: documentId,
    signer_email: SIGNER,
    signer_name: 'Bob',
    ...fields,
  })
}
