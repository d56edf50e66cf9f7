import type { Extraction } from './extraction.ts'
import { imageFormatOf } from './ocr/scan-image.ts'

/** What the operator can do about images; after it, `docmgr reindex --text empty` has those read that are there. */
export const OCR_HINT = 'to have it read, set extraction.ocr to auto'

/** The extraction of bytes that no reader is for. */
export function withoutText(start: Uint8Array): Extraction {
  const reason = imageFormatOf(start) === undefined ? 'not a format with text' : `an image: ${OCR_HINT}`
  return { outcome: 'empty', reason }
}
