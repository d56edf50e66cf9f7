import { DocumentText } from '../../domain/document-text.ts'
import { DomainError } from '../../domain/errors.ts'
import type { CachedState, DocumentCache } from './port.ts'
import { isCommandError } from './redis-client.ts'
import type { RedisConnection } from './redis-connection.ts'
import { FLOOR_SECONDS, keysOf } from './redis-keys.ts'
import { evaluate, EXPEL } from './redis-scripts.ts'

/** Looks at Redis itself. Unlike reads, it does not do without Redis. */
export function createRedisInspection({ send }: RedisConnection): Pick<DocumentCache, 'inspect' | 'forget'> {
  return {
    async inspect(ids) {
      const read = (key: 'document' | 'views'): Promise<(string | null)[]> =>
        send('MGET', ...ids.map((id) => keysOf(id)[key])) as Promise<(string | null)[]>
      const [documents, views] = await Promise.all([read('document'), read('views')]).catch(unavailable)
      return new Map(ids.map((id, place) => [id, stateOf(documents[place]!, views[place]!)]))
    },

    async forget(id, floor) {
      const { document, floor: floorKey, views, unique } = keysOf(id)
      const values = [String(floor), FLOOR_SECONDS]
      await evaluate(send, EXPEL, [document, floorKey, views, unique], values).catch(unavailable)
    },
  }
}

function stateOf(document: string | null, views: string | null): CachedState {
  return {
    ...(document !== null && { document: parse(document) }),
    ...(views !== null && { views: Number(views) }),
  }
}

function parse(json: string): NonNullable<CachedState['document']> {
  try {
    return DocumentText.from(json)?.kept ?? 'unreadable'
  } catch {
    return 'unreadable'
  }
}

function unavailable(error: unknown): never {
  if (isCommandError(error)) throw error
  throw new DomainError('unavailable', 'Redis cannot be reached; try again', { cause: error })
}
