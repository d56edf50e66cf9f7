/** Schemas of what subscribers receive and send, and of the change events behind it, for AsyncAPI. */
import { z } from 'zod'
import {
  type DocumentField,
  type DocumentRow,
  DOCUMENT_FIELDS,
  UPDATE_REPORTED_FIELDS,
} from '../../domain/document-fields.ts'
import { STATUSES } from '../../domain/document-status.ts'
import {
  type MessageType,
  MESSAGE_TYPES,
  type SignatureRow,
  type Topic,
  type TopicRow,
} from '../../domain/topics.ts'
import { documentShape, returnedSchema } from '../../http/document-schemas.ts'

type Shape<Row> = { [Name in keyof Row]-?: z.ZodType<Row[Name]> }

const time = z.iso.datetime()
const position = z.string().max(140).describe('where a client can resume that has received this message')

const DOCUMENT_ROW = Object.fromEntries(
  (Object.keys(DOCUMENT_FIELDS) as DocumentField[]).map((name) => [name, returnedSchema(name)]),
) as Shape<DocumentRow>

const SIGNATURE_ROW: Shape<SignatureRow> = {
  id: z.uuid(),
  document_id: z.uuid(),
  signer_email: z.string(),
  signer_name: z.string(),
  signed_at: time,
  ip_address: z.string().nullable(),
  content_sha256: z.string().nullable(),
  client_address: z.string().nullable(),
  token_subject: z.string().nullable(),
  signed_by: z.string().nullable(),
  image_encoding: z.enum(['base64', 'text']).nullable(),
  image_prefix: z.string().nullable(),
  image_type: z.string().nullable(),
  image_size: z.int().nullable(),
  image_sha256: z.string().nullable(),
  traceparent: z.string().nullable(),
}

/** The row that the events of a topic carry. */
const ROWS: { [Name in Topic]: Shape<TopicRow<Name>> } = {
  'cdc.documents': DOCUMENT_ROW,
  'cdc.signatures': SIGNATURE_ROW,
}

const status = z.enum(STATUSES)
const documentData = Object.fromEntries(
  Object.entries(documentShape).map(([name, schema]) => [name === 'id' ? 'document_id' : name, schema]),
)
const moved = { ...documentData, old_status: status, new_status: status }
const { id: signature_id, document_id, signer_email, signer_name, signed_at, content_sha256 } = SIGNATURE_ROW

/** `data` of each type of message about a document. */
const DATA: Record<MessageType, z.ZodType> = {
  'document.created': z.object(documentData),
  'document.updated': z.object({ ...documentData, changed: z.array(z.enum(UPDATE_REPORTED_FIELDS)) }),
  'document.status_changed': z.object(moved),
  'document.sent': z.object(moved),
  'document.viewed': z.object(moved),
  'document.signed': z.object(moved),
  'document.deleted': z.object({ ...documentData, deleted_at: time.optional() }),
  'document.text': z.object(documentData),
  'signature.added': z.object({
    document_id,
    signature_id,
    signer_email,
    signer_name,
    signed_at,
    content_sha256,
  }),
  broadcast: z.record(z.string(), z.unknown()),
}

/** Of messages about the subscription itself. */
const CONTROL = {
  'connection.established': z.object({
    document_id: z.uuid().nullable().describe('null: all documents of the feed'),
    connection_id: z.uuid(),
    position,
    resumed: z.boolean(),
  }),
  reset: z
    .object({ reason: z.string(), position })
    .describe('earlier events may be missing: read the documents again'),
}

const message = (type: string, data: z.ZodType, more: z.ZodRawShape = { position }) =>
  z.object({ type: z.literal(type), data, timestamp: time, ...more })

const anything = z.unknown().optional()

/** Every message, by its type: from the service over each transport, and from a client. */
export const MESSAGE_SCHEMAS = {
  shared: {
    ...Object.fromEntries(
      MESSAGE_TYPES.map((type) => [
        type,
        message(type, DATA[type], type === 'broadcast' ? {} : { position }),
      ]),
    ),
    ...Object.fromEntries(Object.entries(CONTROL).map(([type, data]) => [type, message(type, data, {})])),
  },
  webSocket: {
    pong: z.object({
      type: z.literal('pong'),
      timestamp: anything.describe('that of the ping'),
      position: position.optional().describe('missing while earlier events are still being sent'),
    }),
    error: z.object({ type: z.literal('error'), data: z.object({ detail: z.string() }) }),
  },
  eventStream: {
    'connection.closed': z.object({
      type: z.literal('connection.closed'),
      data: z.object({ code: z.int(), reason: z.string(), position: position.optional() }),
    }),
  },
  client: { ping: z.object({ type: z.literal('ping'), timestamp: anything }) },
} satisfies Record<string, Record<string, z.ZodType>>

/** A change event in Debezium's envelope, as a topic of Kafka carries it. */
export function changeSchema(topic: Topic): z.ZodType {
  const row = z.object(ROWS[topic])
  return z.looseObject({
    op: z.enum(['c', 'u', 'd', 'r']).describe('create, update, delete, or read by a snapshot'),
    before: row.nullable().describe('null for c and r'),
    after: row.nullable().describe('null for d'),
    source: z.looseObject({
      ts_ms: z.int().describe('when the transaction committed, Unix time in milliseconds'),
      schema: z.string(),
      table: z.string(),
      lsn: z.int().nullable(),
      txId: z.int().nullable(),
    }),
    ts_ms: z.int(),
  })
}
