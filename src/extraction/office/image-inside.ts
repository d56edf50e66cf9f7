import type { ImageStep } from '../extraction.ts'
import { readPackagePart } from './office-package.ts'
import { rtfImage } from './rtf-images.ts'

/** The bytes of an image in a document. @throws UnreadableContent */
export const imageInside = (bytes: Uint8Array, { format, image }: ImageStep): Uint8Array =>
  format === 'rtf' ? rtfImage(bytes, image) : readPackagePart(bytes, image)
