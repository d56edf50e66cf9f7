import { ConnectUnreachableError, createConnectClient } from '../cdc/connect-client.ts'
import { connectorProperties } from '../cdc/connector-properties.ts'
import { DatabaseUnreachableError, openSlotDatabase } from '../cdc/slot-database.ts'
import { debeziumSlot } from '../db/replication-slot.ts'
import { adapterOf, isShared, sharedExamples } from '../ports/adapters.ts'
import { createDeadline } from '../runtime/poll.ts'
import type { CdcAction } from './cdc/actions.ts'
import { applyCdc } from './cdc/apply.ts'
import type { CdcContext } from './cdc/context.ts'
import { deleteCdc } from './cdc/delete.ts'
import { cdcStatus } from './cdc/status.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type ConfigOptions, configOf, wholeNumber } from './options.ts'

export interface CdcOptions extends ConfigOptions {
  connector: string
  file?: string
  /** KEY=VALUE */
  property?: string[]
  wait: string
  yes?: boolean
  json?: boolean
}

const MAX_WAIT_S = 3_600

/** Manages the Debezium connector that publishes changes to Kafka. */
export async function cdc(action: CdcAction, options: CdcOptions, io: Io): Promise<number> {
  const { config } = await configOf(options)
  const { changes, database } = config
  if (!adapterOf('changes', changes.url).needsConnector) {
    const rule = `works without the connector, which is for ${sharedExamples('changes')}`
    throw new CommandError(`changes.url = ${changes.url}: ${rule}`, EXIT.usage)
  }
  if (!isShared('database', database.url)) {
    const rule = `Debezium needs a server, such as ${sharedExamples('database')}`
    throw new CommandError(`database.url = ${database.url}: ${rule}`, EXIT.usage)
  }
  const overrides = propertiesOf(options.property ?? [])
  const slot = overrides['slot.name'] ?? debeziumSlot(changes.slot)
  const setting = database.directUrl === undefined ? 'database.url' : 'database.directUrl'
  const connect = createConnectClient(changes.connectUrl, io.signal)
  try {
    const properties = await connectorProperties({
      file: options.file,
      prefix: changes.prefix,
      slot,
      overrides,
    })
    return await ACTIONS[action]({
      config,
      connect,
      connector: options.connector,
      slot,
      properties,
      openDatabase: () => openSlotDatabase(database.directUrl ?? database.url, setting),
      deadline: createDeadline({
        timeoutMs: wholeNumber(options.wait, '--wait', 1, MAX_WAIT_S) * 1_000,
        signal: io.signal,
      }),
      yes: options.yes ?? false,
      json: options.json ?? false,
      io,
    })
  } catch (error) {
    const { message } = error as Error
    throw [error, (error as Error).cause].some(isUnreachable)
      ? new CommandError(message, EXIT.unreachable)
      : error
  } finally {
    await connect.close()
  }
}

const isUnreachable = (error: unknown): boolean =>
  error instanceof ConnectUnreachableError || (error instanceof DatabaseUnreachableError && error.isTransient)

const ACTIONS: Record<CdcAction, (context: CdcContext) => Promise<number>> = {
  apply: applyCdc,
  status: cdcStatus,
  delete: deleteCdc,
}

function propertiesOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const split = text.indexOf('=')
      if (split < 1) {
        const rule = 'must be KEY=VALUE, such as poll.interval.ms=100'
        throw new CommandError(`--property ${text}: ${rule}`, EXIT.usage)
      }
      return [text.slice(0, split), text.slice(split + 1)]
    }),
  )
}
