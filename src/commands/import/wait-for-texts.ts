import type { Api } from '../../client/api.ts'
import { ApiError } from '../../client/problem.ts'
import type { Document } from '../../domain/document-fields.ts'
import { isOcrProgress, type TextState, type TextSummary } from '../../domain/text-state.ts'
import type { Io } from '../io.ts'
import { SYSTEM_TIME, type WaitingTime } from './waiting-time.ts'

/** A single text takes less (limits.extractionTime, 10 s by default), and so does a turn of OCR. */
const STALL_MS = 120_000
/** Behind many other scans the next turn comes late. So long is waited for it, while these get on (limits.ocrTime). */
const OTHERS_MS = 1_800_000
/** How often the service is asked for these, while no own document gets on. */
const LOOK_MS = 30_000
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
 * scan, or, for half an hour, with any other of its queue. No request counts as a view.
 * @param created the documents as they were created, with the names of their files
 */
export async function waitForTexts(
  api: Pick<Api, 'listDocuments' | 'getText'>,
  created: readonly { document: Document; name: string }[],
  io: Pick<Io, 'note' | 'signal'>,
  time: WaitingTime = SYSTEM_TIME,
): Promise<ReadTexts> {
  const texts = new Map<string, TextSummary>(created.map(({ document: { id, text } }) => [id, text]))
  const pending = (): Document[] =>
    created.flatMap(({ document }) => (texts.get(document.id)!.state === 'pending' ? [document] : []))

  const isStalled = createStall(api, time)
  const note = createNote(io, time)
  for (let pauseMs = FIRST_MS; !io.signal.aborted; pauseMs = Math.min(pauseMs * 2, LIMIT_MS)) {
    const left = pending()
    if (left.length === 0) break
    const reasons = left.map(({ id }) => texts.get(id)!.reason)
    if (await isStalled(reasons.join('\n'), left[0]!.id)) break
    note(reasons)
    await time.pause(pauseMs, io.signal)
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

/** Whether nothing gets on any more: no own document, and none that may be before them in the queue. */
function createStall(
  api: Pick<Api, 'getText'>,
  time: WaitingTime,
): (state: string, id: string) => Promise<boolean> {
  const own = createProgress(time, time.now())
  // What is seen first is no progress.
  const others = createProgress(time, -Infinity)
  let lookAt = 0
  let readAt = ''
  return async (state, id) => {
    const ownMs = own(state)
    if (ownMs < LOOK_MS || (ownMs <= STALL_MS && time.now() < lookAt)) return false
    lookAt = time.now() + LOOK_MS
    // Each process of the service has a time of its own: only a later one is progress.
    const seen = await queueReadAt(api, id)
    if (seen > readAt) readAt = seen
    const othersMs = others(readAt)
    return Math.min(ownMs, othersMs) > STALL_MS || ownMs > OTHERS_MS
  }
}

/**
 * @param at of `time`: when the first state began
 * @returns since when the state is the same, in milliseconds
 */
function createProgress(time: WaitingTime, at: number): (state: string) => number {
  let last: string | undefined
  return (state) => {
    if (last !== undefined && last !== state) at = time.now()
    last = state
    return time.now() - at
  }
}

/** When the service last read any text; '' where it has read none, or where the document is deleted. */
async function queueReadAt(api: Pick<Api, 'getText'>, id: string): Promise<string> {
  try {
    return (await api.getText(id)).queue_read_at ?? ''
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return ''
    throw error
  }
}

/** Says what is waited for when that takes long, and as soon as it is known to be OCR. */
function createNote(
  io: Pick<Io, 'note'>,
  time: WaitingTime,
): (reasons: readonly (string | undefined)[]) => void {
  let nextAt = time.now() + FIRST_NOTE_MS
  let saidOcr = false
  return (reasons) => {
    const now = time.now()
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
async function update(
  api: Pick<Api, 'listDocuments'>,
  left: readonly Document[],
  texts: Map<string, TextSummary>,
): Promise<void> {
  const ids = new Set(left.map(({ id }) => id))
  const [from] = left.map(({ created_at }) => created_at).sort() as [string]
  const filters = { created_by: left[0]!.created_by, created_from: from }
  // Often all but a few are still pending: those are fewer than all documents.
  for await (const { id, text } of api.listDocuments({ ...filters, text_state: 'pending' }))
    if (ids.delete(id)) texts.set(id, text)
  if (ids.size === 0) return
  for await (const { id, text } of api.listDocuments(filters)) if (ids.has(id)) texts.set(id, text)
}
