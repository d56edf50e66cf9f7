import { z } from 'zod'
import { whole } from './whole.ts'

const LANGUAGE_RULE = 'must be names of language data such as eng, deu, chi_sim'

/** The settings of reading texts. */
export const extraction = z
  .strictObject({
    ocr: z
      .enum(['off', 'auto'], 'must be off or auto')
      .default('off')
      .describe(
        'auto: the text of images, also in documents, and of pages of PDF that have none is read by OCR',
      ),
    ocrLanguages: z
      .array(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{1,31}$/, LANGUAGE_RULE), 'must be a list of languages')
      .min(1, 'must name at least one language')
      .max(10, 'must name at most 10 languages')
      .default(['eng'])
      .describe('languages of OCR, the most frequent first; each makes it slower'),
    ocrData: z
      .string('must be the path of a folder')
      .min(1, 'must be the path of a folder')
      .optional()
      .describe(
        'folder with LANGUAGE.traineddata of other languages than eng, such as /usr/share/tesseract-ocr/5/tessdata',
      ),
  })
  .prefault({})

/** Those of `limits` that are about it. */
export const extractionLimits = {
  extractionTime: whole(100, 600_000)
    .default(10_000)
    .describe('maximum milliseconds for extracting the text of a document'),
  extractionMemory: whole(32, 65_536)
    .default(256)
    .describe('maximum megabytes of memory for extracting the text of a document'),
  ocrPages: whole(1, 10_000)
    .default(300)
    .describe('maximum number of pages and images of a document that OCR reads'),
  ocrTime: whole(1_000, 86_400_000)
    .default(1_800_000)
    .describe('maximum milliseconds that OCR takes for a document'),
}
