import { eld } from 'eld/small'

/** ISO 639-1 */
export type Language = string

/** Characters of a text that are looked at. */
const SAMPLE_UNITS = 2_000
/** Shorter texts say too little. */
const MIN_UNITS = 20

/** Undefined where a text is too short or its language is not certain. */
export function detectLanguage(text: string): Language | undefined {
  if (text.length < MIN_UNITS) return undefined
  const detected = eld.detect(text.slice(0, SAMPLE_UNITS))
  return detected.language !== '' && detected.isReliable() ? detected.language : undefined
}
