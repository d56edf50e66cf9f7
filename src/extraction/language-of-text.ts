import type { TextPart } from '../domain/text-part.ts'
import { type Language, loadLanguageDetector } from '../runtime/detect-language.ts'

/** UTF-16 code units of one sample, and how many samples are taken of a long text. */
const SAMPLE_UNITS = 1_000
const MAX_SAMPLES = 8

/** The language of most samples from all over a text; undefined where it is not certain. */
export async function languageOfText(parts: readonly TextPart[]): Promise<Language | undefined> {
  const detect = await loadLanguageDetector()
  const counts = new Map<Language, number>()
  for (const sample of samplesOf(parts)) {
    const { certain } = detect(sample)
    if (certain !== undefined) counts.set(certain, (counts.get(certain) ?? 0) + 1)
  }
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0]
}

/** A part is a page at most, or the whole text, so both the parts and each of them are sampled. */
function samplesOf(parts: readonly TextPart[]): string[] {
  const step = Math.ceil(parts.length / MAX_SAMPLES)
  const chosen = parts.filter((_, number) => number % step === 0)
  const samplesOfPart = Math.floor(MAX_SAMPLES / chosen.length)
  return chosen.flatMap(({ text }) => {
    const count = Math.min(samplesOfPart, Math.ceil(text.length / SAMPLE_UNITS))
    return Array.from({ length: count }, (_, number) => {
      const start = Math.floor((number * text.length) / count)
      return text.slice(start, start + SAMPLE_UNITS)
    })
  })
}
