import { UnreadableContent } from './extraction.ts'
import { createTextSink } from './text-sink.ts'
import { pushWordprocessingText } from './wordprocessing-text.ts'
import { readZip, writeStoredZip, type ZipEntry } from './zip.ts'

const limits = { maxEntries: 10_000, maxBytes: 64 * 1024 * 1024 }

/** mammoth builds trees: a megabyte of XML takes it a second and 50 MB. */
const maxTreeBytes = 512 * 1024

/** Pictures, fonts and embedded files are left packed. */
const wanted = (name: string) => /\.(?:xml|rels)$/i.test(name) && !/^(?:customXml|docProps)\//.test(name)
const isBody = (name: string) => name === 'word/document.xml'
/** mammoth leaves these out of the raw text. */
const isNotes = (name: string) => /^word\/(?:footnotes|endnotes)\.xml$/.test(name)

/**
 * The text of a DOCX file: its body (by mammoth, if it is of the usual size), then its notes. mammoth
 * inflates whatever the archive holds, so it is given an archive of what was inflated here within the limits.
 * @param maxChars UTF-16 code units
 * @throws UnreadableContent
 */
export async function docxText(
  bytes: Uint8Array,
  maxChars: number,
): Promise<{ text: string; truncated: boolean }> {
  // Compound File Binary: Word before 2007, or an encrypted file of today (MS-OFFCRYPTO).
  if (Buffer.from(bytes.subarray(0, 4)).toString('hex') === 'd0cf11e0') {
    throw new UnreadableContent('encrypted, or a Word file from before 2007')
  }
  const parts = readZip(bytes, wanted, limits)
  const sink = createTextSink(maxChars)
  const isLarge = parts.reduce((sum, part) => sum + part.bytes.length, 0) > maxTreeBytes
  if (!isLarge) sink.push(await treeText(parts))
  else parts.filter(({ name }) => isBody(name)).forEach((part) => pushPart(part))
  sink.push('\n')
  parts.filter(({ name }) => isNotes(name)).forEach((part) => pushPart(part))
  return { text: sink.text(), truncated: sink.full }

  function pushPart(part: ZipEntry): void {
    pushWordprocessingText(Buffer.from(part.bytes).toString('utf8'), sink)
  }
}

async function treeText(parts: ZipEntry[]): Promise<string> {
  const { default: mammoth } = await import('mammoth')
  try {
    const { value } = await mammoth.extractRawText({ buffer: writeStoredZip(parts) })
    return value
  } catch (error) {
    throw new UnreadableContent(`malformed DOCX: ${String(error).slice(0, 200)}`)
  }
}
