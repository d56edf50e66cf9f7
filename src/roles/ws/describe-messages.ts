/** The AsyncAPI 3 description of the messages, from the table of topics and the schemas of messages. */
import { z } from 'zod'
import { TOPIC_TABLE, TOPICS, type Topic } from '../../domain/topics.ts'
import { changeSchema, MESSAGE_SCHEMAS } from './message-schemas.ts'
import { upgradeQuery } from './upgrade-request.ts'

export interface MessagesDescription {
  version: string
  /** default of the role */
  port: number
  /** the names of the topics in Kafka, in the order of TOPICS */
  topicNames: readonly string[]
}

type Schemas = Record<string, z.ZodType>

const { shared, webSocket, eventStream, client } = MESSAGE_SCHEMAS

const DOCUMENT_PARAMETER = { parameters: { document_id: { description: 'a UUID' } } }
const MINE =
  'all documents that the user of the token may read; for administrators and auditors, and where no token is required and ' +
  'none was sent, all documents'
const SOCKET = 'A WebSocket. A client that reconnects sends the last position as ?last=.'
const STREAM =
  'Server-sent events, whose data are the messages and whose ids are their positions. A client that reconnects sends the ' +
  'last id as Last-Event-ID.'

/** Channels of subscribers: address, description, and what the service sends and receives. */
const SUBSCRIPTIONS = {
  documentSocket: { address: '/ws/{document_id}', of: 'one document', isSocket: true },
  socket: { address: '/ws', of: MINE, isSocket: true },
  documentStream: { address: '/documents/{document_id}/events', of: 'one document', isSocket: false },
  stream: { address: '/events', of: MINE, isSocket: false },
}

/** @see https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
export function describeMessages({ version, port, topicNames }: MessagesDescription): object {
  const changes: Schemas = Object.fromEntries(TOPICS.map((topic) => [nameOf(topic), changeSchema(topic)]))
  const channels: Record<string, object> = {}
  const operations: Record<string, object> = {}
  const add = (name: string, about: object, sent: Schemas, received: Schemas = {}): void => {
    const all = Object.keys({ ...sent, ...received })
    channels[name] = { ...about, messages: refs('#/components/messages', all) }
    const channel = { $ref: `#/channels/${name}` }
    const listOf = (schemas: Schemas) =>
      Object.values(refs(`#/channels/${name}/messages`, Object.keys(schemas)))
    operations[`send-${name}`] = { action: 'send', channel, messages: listOf(sent) }
    if (Object.keys(received).length > 0)
      operations[`receive-${name}`] = { action: 'receive', channel, messages: listOf(received) }
  }

  for (const [name, { address, of, isSocket }] of Object.entries(SUBSCRIPTIONS)) {
    const about = {
      address,
      description: `Changes of ${of}. ${isSocket ? SOCKET : STREAM}`,
      ...(address.includes('{') && DOCUMENT_PARAMETER),
      servers: [{ $ref: `#/servers/${isSocket ? 'webSocket' : 'http'}` }],
      ...(isSocket && { bindings: { ws: { query: jsonSchemaOf(upgradeQuery) } } }),
    }
    add(name, about, { ...shared, ...(isSocket ? webSocket : eventStream) }, isSocket ? client : {})
  }
  TOPICS.forEach((topic, index) => {
    const { documentId } = TOPIC_TABLE[index]!
    const description = `Every committed change of a row, at least once. The key names the document: its column ${documentId}.`
    add(
      nameOf(topic),
      { address: topicNames[index]!, description, servers: [{ $ref: '#/servers/kafka' }] },
      {
        [nameOf(topic)]: changes[nameOf(topic)]!,
      },
    )
  })

  return {
    asyncapi: '3.0.0',
    info: {
      title: 'docmgr',
      version,
      description: 'The messages of docmgr. Topics exist where changes.url is kafka:.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: serversAt(port),
    channels,
    operations,
    components: {
      messages: messagesOf({ ...shared, ...webSocket, ...eventStream, ...client, ...changes }),
      securitySchemes: SECURITY_SCHEMES,
    },
  }
}

const host = (port: number) => ({
  host: '{host}',
  variables: { host: { default: `localhost:${port}` } },
})
const SECURITY_SCHEMES = {
  token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  ticket: { type: 'httpApiKey', in: 'query', name: 'ticket', description: 'from POST /auth/ticket' },
}
const security = Object.keys(SECURITY_SCHEMES).map((name) => ({
  $ref: `#/components/securitySchemes/${name}`,
}))
const serversAt = (port: number) => ({
  webSocket: { ...host(port), protocol: 'ws', security },
  http: { ...host(port), protocol: 'http', security },
  kafka: { ...host(9092), protocol: 'kafka' },
})

/** Names of components have no dots in a topic's channel. */
const nameOf = (topic: Topic): string => topic.replace('.', '-')

const refs = (base: string, names: string[]): Record<string, { $ref: string }> =>
  Object.fromEntries(names.map((name) => [name, { $ref: `${base}/${name}` }]))

function messagesOf(schemas: Schemas): Record<string, object> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, { name, payload: jsonSchemaOf(schema) }]),
  )
}

function jsonSchemaOf(schema: z.ZodType): object {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { target: 'draft-7', override: allowMore })
  return described
}

/** Later versions may add fields. Zod's patterns for formats say no more than the format. */
function allowMore({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
}
