import { decodeCodepage } from './encodings/codepage.ts'
import type { Storage } from './compound-file.ts'

const CODEPAGE = 1
const TITLE = 2
const TYPE_BYTES = 0x1e
const TYPE_UNICODE = 0x1f

/** The title in the summary of a file of Office from before 2007 (MS-OLEPS, 2.21); undefined if there is none. */
export function readSummaryTitle(root: Storage): string | undefined {
  try {
    const summary = root.stream('\u0005SummaryInformation')
    return summary && titleOf(summary.subarray(summary.readUInt32LE(44)))
  } catch {
    // It is beside the text: a damaged one costs nothing else.
    return undefined
  }
}

function titleOf(section: Buffer): string | undefined {
  const offsets = new Map<number, number>()
  const count = Math.min(section.readUInt32LE(4), 100)
  for (let n = 0; n < count; n++)
    offsets.set(section.readUInt32LE(8 + n * 8), section.readUInt32LE(12 + n * 8))
  const at = offsets.get(TITLE)
  if (at === undefined) return undefined
  const codepageAt = offsets.get(CODEPAGE)
  const codepage = codepageAt === undefined ? 1252 : section.readUInt16LE(codepageAt + 4)
  const type = section.readUInt32LE(at)
  if (type !== TYPE_BYTES && type !== TYPE_UNICODE) return undefined
  const size = Math.min(1_000, section.readUInt32LE(at + 4) * (type === TYPE_UNICODE ? 2 : 1))
  const bytes = section.subarray(at + 8, at + 8 + size)
  const title = decodeCodepage(bytes, type === TYPE_UNICODE ? 1200 : codepage)
  return title.split('\0', 1)[0]
}
