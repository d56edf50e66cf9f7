import { randomUUID } from 'node:crypto'
import type { KafkaClient } from '../kafka/client.ts'
import type { TopicNames } from '../kafka/topic-names.ts'

export interface RecordWriter {
  /** Writes a change of a document. @returns the document's id */
  document(change?: Partial<DocumentChange>): Promise<string>
  /** Writes a new signature. @returns its id */
  signature(documentId: string): Promise<string>
  /** Writes any value with the key of a document's changes. */
  raw(documentId: string, value: string): Promise<void>
}

interface DocumentChange {
  id: string
  op: 'c' | 'u' | 'r'
  version: number
  title: string
  /** changes with the same number are the same change */
  lsn: number
  /** 'false' unless op is r */
  snapshot: string
}

/** Writes to the topics of a feed like Debezium, with growing positions in PostgreSQL's log. */
export function recordWriter(client: KafkaClient, { changes }: TopicNames): RecordWriter {
  const [documents, signatures] = changes as [string, string]
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
        documents,
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
        signatures,
        { document_id: documentId },
        { op: 'c', before: null, after, source: source('signatures', ++lsn) },
      )
      return id
    },
    raw: (documentId, value) => client.send(documents, JSON.stringify({ id: documentId }), value),
  }
}
