import type { Config } from '../config/schema.ts'
import type { Database } from '../db/database.ts'
import type { ChangeEvent } from '../domain/change.ts'
import { DomainError } from '../domain/errors.ts'
import { adapterOf } from '../ports/adapters.ts'
import { currentDocumentsOf } from '../roles/indexer/current-documents.ts'
import { type DeadLetter, documentOf } from '../ports/changes/delivery/dead-letters.ts'
import { createRetry } from '../roles/indexer/retry-transient.ts'
import type { Logger } from '../runtime/logger.ts'
import { defineModule } from '../runtime/module.ts'
import { translateError } from '../runtime/translate-error.ts'
import { startCommandPorts } from './command-ports.ts'
import { makeIndexer } from './indexer.ts'
import { readUnreadableAgain } from '../db/unreadable-texts.ts'

export type { DeadLetter } from '../ports/changes/delivery/dead-letters.ts'

export interface LetterFilter {
  consumer?: string | undefined
  /** id of the document */
  document?: string | undefined
  /** failed at this time or later */
  since?: Date | undefined
}

/** A letter with the document that it is about, where that can be known. */
export type ListedLetter = DeadLetter & { document: string | undefined }

/** The dead letters of a configuration, open for one command. */
export interface DeadLetterCommand {
  list(filter: LetterFilter): AsyncIterable<ListedLetter>
  /** of all consumers and processes */
  count(): Promise<number>
  /**
   * Projects the newest state of the letter's document, never an older one, and settles the letter.
   * @returns why it could not be done; undefined when it was
   * @throws DomainError unavailable
   */
  retry(letter: ListedLetter): Promise<string | undefined>
  drop(letter: ListedLetter): Promise<void>
  stop(): Promise<void>
}

/**
 * Opens the store of dead letters; beside a running service, too.
 * @param options.forRetry also starts the indexer
 * @throws NewerDatabaseError, Error with a sentence for the operator
 */
export async function openDeadLetters(
  config: Config,
  options: { log: Logger; signal: AbortSignal; forRetry: boolean },
): Promise<DeadLetterCommand> {
  const { log, forRetry } = options
  const { url, prefix } = config.changes
  const { needsDatabase = false } = adapterOf('changes', url)
  const started = await startCommandPorts(config, log, (base, { database, searchIndex, blobs }) => {
    const indexer = defineModule('indexer', { searchIndex, blobs }, async (needs) => {
      const { consumer, stop } = await makeIndexer(base, needs)
      return { value: consumer, stop }
    })
    const letters = defineModule('dead-letters', needsDatabase ? { database } : {}, async (needs) => {
      const { database } = needs as { database?: Database }
      const resources = { database, prefix, clock: base.clock, log }
      const value = await adapterOf('changes', url).openDeadLetters(url, resources)
      return { value, stop: () => value.stop() }
    })
    return { letters, ...(forRetry && { indexer, database }) }
  })
  const { letters, indexer, database } = started.roots
  const store = started.value(letters)
  const retry = createRetry(AbortSignal.any([options.signal, started.failed]))

  async function project(id: string, failed: ChangeEvent | undefined): Promise<void> {
    const { pool } = started.value(database!)
    const event = await retry.retry(async () => newestEvent(failed, await currentDocumentsOf(pool, [id])))
    if (event) await retry.retry(() => started.value(indexer!).handle([event]))
    // A damaged content fails both its reading and its indexing.
    await retry.retry(() => readUnreadableAgain(pool, [id]))
  }

  return {
    count: () => store.count(),
    async *list({ consumer, document: wanted, since }) {
      for await (const letter of store.list()) {
        const document = documentOf(letter)
        if (consumer !== undefined && letter.consumer !== consumer) continue
        if (wanted !== undefined && document !== wanted) continue
        if (since !== undefined && new Date(letter.recordedAt) < since) continue
        yield { ...letter, document }
      }
    },
    async retry(letter) {
      const { name } = started.value(indexer!)
      // What came after the event has been delivered.
      if (letter.consumer !== name)
        return `only ${name} can process an event later, the others have to deliver in order; drop it`
      if (letter.document === undefined) return 'its record names no document; drop it'
      try {
        await project(letter.document, letter.event)
      } catch (error) {
        const translated = translateError(error)
        if (translated instanceof DomainError && translated.code === 'unavailable') throw translated
        return (translated as Error).message
      }
      await store.settle(letter, 'retried')
      return undefined
    },
    drop: (letter) => store.settle(letter, 'dropped'),
    stop: () => started.stop(),
  }
}

/**
 * The newest state of a document, as an event.
 * @param failed the event of the letter
 * @returns undefined when there is nothing to project
 * @throws DomainError unavailable when the row is not visible yet
 */
function newestEvent(
  failed: ChangeEvent | undefined,
  [current]: readonly ChangeEvent[],
): ChangeEvent | undefined {
  if (failed && failed.topic !== 'cdc.documents') return current
  const seen = failed?.value.after ?? failed?.value.before
  if (current?.topic === 'cdc.documents') {
    if (seen && current.value.after!.version < seen.version)
      throw new DomainError('unavailable', 'the change of the dead letter is not visible yet')
    return current
  }
  // The row is gone since: its deletion is the newest state.
  return failed && seen
    ? { ...failed, value: { ...failed.value, op: 'd', before: seen, after: null } }
    : undefined
}
