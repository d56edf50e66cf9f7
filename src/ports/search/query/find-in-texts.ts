import { setImmediate } from 'node:timers/promises'
import { loadLanguageDetector } from '../../../runtime/detect-language.ts'
import type { FindInTexts } from '../port.ts'
import type { Span } from './emphasize.ts'
import { createMatchFinder } from './find-matches.ts'
import { planQuery } from './plan-query.ts'
import { requireQuery } from './require-query.ts'

/** Of all texts together, in UTF-16 code units: about 0.1 s. What is behind them is not looked at. */
const MAX_UNITS = 1_000_000
/** What is looked at before other requests have their turn: some milliseconds. */
const SLICE_UNITS = 50_000
/** Texts whose languages count, such as the first pages. */
const SAMPLED = 20

/** By the analysis of an index, without one: misspelled words that a search has found anyway are not found here. */
export const findInTexts: FindInTexts = async (q, texts) => {
  const tree = requireQuery(q)
  const detect = await loadLanguageDetector()
  const languages = [...new Set(texts.slice(0, SAMPLED).flatMap((text) => detect(text).likely))]
  const plan = await planQuery(tree, languages)
  const { inText } = await createMatchFinder(plan, languages)
  const found: Span[][] = []
  let left = MAX_UNITS
  for (const text of texts) {
    const spans: Span[] = []
    for (let start = 0; start < text.length && left > 0;) {
      const end = endOfSlice(text, start + Math.min(SLICE_UNITS, left))
      for (const span of inText(text.slice(start, end)))
        spans.push({ start: start + span.start, end: start + span.end })
      left -= end - start
      start = end
      await setImmediate()
    }
    found.push(spans)
  }
  return found
}

/** Behind the next white space, so that no word is cut. */
function endOfSlice(text: string, near: number): number {
  if (near >= text.length) return text.length
  const gap = text.slice(near, near + SLICE_UNITS).search(/\s/)
  return gap === -1 ? Math.min(near + SLICE_UNITS, text.length) : near + gap + 1
}
