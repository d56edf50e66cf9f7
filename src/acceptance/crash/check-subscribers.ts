import assert from 'node:assert/strict'
import type { Client } from 'pg'
import { eventually } from '../../testing/deadline.ts'
import type { ResumingSubscriber } from '../../testing/resuming-subscriber.ts'
import { expectedMessages, type HistoryEvent } from './expected-messages.ts'

const CATCH_UP_MS = 20_000

/** Every subscriber has, or gets in time, each event of its document once and in order. */
export async function checkSubscribers(
  client: Client,
  subscribers: readonly ResumingSubscriber[],
): Promise<void> {
  for (const documentId of new Set(subscribers.map((subscriber) => subscriber.documentId))) {
    const concerned = subscribers.filter((subscriber) => subscriber.documentId === documentId)
    const expected = await eventually(
      `the history of ${documentId} to be complete`,
      () => completeHistory(client, documentId),
      CATCH_UP_MS,
    )
    for (const subscriber of concerned) await checkSubscriber(subscriber, expected)
  }
}

async function checkSubscriber(subscriber: ResumingSubscriber, expected: readonly string[]): Promise<void> {
  const { documentId, messages, resets } = subscriber
  // It subscribed to a new document: it may have received the creation or not.
  const isComplete = (): boolean =>
    messages.length >= expected.length - 1 && labelsOf(messages).at(-1) === expected.at(-1)
  await eventually(
    '',
    () => isComplete() || (messages.length === 0 && expected.length === 1),
    CATCH_UP_MS,
  ).catch(() => {
    assert.deepEqual(labelsOf(messages), expected, `a subscriber of ${documentId} does not catch up`)
  })
  assert.deepEqual(resets, [], `a subscriber of ${documentId} was reset`)
  const seen = labelsOf(messages)
  assert.deepEqual(
    seen,
    expected.slice(seen[0] === expected[0] ? 0 : 1),
    `what a subscriber of ${documentId} saw`,
  )
  const positions = messages.map(({ position }) => position!)
  for (const [index, position] of positions.entries()) {
    assert.ok(
      index === 0 || position > positions[index - 1]!,
      `positions of ${documentId}: ${positions.join(' ')}`,
    )
  }
}

/** The messages of all changes of a document; undefined while the history is incomplete. */
async function completeHistory(client: Client, documentId: string): Promise<string[] | undefined> {
  const { rows } = await client.query<{ position: string; event: string }>(
    'select position, event from changes.history where document_id = $1 order by position',
    [documentId],
  )
  const events = rows.map(({ position, event }) => ({ ...JSON.parse(event), position }) as HistoryEvent)
  const versions = events.flatMap((event) =>
    event.topic === 'cdc.documents' ? [event.value.after!.version] : [],
  )
  const signatures = events.flatMap((event) => (event.topic === 'cdc.signatures' ? [event.key] : []))
  const table = await client.query<{ version: number; signatures: string[] }>(
    `select version, array(select id::text from signatures.signatures where document_id = $1 order by id) as signatures
     from documents.documents where id = $1`,
    [documentId],
  )
  const { version, signatures: rowsOfSignatures } = table.rows[0]!
  assert.deepEqual(
    versions,
    Array.from(versions, (_, index) => index + 1),
    `the history of ${documentId}`,
  )
  assert.equal(new Set(signatures).size, signatures.length, `signatures in the history of ${documentId}`)
  if (versions.length < version || signatures.length < rowsOfSignatures.length) return undefined
  assert.deepEqual(signatures.sort(), rowsOfSignatures)
  return events.flatMap(expectedMessages)
}

const labelsOf = (messages: ResumingSubscriber['messages']): string[] => messages.map(labelOf)

/** Identifies a message among those of its document. */
function labelOf({ type, data }: Pick<ResumingSubscriber['messages'][number], 'type' | 'data'>): string {
  return `${type} ${type === 'signature.added' ? data!['signature_id'] : data!['version']}`
}
