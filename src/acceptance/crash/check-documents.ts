import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Client } from 'pg'
import { eventually } from '../../testing/deadline.ts'
import { type Document, type Signature, STATUSES } from '../facts.ts'
import { type Answer, send } from '../requests.ts'
import type { KnownDocument } from './expected-state.ts'

const CONCURRENCY = 8
const SIGNED_LIMIT_MS = 20_000
/** for a machine whose disk stalls for a while */
const STALL_LIMIT_MS = 30_000
const PHRASE_WORDS = 20

/** REST has everything that was acknowledged. Afterwards nothing is uncertain. */
export async function checkDocuments(base: string, documents: Iterable<KnownDocument>): Promise<void> {
  await eachOf(documents, (document) => checkDocument(base, document))
}

async function eachOf(
  documents: Iterable<KnownDocument>,
  check: (document: KnownDocument) => Promise<void>,
): Promise<void> {
  const left = [...documents]
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) await check(next)
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
}

async function checkDocument(base: string, known: KnownDocument): Promise<void> {
  const url = `${base}/documents/${known.id}`
  const { status, body } = await ask<Document>(url)
  if (status === 404) {
    assert.ok(
      known.deleted || known.uncertain?.deleted,
      `the document ${known.id} is lost: ${JSON.stringify(body)}`,
    )
    known.deleted = true
    delete known.uncertain
    return
  }
  assert.equal(status, 200, JSON.stringify(body))
  checkFields(known, body)
  const content = await ask<string>(`${url}/content`)
  assert.equal(content.status, 200, `the content of ${known.id}: ${content.status}`)
  assert.equal(sha256(content.body), sha256(known.content), `the content of ${known.id}`)
  await checkSignatures(base, known)
}

/** Repeats on 503, as a client does: it is a fault only if it lasts. */
function ask<T>(url: string): Promise<Answer<T>> {
  let last = ''
  return eventually(
    'an answer',
    async () => {
      const answer = await send<T>(url)
      if (answer.status !== 503) return answer
      assert.ok(answer.headers.has('retry-after'), 'a 503 has Retry-After')
      last = JSON.stringify(answer.body)
      return undefined
    },
    STALL_LIMIT_MS,
  ).catch((error: Error) => {
    throw new Error(`${url}: ${error.message} ${last}`, { cause: error })
  })
}

function checkFields(known: KnownDocument, found: Document): void {
  const what = `${JSON.stringify({ ...known, content: undefined })} became ${JSON.stringify(found)}`
  const { uncertain } = known
  assert.ok(!known.deleted, `a deleted document is back: ${what}`)
  assert.ok(found.version >= known.version, `a version is lost: ${what}`)
  assert.ok(STATUSES.indexOf(found.status) >= STATUSES.indexOf(known.status), `a status is lost: ${what}`)
  assert.equal(found.content_sha256, sha256(known.content), what)
  assert.equal(found.content_type, known.contentType, what)
  const changed = uncertain?.title !== undefined && found.title === uncertain.title
  assert.ok(changed || found.title === known.title, `a title is lost: ${what}`)
  if (changed && uncertain.status)
    assert.equal(found.status, uncertain.status, `half of a change is lost: ${what}`)
  Object.assign(known, { version: found.version, title: found.title, status: found.status })
  delete known.uncertain
}

async function checkSignatures(base: string, known: KnownDocument): Promise<void> {
  for (const [id, { data, email }] of known.signatures) {
    const { status, body } = await ask<Signature>(`${base}/signatures/${id}`)
    assert.equal(status, 200, `the signature ${id} is lost: ${JSON.stringify(body)}`)
    assert.deepEqual([body.document_id, body.signer_email, body.signature_data], [known.id, email, data])
  }
  if (known.signatures.size === 0) return
  await eventually(
    `${known.id} to be signed`,
    async () => {
      const { body } = await ask<Document>(`${base}/documents/${known.id}`)
      return STATUSES.indexOf(body.status) >= STATUSES.indexOf('signed')
    },
    SIGNED_LIMIT_MS,
  )
}

/** The list has each existing document once, and no other. */
export async function checkLists(base: string, documents: readonly KnownDocument[]): Promise<void> {
  const listed = new Set<string>()
  for (let page: string | undefined = '/documents?limit=200'; page !== undefined;) {
    const { status, body, headers }: Answer<Document[]> = await ask(new URL(page, base).href)
    assert.equal(status, 200, JSON.stringify(body))
    for (const { id } of body) {
      assert.ok(!listed.has(id), `${id} is listed twice`)
      listed.add(id)
    }
    page = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1]
  }
  for (const { id, deleted } of documents) assert.equal(listed.has(id), !deleted, `${id} in the list`)
}

/** Each text is found by its beginning and by its end. */
export async function checkTexts(base: string, documents: readonly KnownDocument[]): Promise<void> {
  await eachOf(documents, async ({ id, word, content, deleted }) => {
    const words = content.split(' ')
    for (const phrase of [words.slice(0, PHRASE_WORDS), words.slice(-PHRASE_WORDS)]) {
      const q = `${word} "${phrase.join(' ')}"`
      const url = `${base}/search?${new URLSearchParams({ q, size: '1' })}`
      const expected = deleted ? [] : [id]
      const isAsExpected = async (): Promise<boolean> => {
        const { body } = await ask<{ documents: { id: string }[] }>(url)
        return isDeepStrictEqual(
          body.documents.map((document) => document.id),
          expected,
        )
      }
      // A text is read after its document, and without a new version.
      await eventually(`${q} to find ${expected.join() || 'nothing'}`, isAsExpected, STALL_LIMIT_MS)
    }
  })
}

/** No dead letter and no open signing intent is left. */
export async function checkLeftovers(client: Client): Promise<void> {
  const deadLetters = await client.query('select consumer, error from changes.dead_letters')
  assert.deepEqual(deadLetters.rows, [], 'dead letters')
  const open = await client.query('select * from signatures.signing_intents')
  assert.deepEqual(open.rows, [], 'open signing intents')
}

const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex')
