import type { Logger } from '../../runtime/logger.ts'
import { within } from '../../runtime/within.ts'
import type { DriverConsumer, FeedDriver } from './driver.ts'
import type { ChangeFeed, FeedStatus } from './port.ts'
import { isPosition } from './position-form.ts'

export interface OpenFeed extends ChangeFeed {
  /** what reading found and repaired, in sentences for the operator */
  readonly findings: readonly string[]
  /** Ends at once, as a killed process would: no batch is finished and no position is stored. */
  destroy(): void
}

const COUNT_TIMEOUT_MS = 5_000
/** Dead letters are counted at most this often: other processes add and settle them, too. */
const COUNT_INTERVAL_MS = 2_000

/**
 * The change feed over a driver.
 * @param stopTimeoutMs for consumers to finish their batches at a stop; less than a module may take, because the driver
 * closes its connections after that: with an open one, PostgreSQL does not end
 */
export function createChangeFeed(driver: FeedDriver, log: Logger, stopTimeoutMs = 5_000): OpenFeed {
  const consumers: DriverConsumer[] = []
  let phase: 'registering' | 'started' | 'stopped' = 'registering'
  const deadLetters = createDeadLetterCount(driver, log)

  const stopConsumer = (one: DriverConsumer): Promise<void> =>
    within(stopTimeoutMs, one.stop()).catch(() => {
      log.warn({ consumer: one.consumer.name }, 'consumer did not finish its batch; it is delivered again')
    })
  const status = (): FeedStatus => {
    const { state, ...current } = statusOf(driver, consumers)
    return {
      ...current,
      state: phase === 'stopped' ? 'stopped' : state,
      deadLetters: deadLetters.total(current.deadLetters),
    }
  }
  const countDeadLetters = (): Promise<void> => deadLetters.refresh(statusOf(driver, consumers).deadLetters)

  return {
    get findings() {
      return driver.findings
    },
    async consume(consumer) {
      const { name } = consumer
      if (phase !== 'registering') throw new Error(`${name} registers after the change feed has started`)
      if (consumers.some((one) => one.consumer.name === name)) {
        throw new Error(`two consumers of the change feed have the name ${name}`)
      }
      const added = driver.add(consumer)
      consumers.push(added)
      return { stop: () => stopConsumer(added) }
    },
    position: () => driver.position(),
    oldest: () => driver.oldest(),
    covers: (position, event) => driver.covers(position, event.position),
    isPosition,
    async replay(documentId, after, limit) {
      // One event more than allowed shows that there are more.
      const found = await driver.replay(documentId, after, limit + 1)
      if ('reset' in found) return { kind: 'reset', reason: found.reset }
      if (found.length <= limit) return { kind: 'events', events: found }
      return { kind: 'reset', reason: `the position is more than ${limit} events behind` }
    },
    deadLetters: driver.deadLetters,
    status,
    async refreshStatus() {
      await Promise.all([driver.refreshStatus(), countDeadLetters()])
      return status()
    },
    async start() {
      if (phase !== 'registering') throw new Error('the change feed was started before')
      phase = 'started'
      await Promise.all([driver.start(), countDeadLetters()])
    },
    async stop() {
      if (phase === 'stopped') return
      phase = 'stopped'
      await Promise.all([driver.halt(), ...consumers.map(stopConsumer)])
      await driver.close()
    },
    destroy() {
      phase = 'stopped'
      driver.destroy()
      for (const consumer of consumers) void consumer.stop()
    },
  }
}

/** The status of the driver and its consumers in this process. */
function statusOf(driver: FeedDriver, consumers: readonly DriverConsumer[]): FeedStatus {
  const { problem = consumers.map((one) => one.problem).find(Boolean), ...status } = driver.status()
  return {
    ...status,
    pending: Object.fromEntries(consumers.map(({ consumer, pending }) => [consumer.name, pending])),
    deadLetters: consumers.reduce((sum, { deadLetterCount }) => sum + deadLetterCount, 0),
    ...(problem !== undefined && { problem }),
  }
}

/** Counts the dead letters of all processes. `own` are those that this process has added until now. */
function createDeadLetterCount(driver: FeedDriver, log: Logger) {
  let counted = { total: 0, own: 0 }
  let countedAt = -Infinity
  return {
    total: (own: number): number => counted.total + Math.max(0, own - counted.own),
    async refresh(own: number): Promise<void> {
      if (performance.now() - countedAt < COUNT_INTERVAL_MS) return
      countedAt = performance.now()
      const counting = driver.deadLetters.count().then((total) => void (counted = { total, own }))
      await within(COUNT_TIMEOUT_MS, counting).catch((error: unknown) =>
        log.warn({ err: error }, 'could not count the dead letters'),
      )
    },
  }
}
