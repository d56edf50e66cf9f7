import { randomUUID } from 'node:crypto'
import type { KafkaClient } from '../ports/changes/kafka/client.ts'
import { topicNames } from '../ports/changes/kafka/topics.ts'

export interface RecordWriter {
  /** A change of a document, as Debezium writes it. @returns the document's id */
  document(change?: Partial<DocumentChange>): Promise<string>
  /** A new signature. @returns its id */
  signature(documentId: string): Promise<string>
  /** Anything, keyed as a document's changes are. */
  raw(documentId: string, value: string): Promise<void>
}

export interface DocumentChange {
  id: string
  op: 'c' | 'u' | 'r'
  version: number
  title: string
  /** makes it the same change as another with this number */
  lsn: number
  /** 'false' unless op is r */
  snapshot: string
}

/** Writes to the topics of a feed what Debezium would, with positions in the log that grow. */
export function recordWriter(client: KafkaClient, prefix: string): RecordWriter {
  const names = topicNames(prefix)
  let lsn = 1_000
  const source = (table: string, place: number, snapshot = 'false'): object => ({
    version: '3.7.0.Final',
    connector: 'postgresql',
    name: 'docmgr',
    ts_ms: Date.now(),
    snapshot,
    db: 'docmgr',
    sequence: `["${place}","${place}"]`,
    schema: table,
    table,
    txId: place,
    lsn: place,
  })
  const send = (topic: string, key: object, value: object): Promise<void> =>
    client.send(
      topic,
      JSON.stringify(key),
      JSON.stringify({ ...value, transaction: null, ts_ms: Date.now() }),
    )

  return {
    async document(change = {}) {
      const { id = randomUUID(), op = 'c', version = 1, title = 'A document', snapshot } = change
      const row = (of: number): object => ({ id, title, version: of, status: 'created', deleted_at: null })
      await send(
        names.documents,
        { id },
        {
          op,
          before: op === 'u' ? row(version - 1) : null,
          after: row(version),
          source: source('documents', change.lsn ?? ++lsn, op === 'r' ? (snapshot ?? 'true') : 'false'),
        },
      )
      return id
    },
    async signature(documentId) {
      const id = randomUUID()
      const after = { id, document_id: documentId, signer_email: 'bob@example.com', signer_name: 'Bob' }
      await send(
        names.signatures,
        { document_id: documentId },
        { op: 'c', before: null, after, source: source('signatures', ++lsn) },
      )
      return id
    },
    raw: (documentId, value) => client.send(names.documents, JSON.stringify({ id: documentId }), value),
  }
}
