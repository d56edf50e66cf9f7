import { UnreadableContent } from '../extraction.ts'

const HEADER_BYTES = 16
const COMPRESSED = 0x75465a4c
const UNCOMPRESSED = 0x414c454d
const WINDOW = 4096
/** The window at the beginning (MS-OXRTFCP, 2.1.3.1.1). */
const INITIAL =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript ' +
  '\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par ' +
  '\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx'

/**
 * Decompresses the body of an Outlook message in RTF (MS-OXRTFCP), at most `maxBytes` of it.
 * @throws UnreadableContent
 */
export function decompressRtf(bytes: Buffer, maxBytes: number): Buffer {
  if (bytes.length < HEADER_BYTES) throw new UnreadableContent('malformed body in RTF')
  const type = bytes.readUInt32LE(8)
  if (type === UNCOMPRESSED) return bytes.subarray(HEADER_BYTES)
  if (type !== COMPRESSED) throw new UnreadableContent('malformed body in RTF')
  const window = Buffer.alloc(WINDOW, ' ')
  let end = window.write(INITIAL, 'latin1')
  // The stated size may lie; a reference of two bytes gives at most 17.
  const result = Buffer.alloc(Math.min(bytes.readUInt32LE(4), maxBytes, bytes.length * 9))
  let written = 0
  const put = (byte: number): void => {
    result[written++] = byte
    window[end] = byte
    end = (end + 1) % WINDOW
  }
  let at = HEADER_BYTES
  while (at < bytes.length && written < result.length) {
    const flags = bytes[at++]!
    for (let bit = 0; bit < 8 && at < bytes.length && written < result.length; bit++) {
      if ((flags & (1 << bit)) === 0) {
        put(bytes[at++]!)
        continue
      }
      const reference = (bytes[at]! << 8) | (bytes[at + 1] ?? 0)
      at += 2
      const offset = reference >> 4
      if (offset === end) return result.subarray(0, written)
      for (let n = 0; n < (reference & 15) + 2 && written < result.length; n++)
        put(window[(offset + n) % WINDOW]!)
    }
  }
  return result.subarray(0, written)
}
