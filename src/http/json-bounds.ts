import { DomainError, invalidField } from '../domain/errors.ts'

/** More than any request of this interface needs, and little work to parse. */
const MAX_DEPTH = 32
const MAX_VALUES = 10_000
/** of a string in bytes, as it is written */
const MAX_STRING_BYTES = 64 * 1024
/** Fields whose strings may be as long as the body. */
const LONG_FIELDS = new Set(['content', 'signature_data'])

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPENING = new Set([0x7b, 0x5b])
const CLOSING = new Set([0x7d, 0x5d])

/**
 * Checks JSON for what makes it expensive to parse, in one pass over its bytes (about 1 ns each). It accepts some text
 * that is not JSON, which the parser refuses.
 * @throws DomainError payload-too-large, validation-failed naming a field with a long string
 */
export function checkJsonBounds(bytes: Uint8Array): void {
  let depth = 0
  let values = 1
  /** of the member of the outermost object; undefined between members */
  let name: string | undefined
  let last: Uint8Array | undefined
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]!
    if (byte === QUOTE) {
      const end = endOfString(bytes, index + 1)
      last = bytes.subarray(index + 1, end)
      if (last.length > MAX_STRING_BYTES && !(depth === 1 && name !== undefined && LONG_FIELDS.has(name))) {
        throw invalidField(name ?? 'body', `must have no string of more than ${MAX_STRING_BYTES} bytes`)
      }
      index = end
    } else if (byte === COLON && depth === 1) name = last && Buffer.from(last).toString().slice(0, 100)
    else if (byte === COMMA) {
      if (depth === 1) name = undefined
      values++
    } else if (OPENING.has(byte)) {
      depth++
      values++
    } else if (CLOSING.has(byte)) depth--
    if (depth > MAX_DEPTH) throw tooComplex(`nested deeper than ${MAX_DEPTH} levels`)
    if (values > MAX_VALUES) throw tooComplex(`more than ${MAX_VALUES} values`)
  }
}

/** The index of the quote that ends the string, or the end of the text. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let index = start; index < bytes.length; index++) {
    const byte = bytes[index]
    if (byte === QUOTE) return index
    if (byte === BACKSLASH) index++
  }
  return bytes.length
}

const tooComplex = (what: string): DomainError =>
  new DomainError('payload-too-large', `the body is too complex: ${what}`)
