/** ISO 639-1 */
export type Language = string

export interface DetectedLanguage {
  /** undefined where a text is too short or its language is not certain */
  certain: Language | undefined
  /** the certain one, or those that it may be */
  likely: readonly Language[]
}

/** UTF-16 code units of a text that are looked at. */
const SAMPLE_UNITS = 500
/** Shorter texts say too little. */
const MIN_UNITS = 20
const MAX_LIKELY = 3

/** Loads the detector: 230 ms and 30 MB, so only where texts are read or analysed. */
export async function loadLanguageDetector(): Promise<(text: string) => DetectedLanguage> {
  const { eld } = await import('eld/extrasmall')
  return (text) => {
    const detected = eld.detect(text.slice(0, SAMPLE_UNITS))
    if (text.length >= MIN_UNITS && detected.language !== '' && detected.isReliable())
      return { certain: detected.language, likely: [detected.language] }
    const scores = Object.entries(detected.getScores()).sort(([, one], [, other]) => other - one)
    return { certain: undefined, likely: scores.slice(0, MAX_LIKELY).map(([language]) => language) }
  }
}
