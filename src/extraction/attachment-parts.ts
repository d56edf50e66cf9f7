import type { TextPart } from '../domain/text-part.ts'
import { type Extraction, type ReadingLimits, UnreadableContent } from './extraction.ts'

/** A file within a document. */
export interface Attachment {
  filename: string
  /** @throws UnreadableContent, which costs only the attachment */
  read(limits: ReadingLimits): Promise<Extraction>
}

const MAX_ATTACHMENTS = 100

/**
 * A part for each attachment, with its name and, if its format is read, its text.
 * @param maxChars UTF-16 code units of all of them
 * @param stopAt of performance.now()
 * @returns `cut` when a limit left something out
 */
export async function attachmentParts(
  attachments: readonly Attachment[],
  { maxChars, stopAt }: { maxChars: number; stopAt: number },
): Promise<{ parts: TextPart[]; cut: boolean }> {
  const parts: TextPart[] = []
  let left = maxChars
  let cut = attachments.length > MAX_ATTACHMENTS
  for (const { filename, read } of attachments.slice(0, MAX_ATTACHMENTS)) {
    const softTimeoutMs = stopAt - performance.now()
    if (left <= 0 || softTimeoutMs <= 0) return { parts, cut: true }
    const extraction = await read({ maxOutputChars: left, softTimeoutMs }).catch(failedBecause)
    if (extraction.outcome === 'text') cut ||= extraction.cut
    const texts = extraction.outcome === 'text' ? extraction.parts.map(({ text }) => text) : []
    const text = [filename, ...texts].join('\n\n')
    left -= text.length
    parts.push({ text })
  }
  return { parts, cut }
}

function failedBecause(error: unknown): Extraction {
  if (error instanceof UnreadableContent) return { outcome: 'failed', reason: error.message }
  throw error
}
