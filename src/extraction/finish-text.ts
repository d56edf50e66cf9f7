import type { TextPart } from '../domain/text-part.ts'
import type { Extraction, RawText } from './extraction.ts'
import { joinHyphenated } from './pdf/join-hyphenated.ts'
import { tidyText } from './tidy-text.ts'

const MAX_TITLE_CHARS = 300

function scanOf({ unread = [], inside = [], insideBeyond = 0 }: RawText): Pick<Extraction, 'scan'> {
  if (inside.length > 0) return { scan: { unread, inside, ...(insideBeyond > 0 && { insideBeyond }) } }
  return unread.length > 0 ? { scan: { unread } } : {}
}

/** Tidies what a reader found, joins broken words, leaves out parts without text, and cuts all parts together off at `maxChars`. */
export function finishText(raw: RawText, maxChars: number): Extraction {
  const parts: TextPart[] = []
  let { cut } = raw
  let left = maxChars
  for (const part of raw.parts) {
    if (left === 0) {
      cut ||= part.text.trim() !== ''
      continue
    }
    const { text: tidy, truncated } = tidyText(part.text, left)
    cut ||= truncated
    left -= tidy.length
    if (tidy === '') continue
    const { text, otherForms } = raw.isWrapped ? joinHyphenated(tidy) : { text: tidy, otherForms: '' }
    parts.push({ ...part, text, ...(otherForms !== '' && { otherForms }) })
  }
  const title = tidyText(raw.title ?? '', MAX_TITLE_CHARS).text.replaceAll(/\s+/g, ' ')
  const about = {
    ...(title !== '' && { title }),
    ...(raw.pages !== undefined && { pages: raw.pages }),
    ...scanOf(raw),
  }
  if (parts.length > 0) return { outcome: 'text', parts, cut, ...about }
  const reason = cut ? 'no text before the limits of reading' : (raw.emptyReason ?? 'empty')
  return cut ? { outcome: 'failed', reason, ...about } : { outcome: 'empty', reason, ...about }
}
