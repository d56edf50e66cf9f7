import type { Api } from '../../client/api.ts'
import { ApiError } from '../../client/problem.ts'
import { TEXT_STATES } from '../../domain/text-state.ts'
import type { Io } from '../io.ts'
import { SYSTEM_TIME, type WaitingTime } from './waiting-time.ts'
import { countOf } from '../format-number.ts'

/** Without any progress for so long, others have changed more than the index can take in. */
const STALL_MS = 60_000
const FIRST_MS = 50
const LIMIT_MS = 1_000
/** Finds every document. A word, because of phrases not all matches are counted. */
const EVERYTHING = '-nosuchwordindocmgr'
const READ = TEXT_STATES.filter((state) => state !== 'pending')

/**
 * Waits until searches find as many documents of this author, with what became of their texts, as were created. It asks the
 * search itself, so it does not matter which process indexes.
 * @param since when the first of them was created, ISO 8601
 * @param count up to the exact total of a search, more than that are as good as found
 */
export async function waitUntilFound(
  api: Pick<Api, 'search'>,
  { createdBy, since, count }: { createdBy: string; since: string; count: number },
  io: Pick<Io, 'note' | 'signal' | 'errorColors'>,
  time: WaitingTime = SYSTEM_TIME,
): Promise<void> {
  const filters = { created_by: createdBy, created_from: since, text_state: READ }
  let most = -1
  let progressAt = time.now()
  for (let pauseMs = FIRST_MS; !io.signal.aborted; pauseMs = Math.min(pauseMs * 2, LIMIT_MS)) {
    const { total, total_is_exact: isExact } = await api
      .search(EVERYTHING, { from: 0, size: 1 }, filters)
      .catch(nothingFound)
    if (total >= count || isExact === false) return
    if (total > most) {
      most = total
      progressAt = time.now()
    } else if (time.now() - progressAt > STALL_MS) break
    await time.pause(pauseMs, io.signal)
  }
  if (io.signal.aborted) return
  const { yellow } = io.errorColors
  io.note(
    `${yellow('still being indexed:')} ${count - most} of ${countOf(count, 'document')} cannot be found yet`,
  )
}

/** The documents are stored, whether they can be searched now or not. */
function nothingFound(error: unknown): { total: number; total_is_exact?: boolean } {
  if (error instanceof ApiError) return { total: 0 }
  throw error
}
