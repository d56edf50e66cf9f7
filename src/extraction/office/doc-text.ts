import { decodeCodepage } from '../encodings/codepage.ts'
import { openCompoundFile } from '../compound-file.ts'
import { type RawText, type ReadingLimits, UnreadableContent } from '../extraction.ts'
import { readSummaryTitle } from '../summary-title.ts'
import { createTextSink, type TextSink } from '../text-sink.ts'

/** The version of the file format in the FIB: Word 97, and Word 6. */
const WORD_97 = 0xc1
const WORD_6 = 101

/** Characters with a meaning of their own (MS-DOC, 2.4.1). Pictures, notes and comments leave nothing. */
const CHARACTERS: Record<string, string> = {
  '\x07': '\t',
  '\x09': '\t',
  '\x0a': '\n',
  '\x0b': '\n',
  '\x0c': '\n',
  '\x0d': '\n',
  '\x0e': '\n',
  '\x1e': '-',
  '\xa0': ' ',
}

const SPECIAL = /^[\p{Cc}\xa0]$/u

/**
 * The text of a Word document from before 2007 (MS-DOC; Word 6 and later): the body, then notes, headers and footers, comments and text
 * boxes, as the file has them one after the other. Fields show their result. Deleted text of tracked changes is included.
 * @throws UnreadableContent
 */
export function docText(bytes: Uint8Array, { maxOutputChars }: ReadingLimits): RawText {
  const root = openCompoundFile(bytes)
  const word = root.stream('WordDocument')
  if (word === undefined || word.length < 0x200) throw new UnreadableContent('malformed Word document')
  const flags = word.readUInt16LE(0x0a)
  if ((flags & 0x0100) !== 0) throw new UnreadableContent('encrypted: the Word document needs a password')
  const version = word.readUInt16LE(2)
  if (version < WORD_6) throw new UnreadableContent('a Word document from before Word 6, which is not read')
  const sink = createTextSink(maxOutputChars * 2)
  const push = createFieldFilter(sink)
  try {
    for (const text of version < WORD_97 ? oldTexts(word) : texts(word, root.stream(tableName(flags)))) {
      push(text)
      if (sink.full) break
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UnreadableContent('malformed Word document')
  }
  const title = readSummaryTitle(root)
  return { parts: [{ text: sink.text() }], cut: sink.full, ...(title !== undefined && { title }) }
}

const tableName = (flags: number): string => ((flags & 0x0200) === 0 ? '0Table' : '1Table')

/** The pieces of text, in the order of the document (MS-DOC, 2.4.1). */
function* texts(word: Buffer, table: Buffer | undefined): Generator<string> {
  if (table === undefined) throw new UnreadableContent('malformed Word document')
  const clx = table.subarray(word.readUInt32LE(0x1a2), word.readUInt32LE(0x1a2) + word.readUInt32LE(0x1a6))
  const pieces = pieceTable(clx)
  const count = Math.floor((pieces.length - 4) / 12)
  // Pieces do not overlap, unless somebody wants to keep the reader busy.
  let left = word.length
  for (let n = 0; n < count; n++) {
    const length = pieces.readUInt32LE(n * 4 + 4) - pieces.readUInt32LE(n * 4)
    const position = pieces.readUInt32LE((count + 1) * 4 + n * 8 + 2)
    if (length <= 0) continue
    if ((left -= length) < 0) throw new UnreadableContent('malformed Word document')
    // Bit 30: one byte a character, in windows-1252 and at half of the position.
    const start = position & 0x3fffffff
    if ((position & 0x40000000) !== 0)
      yield decodeCodepage(word.subarray(start >> 1, (start >> 1) + length), 1252)
    else yield word.toString('utf16le', start, start + length * 2)
  }
}

/** The table of pieces behind the changes of formatting that precede it. */
function pieceTable(clx: Buffer): Buffer {
  let at = 0
  while (clx[at] === 1) at += 3 + clx.readUInt16LE(at + 1)
  if (clx[at] !== 2) throw new UnreadableContent('malformed Word document')
  return clx.subarray(at + 5, at + 5 + clx.readUInt32LE(at + 1))
}

/** Word 6 and 95: all text in one run of bytes, in the code page of the language. */
function* oldTexts(word: Buffer): Generator<string> {
  const start = word.readUInt32LE(0x18)
  const end = Math.min(word.readUInt32LE(0x1c), word.length)
  const isFarEast = (word.readUInt16LE(0x0a) & 0x4000) !== 0
  yield decodeCodepage(word.subarray(start, end), isFarEast ? 932 : 1252)
}

/** Leaves out the instructions of fields, which stand between 0x13 and 0x14; 0x15 ends a field. */
function createFieldFilter(sink: TextSink): (text: string) => void {
  /** For each open field, whether its instructions are over. */
  const fields: boolean[] = []
  let hidden = 0
  return (text) => {
    for (const [token] of text.matchAll(/[\p{Cc}\xa0]|[^\p{Cc}\xa0]+/gu)) {
      if (token === '\x13') {
        fields.push(false)
        hidden++
      } else if (token === '\x14') {
        if (fields.pop() === false) hidden--
        fields.push(true)
      } else if (token === '\x15') {
        if (fields.pop() === false) hidden--
      } else if (hidden === 0) sink.push(SPECIAL.test(token) ? (CHARACTERS[token] ?? '') : token)
    }
  }
}
