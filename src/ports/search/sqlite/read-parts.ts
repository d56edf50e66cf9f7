import { inflateRawSync } from 'node:zlib'
import type { IndexFile } from './index-file.ts'
import type { TextPart } from '../../../domain/text-part.ts'
import type { PassageRange } from './write-document.ts'

export const inflate = (text: Uint8Array): string => inflateRawSync(text).toString()

/** Reads the text of a document as the parts that it was written with. */
export function createPartsReader(database: IndexFile): (rowid: number, range: PassageRange) => TextPart[] {
  const passages = database.prepare(
    'select page, text from passages where rowid > ? and rowid <= ? order by rowid',
  )
  const otherForms = database.prepare('select parts from other_forms where rowid = ?')
  return (rowid, { first, count }) => {
    const parts: TextPart[] = []
    for (const { page, text } of passages.all(first, first + count) as {
      page: number | null
      text: Uint8Array
    }[]) {
      const last = parts.at(-1)
      if (last !== undefined && (last.page ?? null) === page) last.text += inflate(text)
      else parts.push({ ...(page !== null && { page }), text: inflate(text) })
    }
    const others = otherForms.get(rowid) as { parts: string } | undefined
    return others === undefined ? parts : [...parts, ...(JSON.parse(others.parts) as TextPart[])]
  }
}
