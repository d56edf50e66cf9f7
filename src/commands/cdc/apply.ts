import { applyConnector } from '../../cdc/apply.ts'
import { EXIT } from '../exit-codes.ts'
import type { CdcContext } from './context.ts'

/** Creates topics and connector, and waits until every later commit will be captured. */
export async function applyCdc(cdc: CdcContext): Promise<number> {
  const { config, connect, connector, properties, slot, deadline, openDatabase, json, io } = cdc
  const { ensureTopics } = await import('../../app/topics.ts')
  const applied = await applyConnector({
    connect,
    openDatabase,
    ensureTopics: () => ensureTopics(config.changes, properties),
    connector,
    properties,
    slot,
    deadline,
    note: (line) => io.note(line),
  })
  const { change, restarts, topicsCreated, streaming } = applied
  if (json) {
    io.json({ connector, change, restarts, topics_created: topicsCreated, slot, streaming })
    return EXIT.done
  }
  const restarted = restarts === 0 ? '' : `, restarted ${restarts} times after failures`
  io.out(`Connector ${connector}: ${change}${restarted}; it is running.`)
  const topics = topicsCreated.length === 0 ? 'all exist' : `created ${topicsCreated.join(', ')}`
  const reading = streaming ? 'is read' : 'exists; the first snapshot is still running'
  io.out(`Topics: ${topics}. Replication slot ${slot} ${reading}.`)
  return EXIT.done
}
