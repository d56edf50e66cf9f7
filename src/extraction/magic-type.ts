import { fileTypeFromBuffer } from 'file-type'

/** The header of a PDF may be preceded by up to 1,024 bytes (ISO 32000-1, annex H, implementation note 13). */
const PDF_HEADER = /%PDF-\d\.\d\s/
const PDF_OBJECT = /\s\d+ \d+ obj\b/

/**
 * The media type by the first bytes of a binary format (package file-type; PDF also after other bytes); undefined for
 * text formats.
 */
export async function magicTypeOf(bytes: Uint8Array): Promise<string | undefined> {
  try {
    return (await fileTypeFromBuffer(bytes))?.mime ?? (isPdf(bytes) ? 'application/pdf' : undefined)
  } catch {
    return undefined
  }
}

/** A header of a PDF alone does not make one: a text can be about it, and even show a beginning of one. */
export function isPdf(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 4096)).toString('latin1')
  const header = PDF_HEADER.exec(start.slice(0, 1032))
  return header !== null && PDF_OBJECT.test(start.slice(header.index))
}
