import { z } from 'zod'
import { DomainError, invalidField } from '../../domain/errors.ts'
import { nameOf } from '../../domain/request.ts'
import { formatTime, isTime } from '../../domain/time.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { text } from '../../http/fields.ts'
import { definePagedList } from '../../http/paged-list.ts'
import { type ChangeFeed, type DeadLetter, documentOf, RETRYING_CONSUMER } from '../../ports/changes/port.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { Logger } from '../../runtime/logger.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'
import { TimeoutError, within } from '../../runtime/within.ts'
import { contextOf } from './known-documents.ts'

/** Letters that a list has at most. */
const MAX_LISTED = 10_000
const MAX_ERROR_CHARS = 1_000
const MAX_ID_CHARS = 500
const MAX_BODY_BYTES = 4_096
/** For reading all letters; of Kafka that is a topic. */
const READ_MS = 20_000

const letterSchema = z
  .object({
    id: z.string().describe('the consumer, and the position of the event or the place of the record'),
    consumer: z.string().describe('what could not process it'),
    document: z.uuid().nullable().describe('the document that it is about, where that can be known'),
    topic: z.string(),
    position: z.string().nullable().describe('of the event; null for a record of Kafka that is no event'),
    partition: z.int().nullable().describe('of a record of Kafka that is no event'),
    offset: z.int().nullable().describe('of a record of Kafka that is no event'),
    recorded_at: z.iso.datetime().describe('of the last failure'),
    error: z.string().describe(`at most ${MAX_ERROR_CHARS} characters; \`docmgr dead-letters show\` has all`),
    can_retry: z.boolean().describe('false: `docmgr dead-letters drop` ends it'),
  })
  .meta({ id: 'DeadLetter' })
type Listed = z.infer<typeof letterSchema>

export interface DeadLettersDeps {
  letters: ChangeFeed['deadLetters']
  documents: Pick<Documents, 'announce'>
  newId: () => string
  log: Logger
}

/** What `docmgr dead-letters list` and `retry` do, for the status page of the console. */
export function deadLetterEndpoints(deps: DeadLettersDeps): Endpoint[] {
  return [listDeadLetters(deps), retryDeadLetter(deps)]
}

function listDeadLetters({ letters }: DeadLettersDeps): Endpoint {
  const readAll = readingOf(letters)
  return definePagedList({
    path: '/dead-letters',
    operationId: 'listDeadLetters',
    summary: 'Events that a consumer could not process; the newest failures first',
    description:
      'A page that has a next one names it in the header Link (rel="next"). Each page reads all letters; ' +
      `of more than ${MAX_LISTED}, those that were read first are listed.`,
    policy: 'operator',
    schema: letterSchema,
    problems: ['deadline-exceeded'],
    listFor: () => ({
      of: 'all',
      isKey: isTime,
      isId: (id) => id.length <= MAX_ID_CHARS,
      async read({ limit, after }) {
        const all: Listed[] = []
        await readAll((letter) => {
          all.push(listed(letter))
          return all.length < MAX_LISTED
        })
        const sorted = all.toSorted(newestFirst)
        const first = after && sorted.findIndex((one) => isBehind(one, after))
        return first === -1 ? [] : sorted.slice(first ?? 0, (first ?? 0) + limit)
      },
      count: () => letters.count(),
      rowOf: ({ recorded_at, id }) => ({ key: recorded_at, id }),
      json: (letter) => letter,
    }),
  })
}

function retryDeadLetter({ letters, documents, newId, log }: DeadLettersDeps): Endpoint {
  const readAll = readingOf(letters)
  return defineEndpoint({
    method: 'POST',
    path: '/dead-letters/retry',
    operationId: 'retryDeadLetter',
    summary: 'Has the newest state of the document of a dead letter processed again',
    description:
      'The change feed brings the document once more, and the letter is settled. If it fails again, there is a new letter within ' +
      'seconds. Repeated, or for a letter that is settled already, it does nothing.',
    policy: 'operator',
    body: {
      schema: z.object({ id: text({ min: 1, max: MAX_ID_CHARS }) }, 'must be a JSON object'),
      maxBytes: MAX_BODY_BYTES,
    },
    responses: {
      200: {
        description: 'there is no such letter any more',
        schema: z.object({ status: z.enum(['announced', 'settled']).describe('settled: it was so before') }),
      },
    },
    problems: ['deadline-exceeded', 'unavailable'],
    async handle({ body: { id } }, { principal }) {
      const letter = await find(readAll, id)
      if (letter === undefined) return { status: 200, json: { status: 'settled' } }
      const document = documentOf(letter)
      const reason = reasonAgainst(letter, document)
      if (reason !== undefined) throw invalidField('id', reason)
      if (!(await documents.announce(document!, contextOf(newId))))
        throw invalidField(
          'id',
          'must be of a document whose row exists; `docmgr dead-letters retry` ends others',
        )
      await letters.settle(letter, 'retried')
      log.info({ letter: id, document, by: nameOf(principal) }, 'a dead letter is processed again')
      return { status: 200, json: { status: 'announced' } }
    },
  })
}

type ReadAll = (onLetter: (letter: DeadLetter) => boolean) => Promise<void>

/** Reads letters until it gets false: one list at a time, because each reads all of them. */
function readingOf(letters: DeadLettersDeps['letters']): ReadAll {
  const turns = createSemaphore(1)
  return (onLetter) =>
    turns.run(async () => {
      const reading = async (): Promise<void> => {
        for await (const letter of letters.list()) if (!onLetter(letter)) return
      }
      await within(READ_MS, reading()).catch((error: unknown) => {
        if (!(error instanceof TimeoutError)) throw error
        throw new DomainError('deadline-exceeded', 'the dead letters could not be read in time; try again')
      })
    })
}

async function find(readAll: ReadAll, id: string): Promise<DeadLetter | undefined> {
  let found: DeadLetter | undefined
  await readAll((letter) => {
    if (letter.id === id) found = letter
    return found === undefined
  })
  return found
}

/** Why a letter cannot be processed again; undefined when it can. */
function reasonAgainst({ consumer }: DeadLetter, document: string | undefined): string | undefined {
  if (consumer !== RETRYING_CONSUMER)
    return `must be of the consumer ${RETRYING_CONSUMER}: others deliver in order; \`docmgr dead-letters drop\` ends theirs`
  return document === undefined ? 'must name a document; `docmgr dead-letters drop` ends others' : undefined
}

function listed(letter: DeadLetter): Listed {
  const { id, consumer, recordedAt, error, event, record } = letter
  const { topic, partition, offset } = (record ?? {}) as Partial<
    Record<'topic' | 'partition' | 'offset', unknown>
  >
  const document = documentOf(letter)
  return {
    id,
    consumer,
    document: document ?? null,
    topic: event?.topic ?? String(topic),
    position: event?.position ?? null,
    partition: partition === undefined ? null : Number(partition),
    offset: offset === undefined ? null : Number(offset),
    recorded_at: withFraction(formatTime(recordedAt)),
    error: error.slice(0, MAX_ERROR_CHARS),
    can_retry: reasonAgainst(letter, document) === undefined,
  }
}

/** Times whose order is that of their texts. */
const withFraction = (time: string): string => (time.includes('.') ? time : time.replace('Z', '.000000Z'))

const newestFirst = (one: Listed, other: Listed): number =>
  isBehind(other, { key: one.recorded_at, id: one.id }) ? -1 : 1

const isBehind = ({ recorded_at, id }: Listed, after: { key: string; id: string }): boolean =>
  recorded_at < after.key || (recorded_at === after.key && id > after.id)
