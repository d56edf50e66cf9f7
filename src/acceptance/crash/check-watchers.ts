import assert from 'node:assert/strict'
import type { Client } from 'pg'
import type { SubscriptionMessage } from '../../client/subscription.ts'
import type { ChangeEvent } from '../../domain/change.ts'
import { messagesOf } from '../../roles/ws/messages.ts'
import { eventually } from '../../testing/deadline.ts'
import type { Watcher } from './watcher.ts'

const CATCH_UP_MS = 20_000

/** Every subscriber has, or gets soon, each event of its document once and in order. */
export async function checkWatchers(client: Client, watchers: readonly Watcher[]): Promise<void> {
  for (const documentId of new Set(watchers.map((watcher) => watcher.documentId))) {
    const concerned = watchers.filter((watcher) => watcher.documentId === documentId)
    const expected = await eventually(
      `the history of ${documentId} to be complete`,
      () => completeHistory(client, documentId),
      CATCH_UP_MS,
    )
    for (const watcher of concerned) await checkWatcher(watcher, expected)
  }
}

async function checkWatcher(watcher: Watcher, expected: readonly string[]): Promise<void> {
  const { documentId, messages, resets } = watcher
  // It began when the document was there and nothing else had happened: it may have been told of the creation.
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

/** The messages of all that has happened to a document; undefined while the history lacks something. */
async function completeHistory(client: Client, documentId: string): Promise<string[] | undefined> {
  const { rows } = await client.query<{ position: string; event: string }>(
    'select position, event from changes.history where document_id = $1 order by position',
    [documentId],
  )
  const events = rows.map(({ position, event }) => ({ ...JSON.parse(event), position }) as ChangeEvent)
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
  return events.flatMap((event) => messagesOf(event).map(labelOf))
}

const labelsOf = (messages: readonly SubscriptionMessage[]): string[] => messages.map(labelOf)

/** What tells one message of a document from the others. */
function labelOf({ type, data }: Pick<SubscriptionMessage, 'type' | 'data'>): string {
  return `${type} ${type === 'signature.added' ? data!['signature_id'] : data!['version']}`
}
