import type { KeptDocument } from '../../domain/document-fields.ts'
import type { Logger } from '../../runtime/logger.ts'
import { isCommandError, type Reply } from './redis-client.ts'
import type { RedisConnection } from './redis-connection.ts'
import type { RedisInvalidations } from './redis-invalidations.ts'
import { COUNTER_SECONDS, DOCUMENT_SECONDS, FLOOR_SECONDS, HOLD_SECONDS, keysOf } from './redis-keys.ts'
import { evaluate, FILL, FORGET, HOLD, RELEASE, type Script, UPDATE } from './redis-scripts.ts'

/** Writes of documents. What cannot be written is remembered as an invalidation. */
export interface RedisDocuments {
  /**
   * Caches a row that was read, and counts its view.
   * @param hash of the viewer; '' when it is not a view
   * @returns false when a counter is lost: then the view is not counted
   */
  fill(document: KeptDocument, hash: string): Promise<boolean>
  hold(id: string): Promise<void>
  release(id: string): Promise<void>
  update(document: KeptDocument): Promise<void>
  remove(id: string, version: number): Promise<void>
  /**
   * Removes the keys of a document after an error reply about them: they hold something that docmgr did not write.
   * @returns whether that was the cause of the error
   */
  removeForeignKeys(id: string, error: unknown): Promise<boolean>
}

const textOf = (document: KeptDocument): string =>
  document.text.state === 'pending' ? '' : JSON.stringify(document)

export function createRedisDocuments(
  connection: RedisConnection,
  invalidations: RedisInvalidations,
  log: Logger,
): RedisDocuments {
  const { send } = connection
  let isLogged = false

  const store = (script: Script, document: KeptDocument, ...more: string[]): Promise<Reply> => {
    const keys = keysOf(document.id)
    return evaluate(
      send,
      script,
      [keys.document, keys.floor, keys.views, keys.unique, keys.holds],
      [String(document.version), textOf(document), DOCUMENT_SECONDS, COUNTER_SECONDS, ...more],
    )
  }

  const removeForeignKeys = async (id: string, error: unknown): Promise<boolean> => {
    if (!isCommandError(error)) return false
    if (!isLogged)
      log.error({ err: error, document: id }, "keys of docmgr in Redis hold another program's values")
    isLogged = true
    return send('UNLINK', ...Object.values(keysOf(id))).then(
      () => true,
      () => false,
    )
  }

  /**
   * Writes to Redis; when that fails, versions of the document up to `floor` must not be read there any more. 0: a hold is
   * no longer needed, because nothing is read from Redis while it is away, or ends by itself.
   */
  const write = async (id: string, floor: number, work: () => Promise<unknown>): Promise<void> => {
    if (connection.isUp) {
      try {
        return void (await work())
      } catch (error) {
        if (await removeForeignKeys(id, error)) return
      }
    }
    if (floor > 0) invalidations.add(id, floor)
  }

  return {
    fill: async (document, hash) => (await store(FILL, document, hash)) === 1,
    hold: (id) => {
      const { document, holds } = keysOf(id)
      return write(id, 0, () => evaluate(send, HOLD, [document, holds], [HOLD_SECONDS]))
    },
    release: (id) => write(id, 0, () => evaluate(send, RELEASE, [keysOf(id).holds], [])),
    update: (document) =>
      write(document.id, document.version - 1, () => store(UPDATE, document, '', 'changed')),
    remove: (id, version) => {
      const { document, floor, holds } = keysOf(id)
      return write(id, version, () =>
        evaluate(send, FORGET, [document, floor, holds], [String(version), FLOOR_SECONDS]),
      )
    },
    removeForeignKeys,
  }
}
