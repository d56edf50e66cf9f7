import { applyConnector } from '../../cdc/apply.ts'
import type { Cdc } from '../cdc.ts'
import { EXIT } from '../exit-codes.ts'

/** Makes topics and connector, and waits until no commit from now on can be missed. */
export async function applyCdc(cdc: Cdc): Promise<number> {
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
  io.out(`Connector ${connector}: ${change}${restarted}; it runs.`)
  const topics = topicsCreated.length === 0 ? 'all there' : `made ${topicsCreated.join(', ')}`
  const reading = streaming ? 'is read' : 'is there; the first snapshot is still being taken'
  io.out(`Topics: ${topics}. Replication slot ${slot} ${reading}.`)
  return EXIT.done
}
