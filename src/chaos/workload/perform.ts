import { type Answer, jsonOf, type RestDocument, seenIn, send, sendJson, sha256 } from '../client.ts'
import type { History, Operation, Result } from '../history.ts'
import type { Random } from '../random.ts'
import { pause } from '../wait.ts'
import type { KnownDocument, KnownDocuments } from './known-documents.ts'

/** What one client works with. */
export interface Client {
  name: string
  url: string
  /** of its documents */
  author: string
  history: History
  random: Random
  documents: KnownDocuments
  isOver(): boolean
  /** counts answers by status, 0 without an answer */
  count(what: string): void
}

const RETRY_MS = 400
/** An idempotent request is repeated until its outcome is certain; this bounds it after the end of the workload. */
const LAST_ATTEMPTS = 40
const WORDS = [
  'lease',
  'invoice',
  'delivery',
  'notice',
  'payment',
  'term',
  'party',
  'warranty',
  'schedule',
  'annex',
]

/** Records an operation around `work`. */
async function record(
  { history, name, count }: Client,
  key: string,
  operation: Operation,
  work: () => Promise<Answer>,
  resultOf: (answer: Answer) => Result = () => ({}),
): Promise<{ answer: Answer; result: Result }> {
  const op = history.nextOperation()
  history.add({ kind: 'invoke', key, op, client: name, operation })
  const answer = await work()
  const result: Result = { code: answer.code, ...(answer.outcome === 'ok' && resultOf(answer)) }
  if (answer.code === 404 || answer.code === 410) result.gone = true
  history.add({ kind: answer.outcome, key, op, result })
  count(`${operation.name} ${answer.outcome}`)
  if (answer.code >= 500 || answer.code === 0) count(`answer ${answer.code}`)
  return { answer, result }
}

/** Repeats a request with an idempotency key until the outcome is certain. */
async function certain(client: Client, request: () => Promise<Answer>): Promise<Answer> {
  for (let last = 0; ;) {
    const answer = await request()
    // 409 with a key can mean that the first attempt is still in progress; the next one gets its answer.
    const isInProgress = answer.code === 409 && /request-in-progress/.test(answer.body.toString())
    if (answer.outcome !== 'unknown' && !isInProgress) return answer
    if (client.isOver() && ++last > LAST_ATTEMPTS) return { ...answer, outcome: 'unknown' }
    client.count('retries')
    await pause(RETRY_MS)
  }
}

const documentIn = (answer: Answer): Result => {
  const document = jsonOf<RestDocument>(answer)
  return { id: document.id, seen: seenIn(document) }
}

export async function create(client: Client): Promise<void> {
  const { random, documents, url, author } = client
  const key = documents.newKey()
  const title = `${key} draft`
  const words = Array.from({ length: random.whole(3, random.next() < 0.05 ? 20_000 : 200) }, () =>
    random.pick(WORDS),
  )
  const content = `${key} ${words.join(' ')}`
  const form = random.pick(['json', 'multipart', 'raw'] as const)
  const idempotent = random.next() < 0.7
  const headers: Record<string, string> = idempotent ? { 'idempotency-key': `key-${key}` } : {}
  const post = (): Promise<Answer> => {
    if (form === 'json')
      return sendJson('POST', `${url}/documents`, { title, content, created_by: author }, headers)
    if (form === 'multipart') {
      const body = new FormData()
      body.set('title', title)
      body.set('created_by', author)
      body.set('file', new Blob([content], { type: 'text/plain' }), `${key}.txt`)
      return send(`${url}/documents`, { method: 'POST', body, headers })
    }
    const query = new URLSearchParams({ title, created_by: author })
    const init = { method: 'POST', body: content, headers: { ...headers, 'content-type': 'text/markdown' } }
    return send(`${url}/documents?${query}`, init)
  }
  const operation = { name: 'create', title, sha256: sha256(content), form, idempotent } as const
  const { result } = await record(
    client,
    key,
    operation,
    () => (idempotent ? certain(client, post) : post()),
    documentIn,
  )
  if (result.id === undefined) return
  const contended = random.next() < 0.15
  documents.all.push({ key, id: result.id, owner: client.name, contended, deleted: false, signatures: 0 })
}

export async function patch(client: Client, { key, id }: KnownDocument): Promise<void> {
  const { random, url, history } = client
  const choice = random.next()
  const title = `${key} ${client.name} ${history.nextOperation().toString(36)}`
  const status = random.pick(['sent', 'viewed', 'viewed', 'archived'])
  const wanted = { ...(choice < 0.75 && { title }), ...(choice > 0.6 && { status }) }
  const change = (): Promise<Answer> => sendJson('PATCH', `${url}/documents/${id}`, wanted)
  await record(client, key, { name: 'patch', ...wanted }, change, documentIn)
}

export async function sign(client: Client, document: KnownDocument): Promise<void> {
  const { random, url } = client
  const { key, id } = document
  const email = `${client.name}.${++document.signatures}@example.com`
  const image = `data:image/png;base64,${random.bytes(random.whole(10, 2_000)).toString('base64')}`
  const fields = { document_id: id, signer_email: email, signer_name: 'Chaos', signature_data: image }
  const headers = { 'idempotency-key': `sign-${key}-${email}` }
  const post = (): Promise<Answer> =>
    certain(client, () => sendJson('POST', `${url}/signatures`, fields, headers))
  await record(client, key, { name: 'sign', email, image: sha256(image) }, post, (answer) => ({
    signature: jsonOf<{ id: string }>(answer).id,
  }))
}

export async function remove(client: Client, document: KnownDocument): Promise<void> {
  const request = (): Promise<Answer> => send(`${client.url}/documents/${document.id}`, { method: 'DELETE' })
  const { answer } = await record(client, document.key, { name: 'delete' }, request)
  if (answer.outcome !== 'fail') document.deleted = true
}

export async function read(client: Client, { key, id }: KnownDocument): Promise<void> {
  const get = (): Promise<Answer> => send(`${client.url}/documents/${id}`)
  await record(client, key, { name: 'get' }, get, documentIn)
}

export async function search(client: Client, { key, id }: KnownDocument): Promise<void> {
  const get = (): Promise<Answer> => send(`${client.url}/search?q=${key}`)
  await record(client, key, { name: 'search' }, get, (answer) => {
    const hit = jsonOf<{ documents: RestDocument[] }>(answer).documents.find((one) => one.id === id)
    return hit ? { seen: seenIn(hit) } : {}
  })
}

export async function list(client: Client, { key, id }: KnownDocument): Promise<void> {
  const get = (): Promise<Answer> => send(`${client.url}/documents?limit=50&created_by=${client.author}`)
  await record(client, key, { name: 'list' }, get, (answer) => {
    const row = jsonOf<RestDocument[]>(answer).find((one) => one.id === id)
    return row ? { seen: seenIn(row) } : {}
  })
}
