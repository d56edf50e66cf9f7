import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../runtime/package-root.ts'
import type { Properties } from './connect-client.ts'

export interface ConnectorSettings {
  /** JSON with the connector's properties; the one that comes with the program when undefined */
  file?: string | undefined
  /** what the names of the topics begin with */
  prefix: string
  /** the replication slot */
  slot: string
  /** single properties, which win over everything */
  overrides: Properties
}

/** The connector that comes with the program. */
export const connectorFile = (): string => join(packageRoot(), 'docker/debezium/connector.json')

/**
 * Debezium's slot for `changes.slot`: with `_cdc` after it, since the slot itself is that of `wal:`, whose reader would
 * fight over it with Debezium.
 */
export const debeziumSlot = (slot: string): string => `${slot}_cdc`

/**
 * The connector's properties: those of the file, then what follows from docmgr's settings, then the overrides. Debezium
 * names a topic PREFIX.SCHEMA.TABLE, and the route makes PREFIX.TABLE of it.
 * https://debezium.io/documentation/reference/3.3/connectors/postgresql.html#postgresql-connector-properties
 * @throws Error naming the file when it cannot be read or holds something else
 */
export async function connectorProperties(settings: ConnectorSettings): Promise<Properties> {
  const { prefix, slot, overrides } = settings
  return {
    ...(await readProperties(settings.file ?? connectorFile())),
    'slot.name': slot,
    'topic.prefix': prefix,
    'transforms.route.regex': `${prefix}\\.(?:documents|signatures)\\.(documents|signatures)`,
    'transforms.route.replacement': `${prefix}.$1`,
    ...overrides,
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
    throw new Error(`the connector's file ${file} must hold an object of properties`)
  const wrong = Object.entries(config).find(([, value]) => typeof value === 'object')
  if (wrong)
    throw new Error(`the connector's file ${file}: ${wrong[0]} must be a text, a number or a boolean`)
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, String(value)]))
}
