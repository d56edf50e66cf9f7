import { UnreadableContent } from './extraction.ts'
import { readZip, writeStoredZip } from './zip.ts'

const limits = { maxEntries: 10_000, maxBytes: 32 * 1024 * 1024 }

/** Pictures, fonts and embedded files are left packed. */
const wanted = (name: string) => /\.(?:xml|rels)$/i.test(name) && !/^(?:customXml|docProps)\//.test(name)

/**
 * The text of a DOCX file (mammoth). mammoth inflates whatever the archive holds, so it is given a new archive
 * of what was inflated here within the limits.
 * @throws UnreadableContent
 */
export async function docxText(bytes: Uint8Array): Promise<{ text: string; truncated: boolean }> {
  // Compound File Binary: Word before 2007, or an encrypted file of today (MS-OFFCRYPTO).
  if (Buffer.from(bytes.subarray(0, 4)).toString('hex') === 'd0cf11e0') {
    throw new UnreadableContent('encrypted, or a Word file from before 2007')
  }
  const entries = readZip(bytes, wanted, limits)
  const { default: mammoth } = await import('mammoth')
  try {
    const { value } = await mammoth.extractRawText({ buffer: writeStoredZip(entries) })
    return { text: value, truncated: false }
  } catch (error) {
    throw new UnreadableContent(`malformed DOCX: ${String(error).slice(0, 200)}`)
  }
}
