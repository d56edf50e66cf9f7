import { setTimeout as delay } from 'node:timers/promises'
import type { Api } from '../../client/api.ts'
import type { Document } from '../../domain/document-fields.ts'
import { isOcrProgress, type TextState, type TextSummary } from '../../domain/text-state.ts'
import type { Io } from '../io.ts'

/** A single text takes less (limits.extractionTime, 10 s by default), and so does a turn of OCR, also behind those of others. */
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
 * Waits until the service has read the texts of new documents, as long as it gets on with any of them, also by pages of a
 * scan. It asks for lists only, which count no views.
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

  let before: string | undefined
  let progressAt = performance.now()
  const note = createNote(io)
  for (let pauseMs = FIRST_MS; !io.signal.aborted; pauseMs = Math.min(pauseMs * 2, LIMIT_MS)) {
    const left = pending()
    if (left.length === 0) break
    const now = performance.now()
    const reasons = left.map(({ id }) => texts.get(id)!.reason)
    const state = reasons.join('\n')
    if (state !== before) {
      before = state
      progressAt = now
    } else if (now - progressAt > STALL_MS) break
    note(reasons)
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

/** Says what is waited for when that takes long, and as soon as it is known to be OCR. */
function createNote(io: Io): (reasons: readonly (string | undefined)[]) => void {
  let nextAt = performance.now() + FIRST_NOTE_MS
  let saidOcr = false
  return (reasons) => {
    const now = performance.now()
    const scans = reasons.filter(isOcrProgress)
    const isNews = scans.length > 0 && !saidOcr
    if (now < nextAt && !isNews) return
    const what = reasons.length === 1 ? '1 document is' : `${reasons.length} documents are`
    const why = scans.length === 1 ? ` (${scans[0]})` : scans.length > 1 ? ` (OCR: ${scans.length})` : ''
    io.note(`${what} still being read${why}`)
    saidOcr = scans.length > 0
    nextAt = now + NEXT_NOTE_MS
  }
}

/** Asks for the documents of this author since the oldest of those that are left, page by page, the newest first. */
async function update(api: Api, left: readonly Document[], texts: Map<string, TextSummary>): Promise<void> {
  const ids = new Set(left.map(({ id }) => id))
  const [from] = left.map(({ created_at }) => created_at).sort() as [string]
  const filters = { created_by: left[0]!.created_by, created_from: from }
  // Often all but a few are still pending: those are fewer than all documents.
  for await (const { id, text } of api.listDocuments({ ...filters, text_state: 'pending' }))
    if (ids.delete(id)) texts.set(id, text)
  if (ids.size === 0) return
  for await (const { id, text } of api.listDocuments(filters)) if (ids.has(id)) texts.set(id, text)
}
