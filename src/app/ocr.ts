import type { Ocr } from '../extraction/ocr/ocr.ts'
import type { Base } from './base.ts'

/**
 * What reads the text of images, where extraction.ocr is on. Its code is loaded only there.
 * @throws Error that names the setting when language data is missing
 */
export async function openOcr(
  { config: { extraction, limits }, metrics }: Pick<Base, 'config' | 'metrics'>,
  concurrency: number,
): Promise<Ocr | undefined> {
  if (extraction.ocr === 'off') return undefined
  const [{ createOcr }, { findLanguages }] = await Promise.all([
    import('../extraction/ocr/ocr.ts'),
    import('../extraction/ocr/language-data.ts'),
  ])
  const languages = await findLanguages(extraction.ocrLanguages, extraction.ocrData)
  const pages = metrics.counter('docmgr_ocr_pages_total', 'Pages whose images OCR has read, by outcome', [
    'outcome',
  ])
  return createOcr({
    languages,
    limits: {
      maxPages: limits.ocrPages,
      maxTimeMs: limits.ocrTime,
      maxMemoryMb: limits.extractionMemory,
      concurrency,
    },
    onPage: (outcome) => pages.inc({ outcome }),
  })
}
