import type { IndexFile } from './index-file.ts'
import type { TextPart } from '../../../domain/text-part.ts'
import { decompress } from './compress.ts'
import type { PassageRange } from './write-document.ts'

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
      if (last !== undefined && (last.page ?? null) === page) last.text += decompress(text)
      else parts.push({ ...(page !== null && { page }), text: decompress(text) })
    }
    const others = otherForms.get(rowid) as { parts: string } | undefined
    return others === undefined ? parts : [...parts, ...(JSON.parse(others.parts) as TextPart[])]
  }
}
