/** The commands of the model-based test: each acts on the service and on the model, and compares what they answer. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { ServiceUrls } from '../../testing/service-process.ts'
import { type Document, type DocumentStatus, type Signature, STATUSES } from '../facts.ts'
import { type Answer, send, sendJson, uniqueWord } from '../requests.ts'
import { outcomeOf, perform, readList } from './client.ts'
import {
  type DocumentState,
  explain,
  isSame,
  newDocument,
  type Operation,
  stepsOf,
} from './document-model.ts'

/** A document of the model. */
export interface Known {
  id: string
  content: string
  state: DocumentState
}

/** Everything that one sequence of commands has created, oldest first. */
export interface Model {
  owner: string
  documents: Known[]
}

type Command = fc.AsyncCommand<Model, ServiceUrls>

/** Words that no typing error turns into one another, so that a search finds those that it is asked for. */
export const WORDS = ['quartz', 'lumberjack', 'falcon', 'mosaic', 'harbour']
const MAX_CONCURRENT = 3

const title = fc
  .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 2 })
  .map((words) => words.join(' '))
const signer = fc.constantFrom('ada@example.com', 'bob@example.com', 'eve@example.com')
const status = fc.constantFrom(...STATUSES)
const ifMatch = fc.constantFrom('seen' as const, 'stale' as const)
const which = fc.nat({ max: 9 })

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('get' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record(
      { kind: fc.constant('patch' as const), title, status, ifMatch },
      { requiredKeys: ['kind'] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), ifMatch }, { requiredKeys: ['kind'] }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sign' as const), signer }) },
)

/** The commands that a sequence is made of. */
export const COMMANDS: fc.Arbitrary<Command>[] = [
  fc.tuple(title, title).map(([title, content]) => create(title, content)),
  fc.tuple(title, fc.integer({ min: 2, max: 3 })).map(([title, times]) => createOnce(title, times)),
  fc.tuple(which, operation).map(([index, one]) => act(index, [one])),
  fc
    .tuple(which, fc.array(operation, { minLength: 2, maxLength: MAX_CONCURRENT }))
    .map(([index, several]) => act(index, several)),
  fc
    .tuple(fc.option(status, { nil: undefined }), fc.boolean(), fc.integer({ min: 1, max: 4 }))
    .map(([status, ascending, limit]) => list(status, ascending, limit)),
  which.map((index) => readContent(index)),
]

function command(name: string, needsDocument: boolean, run: Command['run']): Command {
  return { check: ({ documents }) => !needsDocument || documents.length > 0, run, toString: () => name }
}

const pick = ({ documents }: Model, index: number): Known => documents[index % documents.length]!

function create(title: string, content: string): Command {
  return command(`create(${title} | ${content})`, false, async (model, { http }) => {
    const body = { title, content, created_by: model.owner }
    const answer = await sendJson<Document>('POST', `${http}/documents`, body)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    assert.equal(answer.body.content_sha256, createHash('sha256').update(content).digest('hex'))
    model.documents.push({ id: answer.body.id, content, state: newDocument(title) })
  })
}

/** The same creation several times at once and once more, under one idempotency key. */
function createOnce(title: string, times: number): Command {
  return command(`createOnce(${title}, ${times} at once)`, false, async (model, { http }) => {
    const key = { 'idempotency-key': uniqueWord() }
    const post = (title: string): Promise<Answer<Document>> =>
      sendJson('POST', `${http}/documents`, { title, content: title, created_by: model.owner }, key)
    const answers = await Promise.all(Array.from({ length: times }, () => post(title)))
    answers.push(await post(title))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201], JSON.stringify(answers))
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1, 'one key made several documents')
    assert.deepEqual(outcomeOf(await post(`${title} again`)), {
      status: 422,
      problem: 'idempotency-key-reused',
    })
    model.documents.push({ id: answers[0]!.body.id, content: title, state: newDocument(title) })
  })
}

/** Operations on one document at the same time, then a read of what they have left. */
function act(index: number, operations: Operation[]): Command {
  const name = operations.map((one) => JSON.stringify(one)).join(' with ')
  return command(`on(${index}, ${name})`, true, async (model, urls) => {
    const document = pick(model, index)
    const { id, state } = document
    const seen = state.version
    const runs = await Promise.all(
      operations.map(async (one) => ({
        steps: stepsOf(one, seen),
        outcome: await perform(urls, id, one, seen),
      })),
    )
    const states = explain(state, runs)
    const outcomes = JSON.stringify(runs.map(({ outcome }) => outcome))
    assert.ok(states.length > 0, `no order explains ${outcomes} from ${JSON.stringify(state)}`)
    const left = await readDocument(urls, id)
    const found = states.find((candidate) => isSame(visible(candidate), left))
    assert.ok(
      found,
      `${outcomes} leave ${JSON.stringify(left)}, not one of ${JSON.stringify(states.map(visible))}`,
    )
    document.state = found
  })
}

/** What a read after the last operation shows: a deleted document has no signatures to ask for. */
function visible(state: DocumentState): object {
  const { title, status, version, deleted, signers } = state
  return deleted ? { deleted } : { deleted, title, status, version, signers: [...signers].sort().join() }
}

async function readDocument({ http }: ServiceUrls, id: string): Promise<object> {
  const answer = await send<Document>(`${http}/documents/${id}`)
  const signatures = await send<Signature[]>(`${http}/documents/${id}/signatures`)
  if (answer.status === 404) {
    assert.equal(signatures.status, 404)
    return { deleted: true }
  }
  assert.deepEqual([answer.status, signatures.status], [200, 200])
  const { title, status, version } = answer.body
  const signers = signatures.body.map(({ signer_email }) => signer_email).sort()
  return { deleted: false, title, status, version, signers: signers.join() }
}

function list(status: DocumentStatus | undefined, ascending: boolean, limit: number): Command {
  const name = `list(${status ?? 'all'}, ${ascending ? 'oldest' : 'newest'} first, ${limit} a page)`
  return command(name, false, async ({ owner, documents }, { http }) => {
    const query = new URLSearchParams({ created_by: owner, limit: String(limit) })
    if (status !== undefined) query.set('status', status)
    if (ascending) query.set('sort', 'created_at')
    const listed = await readList(http, query)
    const expected = documents.filter(
      ({ state }) => !state.deleted && (status ?? state.status) === state.status,
    )
    if (!ascending) expected.reverse()
    assert.deepEqual(
      listed.map(({ id, title, version }) => ({ id, title, version })),
      expected.map(({ id, state: { title, version } }) => ({ id, title, version })),
    )
  })
}

function readContent(index: number): Command {
  return command(`content(${index})`, true, async (model, { http }) => {
    const { id, content, state } = pick(model, index)
    const answer = await fetch(`${http}/documents/${id}/content`)
    const text = await answer.text()
    assert.equal(answer.status, state.deleted ? 404 : 200)
    if (!state.deleted) assert.equal(text, content)
  })
}
