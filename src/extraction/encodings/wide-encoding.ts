import { decodeText } from './decode-text.ts'

const SAMPLE_BYTES = 4096

const MARKS: [encoding: string, mark: number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  // Before UTF-16, whose mark UTF-32LE begins with.
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/** The encoding by the byte order mark, if what follows can be text: MP3 and others begin with the same bytes. */
export function markedEncodingOf(bytes: Uint8Array): string | undefined {
  const marked = MARKS.filter(([, mark]) => mark.every((byte, at) => bytes[at] === byte))
  return marked.find(([encoding]) => encoding === 'utf-8' || isReadable(bytes, encoding))?.[0]
}

/**
 * The encoding by the byte order mark; without one UTF-16 or UTF-32, as far as the places of NUL show it (XML 1.0,
 * appendix F): no other encoding of text has NUL.
 */
export function unicodeEncodingOf(bytes: Uint8Array): string | undefined {
  const marked = markedEncodingOf(bytes)
  if (marked !== undefined) return marked
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  if (!sample.includes(0)) return undefined
  return candidates(sample).find((encoding) => isReadable(sample, encoding))
}

/** Encodings with NUL in the places where the sample has them. */
function candidates(sample: Uint8Array): string[] {
  const zeros = [0, 0, 0, 0]
  for (let at = 0; at < sample.length; at++) if (sample[at] === 0) zeros[at % 4]!++
  const [z0, z1, z2, z3] = zeros as [number, number, number, number]
  const quarter = Math.floor(sample.length / 4)
  if (z2 === quarter && z3 === quarter && z0 < quarter) return ['utf-32le']
  if (z0 === quarter && z1 === quarter && z3 < quarter) return ['utf-32be']
  const even = z0 + z2
  const odd = z1 + z3
  return odd > even * 8 ? ['utf-16le'] : even > odd * 8 ? ['utf-16be'] : []
}

/** At most a hundredth is invalid, a control character, unassigned or private. */
function isReadable(bytes: Uint8Array, encoding: string): boolean {
  const width = encoding.startsWith('utf-32') ? 4 : 2
  const length = Math.min(bytes.length, SAMPLE_BYTES)
  const text = decodeText(bytes.subarray(0, length - (length % width)), encoding)
  const odd = text.match(/[\p{Cn}\p{Co}\ufffd]|[^\P{Cc}\t-\r]/gu)?.length ?? 0
  // A character beyond the BMP may be cut in half by the end of the sample.
  return odd <= Math.max(text.length / 100, length < bytes.length || length >= SAMPLE_BYTES ? 1 : 0)
}
