import type { Config } from '../../config/schema.ts'
import { findLanguages } from '../../extraction/ocr/language-data.ts'
import type { Checks } from './finding.ts'

/** What reads the text of images. */
export function checksOfOcr({ extraction: { ocr, ocrLanguages, ocrData } }: Config): Checks {
  return {
    OCR: async () => {
      if (ocr === 'off') return { state: 'ok', detail: 'off: the text of images is not read' }
      const languages = await findLanguages(ocrLanguages, ocrData)
      return { state: 'ok', detail: languages.map(({ name, file }) => `${name} (${file})`).join(', ') }
    },
  }
}
