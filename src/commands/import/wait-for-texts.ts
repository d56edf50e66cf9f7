import { setTimeout as delay } from 'node:timers/promises'
import type { Api } from '../../client/api.ts'
import { feedLag } from '../../client/feed-lag.ts'
import { ApiError } from '../../client/problem.ts'
import type { Document } from '../../domain/document-fields.ts'
import type { TextState, TextSummary } from '../../domain/text-state.ts'
import type { Io } from '../io.ts'

/** A single text takes less (limits.extractionTime, 10 s by default), and so does a page of OCR, also behind those of others. */
const STALL_MS = 120_000
const FIRST_MS = 50
const LIMIT_MS = 1_000
/** A person should know by then what is waited for, and later that it goes on. */
const FIRST_NOTE_MS = 3_000
const NEXT_NOTE_MS = 30_000

/** What became of the texts of new documents. */
export interface ReadTexts {
  /** how many are in each state */
  states: Record<TextState, number>
  /** the documents without a text that failed */
  failed: { name: string; reason: string }[]
}

/**
 * Waits until the service has read the texts of new documents, as long as it gets on with them, also by pages of scans. It
 * asks for lists only, which count no views.
 * @param created the documents as they were created, with the names of their files
 */
export async function waitForTexts(
  api: Api,
  created: readonly { document: Document; name: string }[],
  io: Io,
): Promise<ReadTexts> {
  const texts = new Map<string, TextSummary>(created.map(({ document: { id, text } }) => [id, text]))
  const pending = (): Document[] =>
    created.flatMap(({ document }) => (texts.get(document.id)!.state === 'pending' ? [document] : []))

  let least = Infinity
  let mostPages = 0
  let progressAt = performance.now()
  let pagesBefore: number | undefined
  const note = createNote(io)
  for (let pauseMs = FIRST_MS; !io.signal.aborted; pauseMs = Math.min(pauseMs * 2, LIMIT_MS)) {
    const left = pending()
    if (left.length === 0) break
    const now = performance.now()
    const pages = pauseMs < LIMIT_MS ? undefined : await ocrPages(api)
    pagesBefore ??= pages
    if (left.length < least || (pages ?? 0) > mostPages) {
      least = left.length
      mostPages = pages ?? mostPages
      progressAt = now
    } else if (now - progressAt > STALL_MS) break
    note(left.length, mostPages > (pagesBefore ?? 0))
    await delay(pauseMs, undefined, { signal: io.signal }).catch(() => {})
    if (!io.signal.aborted) await update(api, left, texts)
  }

  const states: ReadTexts['states'] = { pending: 0, indexed: 0, empty: 0, failed: 0 }
  const failed: ReadTexts['failed'] = []
  for (const { document, name } of created) {
    const { state, reason = 'unknown' } = texts.get(document.id)!
    states[state]++
    if (state === 'failed') failed.push({ name, reason })
  }
  return { states, failed }
}

/** Says what is waited for when that takes long, also as soon as it is known to be OCR. */
function createNote(io: Io): (documents: number, isOcr: boolean) => void {
  const firstAt = performance.now() + FIRST_NOTE_MS
  let nextAt = firstAt
  let saidOcr = false
  return (documents, isOcr) => {
    const now = performance.now()
    if (now < (isOcr && !saidOcr ? firstAt : nextAt)) return
    const what = documents === 1 ? '1 document is' : `${documents} documents are`
    io.note(`${what} still being read${isOcr ? ' (OCR)' : ''}`)
    saidOcr = isOcr
    nextAt = now + NEXT_NOTE_MS
  }
}

/** How many pages OCR has read so far; 0 where the service does not say. */
async function ocrPages(api: Pick<Api, 'metrics'>): Promise<number> {
  try {
    return feedLag(await api.metrics()).ocrPages ?? 0
  } catch (error) {
    if (error instanceof ApiError) return 0
    throw error
  }
}

/** Asks for the documents of this author since the oldest of those that are left, page by page, the newest first. */
async function update(api: Api, left: readonly Document[], texts: Map<string, TextSummary>): Promise<void> {
  const ids = new Set(left.map(({ id }) => id))
  const [from] = left.map(({ created_at }) => created_at).sort() as [string]
  const filters = { created_by: left[0]!.created_by, created_from: from }
  // Often all but a few are still pending: those are fewer than all documents.
  const stillPending = new Set<string>()
  for await (const { id } of api.listDocuments({ ...filters, text_state: 'pending' })) stillPending.add(id)
  if ([...ids].every((id) => stillPending.has(id))) return
  for await (const { id, text } of api.listDocuments(filters)) if (ids.has(id)) texts.set(id, text)
}
