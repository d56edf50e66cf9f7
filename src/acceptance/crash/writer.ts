import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../../testing/random.ts'
import { type Document, type DocumentStatus, type Signature, STATUSES } from '../facts.ts'
import { type Answer, send, sendJson } from '../requests.ts'
import {
  count,
  knownDocument,
  type KnownDocument,
  type ExpectedState,
  type OpenRequest,
  type Tally,
  type Uncertain,
} from './expected-state.ts'

export interface WriterOptions {
  expected: ExpectedState
  tally: Tally
  random: Random
  /** for words and keys that are never used twice */
  newName: () => string
  urls: { http: string }
  /** whether something was killed, so that requests may get no answer */
  isDisturbed: () => boolean
  /** false: no new request is sent */
  isRunning: () => boolean
}

/** A request got no answer, or one that leaves open whether it was executed. */
class Unanswered extends Error {}

const PAUSE_MS = 15
/** after a request without an answer */
const RETRY_PAUSE_MS = 60
/** An answer that took this long comes from a timeout; the shortest one of the service is 5 s. */
const STALL_MS = 4_900
/** Older documents are not changed, so that the newest ones get a history. */
const ACTIVE = 12
const ABANDONED = 0.2
const LONG = 0.1
const WORDS = ['lease', 'tenant', 'shall', 'deliver', 'goods', 'within', 'days']

/** Writes until `isRunning` is false. Rejects when the service has made a mistake. */
export async function write(options: WriterOptions): Promise<void> {
  const { expected, random, tally } = options
  for (const request of expected.open.splice(0)) {
    if (!options.isRunning()) expected.open.push(request)
    else if (random.next() < ABANDONED) count(tally, 'requests without an answer given up')
    else await attempt(options, request, 'requests without an answer repeated')
  }
  while (options.isRunning()) {
    const isAnswered = await step(options)
    await delay(isAnswered ? random.whole(0, PAUSE_MS) : RETRY_PAUSE_MS)
  }
}

/** @returns whether it got an answer */
function step(options: WriterOptions): Promise<boolean> {
  const { random, expected } = options
  const usable = expected.documents.filter(({ deleted, uncertain }) => !deleted && !uncertain)
  const watched = usable.filter((document) => document.watched)
  const active = watched.length > 0 && random.next() < 0.5 ? watched : usable.slice(-ACTIVE)
  if (active.length === 0 || random.next() < 0.35) {
    return attempt(
      options,
      random.next() < 0.6 ? newDocument(options) : newUpload(options),
      'documents created',
    )
  }
  const document = random.pick(active)
  const choice = random.next()
  // A signed document keeps its title and gets its status from the signature.
  if (document.signed || choice < (document.watched ? 0.03 : 0.3))
    return attempt(options, newSignature(options, document), 'documents signed')
  if (choice < (document.watched ? 0.04 : 0.4)) return remove(options, document)
  return change(options, document)
}

async function attempt(options: WriterOptions, request: OpenRequest, what: string): Promise<boolean> {
  try {
    await request.send(options.urls)
    count(options.tally, what)
    return true
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
    options.expected.open.push(request)
    return false
  }
}

function newDocument(options: WriterOptions): OpenRequest {
  const [word, key] = [options.newName(), options.newName()]
  const fields = {
    title: `${word} draft`,
    content: textWith(word, options.random),
    created_by: 'crash@example.com',
  }
  return creation(options, word, fields.content, 'text/plain', (base) =>
    sendJson('POST', `${base}/documents`, fields, { 'idempotency-key': key }),
  )
}

function newUpload(options: WriterOptions): OpenRequest {
  const [word, key] = [options.newName(), options.newName()]
  const content = textWith(word, options.random)
  const query = new URLSearchParams({ title: `${word} upload`, created_by: 'crash@example.com' })
  return creation(options, word, content, 'text/markdown', (base) =>
    send(`${base}/documents?${query}`, {
      method: 'POST',
      body: content,
      headers: { 'content-type': 'text/markdown', 'idempotency-key': key },
    }),
  )
}

function creation(
  options: WriterOptions,
  word: string,
  content: string,
  contentType: string,
  post: (base: string) => Promise<Answer>,
): OpenRequest {
  const { expected } = options
  return {
    what: `the creation of ${word}`,
    async send({ http }) {
      const created = await answered<Document>(options, 201, post(http))
      const document = knownDocument(created, { word, content, contentType, watched: false })
      expected.documents.push(document)
      expected.touched.add(document)
    },
  }
}

function newSignature(options: WriterOptions, document: KnownDocument): OpenRequest {
  const [email, key] = [`${options.newName()}@example.com`, options.newName()]
  const bytes = Buffer.from(
    Array.from({ length: options.random.whole(1, 3_000) }, () => options.random.whole(0, 255)),
  )
  const data = options.random.pick([
    bytes.toString('base64'),
    `data:image/png;base64,${bytes.toString('base64')}`,
    `~ ${email}`,
  ])
  const fields = { document_id: document.id, signer_email: email, signer_name: 'Crash', signature_data: data }
  document.signed = true
  return {
    what: `the signature of ${email} on ${document.id}`,
    async send({ http }) {
      const posted = sendJson('POST', `${http}/signatures`, fields, { 'idempotency-key': key })
      options.expected.touched.add(document)
      const signature = await answered<Signature & { document_status: string }>(options, 201, posted)
      assert.equal(signature.signature_data, data)
      if (signature.document_status === 'signed') document.status = furthest(document.status, 'signed')
      document.signatures.set(signature.id, { data, email })
    },
  }
}

/** Title, status or both. */
async function change(options: WriterOptions, document: KnownDocument): Promise<boolean> {
  const { random } = options
  const next = nextStatus(document)
  const withStatus = next !== undefined && random.next() < 0.4
  const withTitle = !withStatus || random.next() < 0.3
  const wanted = {
    ...(withTitle && { title: `${document.word} ${options.newName()}` }),
    ...(withStatus && { status: next }),
  }
  return withUncertainty(options, document, wanted, 'documents changed', async () => {
    const url = `${options.urls.http}/documents/${document.id}`
    const after = await answered<Document>(options, 200, sendJson('PATCH', url, wanted))
    assert.ok(
      after.version > document.version,
      `${document.id} went from version ${document.version} to ${after.version}`,
    )
    Object.assign(document, { version: after.version, title: after.title, status: after.status })
    for (const [name, value] of Object.entries(wanted)) assert.equal(after[name as keyof Document], value)
  })
}

function remove(options: WriterOptions, document: KnownDocument): Promise<boolean> {
  return withUncertainty(options, document, { deleted: true }, 'documents deleted', async () => {
    await answered(options, 204, send(`${options.urls.http}/documents/${document.id}`, { method: 'DELETE' }))
    document.deleted = true
  })
}

async function withUncertainty(
  options: WriterOptions,
  document: KnownDocument,
  wanted: Uncertain,
  what: string,
  work: () => Promise<void>,
): Promise<boolean> {
  options.expected.touched.add(document)
  try {
    await work()
    count(options.tally, what)
    return true
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
    document.uncertain = wanted
    return false
  }
}

/** The next status to request. */
function nextStatus({ status }: KnownDocument): DocumentStatus | undefined {
  return status === 'created' ? 'sent' : status === 'sent' ? 'viewed' : undefined
}

function furthest(one: DocumentStatus, other: DocumentStatus): DocumentStatus {
  return STATUSES.indexOf(one) < STATUSES.indexOf(other) ? other : one
}

/** @throws Unanswered where something was killed; any other failure is a fault of the service */
async function answered<T>(options: WriterOptions, status: number, request: Promise<Answer>): Promise<T> {
  const begun = performance.now()
  let answer: Answer
  try {
    answer = await request
  } catch (error) {
    if (options.isDisturbed()) throw new Unanswered('no answer', { cause: error })
    throw error
  }
  if (answer.status === status) return answer.body as T
  const text = `${answer.status} ${JSON.stringify(answer.body)}`
  // 503 and 504 say that the request cannot be served now, as on a machine that stalls. A client cannot act on anything else.
  const isStalled = performance.now() - begun > STALL_MS
  if ((answer.status === 503 && (options.isDisturbed() || isStalled)) || answer.status === 504) {
    count(options.tally, `answers ${answer.status}`)
    throw new Unanswered(text)
  }
  throw new Error(
    `${options.isDisturbed() ? 'not an answer of a service that recovers' : 'refused without a reason'}: ${text}`,
  )
}

function textWith(word: string, random: Random): string {
  // A long text keeps the indexer busy, so that some kills interrupt it.
  const length = random.next() < LONG ? random.whole(10_000, 40_000) : random.whole(1, 300)
  const words = Array.from({ length }, () => WORDS[random.whole(0, WORDS.length - 1)])
  return `${word} ${words.join(' ')}`
}
