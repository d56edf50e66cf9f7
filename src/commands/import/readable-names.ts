import { isUtf8 } from 'node:buffer'
import { decodeText, encodingOfLabel } from '../../extraction/encodings/decode-text.ts'
import { detectEncoding } from '../../extraction/encodings/detect-encoding.ts'

/** The path of a file for people. */
export interface ReadableName {
  text: string
  /** that a part of it is in which is not UTF-8 */
  encoding?: string
}

const SLASH = 0x2f
/** Of bytes that are nothing in the encoding: each is a character. */
const LAST_RESORT = 'latin1'
const FREQUENT = 'windows-1252'

/**
 * File systems keep names as bytes and do not know their encoding. Those that are not UTF-8 were mostly copied from one
 * system, so they tell it together.
 * @param paths with `/` between their parts, of which some can be UTF-8 and some not
 * @param given the encoding, where it is known
 */
export async function readableNames(paths: readonly Buffer[], given?: string): Promise<ReadableName[]> {
  const others = new Map<string, Buffer>()
  for (const path of paths)
    for (const part of partsOf(path)) if (!isUtf8(part)) others.set(part.toString('latin1'), part)
  if (others.size === 0) return paths.map((path) => ({ text: path.toString() }))
  const encoding = await encodingOf(joined([...others.values()]), given)

  const decode = (part: Buffer): ReadableName => {
    if (isUtf8(part)) return { text: part.toString() }
    const text = decodeText(part, encoding)
    return text.includes('\ufffd')
      ? { text: part.toString(LAST_RESORT), encoding: LAST_RESORT }
      : { text, encoding }
  }
  return paths.map((path) => {
    const parts = partsOf(path).map(decode)
    const read = parts.find((part) => part.encoding !== undefined)?.encoding
    return { text: parts.map(({ text }) => text).join('/'), ...(read !== undefined && { encoding: read }) }
  })
}

/** Of several encodings in which the names read the same, the most frequent one is reported. */
async function encodingOf(names: Buffer, given: string | undefined): Promise<string> {
  const encoding = encodingOfLabel(given ?? (await detectEncoding(names))) ?? LAST_RESORT
  return given === undefined && decodeText(names, FREQUENT) === decodeText(names, encoding)
    ? FREQUENT
    : encoding
}

function partsOf(path: Buffer): Buffer[] {
  const parts: Buffer[] = []
  let start = 0
  for (let end = path.indexOf(SLASH); end !== -1; end = path.indexOf(SLASH, start)) {
    parts.push(path.subarray(start, end))
    start = end + 1
  }
  return [...parts, path.subarray(start)]
}

const joined = (names: readonly Buffer[]): Buffer =>
  Buffer.concat(names.flatMap((name) => [name, Buffer.from('\n')]))
