import { canDecode } from './decode-text.ts'

const SAMPLE_BYTES = 64 * 1024
/** Below it, an encoding of the web is more likely than one of DOS or the Macintosh. */
const CONFIDENT = 0.06
const FALLBACK = 'windows-1252'

/** Guesses the encoding of a text (package jschardet) that declares none and is not Unicode. It takes some 100 ms. */
export async function detectEncoding(bytes: Uint8Array): Promise<string> {
  const { chardet } = await import('jschardet')
  const { detect, EncodingEra } = chardet
  const sample = sampleOf(bytes)
  const best = detect(sample, { encodingEra: EncodingEra.ALL & ~EncodingEra.MAINFRAME })
  const { encoding } =
    best.confidence < CONFIDENT ? detect(sample, { encodingEra: EncodingEra.MODERN_WEB }) : best
  return encoding !== null && canDecode(encoding) ? encoding : FALLBACK
}

/** How much is kept around a byte beyond ASCII: about a word. */
const CONTEXT = 16

/** Without long runs of ASCII, in which the few other bytes of a mostly English text would not count. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const sample = Buffer.alloc(Math.min(bytes.length, SAMPLE_BYTES))
  let length = 0
  let lastHigh = -Infinity
  let taken = 0
  for (let at = 0; at < bytes.length && length < sample.length; at++) {
    if (bytes[at]! >= 0x80) {
      const before = bytes.subarray(Math.max(taken, at - CONTEXT), at)
      sample.set(before.subarray(0, sample.length - length), length)
      length = Math.min(length + before.length, sample.length)
      lastHigh = at
    } else if (at - lastHigh > CONTEXT) continue
    if (length < sample.length) sample[length++] = bytes[at]!
    taken = at + 1
  }
  return sample.subarray(0, length)
}
