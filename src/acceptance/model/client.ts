/** Sends the operations of the model to a service. */
import assert from 'node:assert/strict'
import type { ServiceUrls } from '../../testing/service-process.ts'
import { eventually } from '../../testing/deadline.ts'
import type { Document } from '../facts.ts'
import { type Answer, send, sendJson, sign } from '../requests.ts'
import { matched, type Operation, type Outcome, type Precondition } from './document-model.ts'

const MOVED = ['signed', 'completed', 'archived']

export async function perform(
  { http }: ServiceUrls,
  id: string,
  operation: Operation,
  seen: number,
): Promise<Outcome> {
  const url = `${http}/documents/${id}`
  switch (operation.kind) {
    case 'get':
      return outcomeOf(await send(url))
    case 'patch': {
      const { title, status, ifMatch } = operation
      return outcomeOf(await sendJson('PATCH', url, { title, status }, headersOf(ifMatch, seen)))
    }
    case 'delete':
      return outcomeOf(await send(url, { method: 'DELETE', headers: headersOf(operation.ifMatch, seen) }))
    case 'sign': {
      const answer = await sign(http, id, { signer_email: operation.signer, signer_name: 'Sam' })
      // A busy service answers before the document has moved, and promises that it will.
      if (answer.body.document_status === 'pending') {
        await eventually('a pending signature', async () =>
          MOVED.includes((await send<Document>(url)).body.status),
        )
      }
      return outcomeOf(answer)
    }
  }
}

const headersOf = (ifMatch: Precondition | undefined, seen: number): Record<string, string> =>
  ifMatch === undefined ? {} : { 'if-match': `"${matched(ifMatch, seen)}"` }

export function outcomeOf({ status, body }: Answer): Outcome {
  if (status === 201 || status === 204) return { status }
  if (status === 200) {
    const { title, status: documentStatus, version } = body as Document
    return { status, title, documentStatus, version }
  }
  const { type } = body as { type?: string }
  assert.ok(type, `${status} is no problem: ${JSON.stringify(body)}`)
  return { status, problem: type.replace('urn:docmgr:problem:', '') }
}

/** All pages of a list. */
export async function readList(base: string, query: URLSearchParams): Promise<Document[]> {
  const documents: Document[] = []
  let url: string | undefined = `${base}/documents?${query}`
  while (url !== undefined) {
    const page: Answer<Document[]> = await send<Document[]>(url)
    assert.equal(page.status, 200, JSON.stringify(page.body))
    documents.push(...page.body)
    const next: string | undefined = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
    url = next === undefined ? undefined : new URL(next, base).href
  }
  return documents
}
