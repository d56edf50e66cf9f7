import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TOPIC_TABLE } from '../domain/topics.ts'
import { packageRoot } from '../runtime/package-root.ts'
import type { Properties } from './connect-client.ts'

export interface ConnectorSettings {
  /** JSON with the connector's properties; undefined: the file that comes with the program */
  file?: string | undefined
  /** prefix of the topic names */
  prefix: string
  /** the replication slot */
  slot: string
  /** take precedence over all other properties */
  overrides: Properties
}

const defaultFile = (): string => join(packageRoot(), 'docker/debezium/connector.json')

/**
 * The connector's properties: those of the file, then those that follow from the settings and the table of topics, then
 * the overrides. Debezium names a topic PREFIX.SCHEMA.TABLE; the route renames it to PREFIX.TABLE.
 * https://debezium.io/documentation/reference/3.3/connectors/postgresql.html#postgresql-connector-properties
 * @throws Error naming the file when it cannot be read or has other content
 */
export async function connectorProperties(settings: ConnectorSettings): Promise<Properties> {
  const { prefix, slot, overrides } = settings
  return {
    ...(await readProperties(settings.file ?? defaultFile())),
    'slot.name': slot,
    'topic.prefix': prefix,
    ...topicProperties(prefix),
    ...overrides,
  }
}

/** What to read, and the key and the topic of each table's records. */
function topicProperties(prefix: string): Properties {
  const tables = TOPIC_TABLE.map(({ schema, table }) => `${schema}.${table}`)
  const keys = TOPIC_TABLE.filter(({ documentId }) => documentId !== 'id').map(
    ({ schema, table, documentId }) => `${schema}.${table}:${documentId}`,
  )
  const oneOf = (names: string[]): string => [...new Set(names)].join('|')
  const schemas = oneOf(TOPIC_TABLE.map(({ schema }) => schema))
  const names = oneOf(TOPIC_TABLE.map(({ table }) => table))
  return {
    'table.include.list': tables.join(','),
    'message.key.columns': keys.join(';'),
    transforms: 'route',
    'transforms.route.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.route.regex': `${prefix}\\.(?:${schemas})\\.(${names})`,
    'transforms.route.replacement': `${prefix}.$1`,
  }
}

async function readProperties(file: string): Promise<Properties> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`the connector's file ${file} cannot be read: ${error.code ?? error.message}`)
  })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new Error(`the connector's file ${file} is not JSON: ${(error as Error).message}`, {
      cause: error,
    })
  }
  // As Connect's POST /connectors takes it: {name, config}.
  const { config = json } = (json ?? {}) as { config?: unknown }
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw new Error(`the connector's file ${file} must contain an object of properties`)
  const wrong = Object.entries(config).find(([, value]) => typeof value === 'object')
  if (wrong)
    throw new Error(`the connector's file ${file}: ${wrong[0]} must be a string, a number or a boolean`)
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, String(value)]))
}
