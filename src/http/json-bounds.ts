import { DomainError, invalidField } from '../domain/errors.ts'

/** More than any request of this interface needs, and little work to parse. */
const MAX_DEPTH = 32
const MAX_VALUES = 10_000
/** of a string in bytes, as it is written */
const MAX_STRING_BYTES = 64 * 1024
/** Everything outside of strings: blanks, and digits, which are slow to parse. */
const MAX_OTHER_BYTES = 256 * 1024
/** Fields whose strings may be as long as the body. */
const LONG_FIELDS = new Set(['content', 'signature_data'])
const MAX_NAME_BYTES = 64

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPENING = [0x7b, 0x5b]
const CLOSING = [0x7d, 0x5d]

/**
 * Checks JSON for what makes it expensive to parse, while it arrives (about 1 ns a byte). It accepts some text that is
 * not JSON, which the parser refuses.
 */
export class JsonBounds {
  /** names of the members of the outermost object so far, at most 64 bytes of each */
  readonly members = new Set<string>()
  #depth = 0
  #values = 1
  #others = 0
  /** of the member of the outermost object that is being read; undefined between members */
  #name: string | undefined
  #isInString = false
  #isEscaped = false
  /** bytes of the current or last string, and the first of them */
  #length = 0
  readonly #start = Buffer.alloc(MAX_NAME_BYTES)

  /** @throws DomainError payload-too-large, validation-failed naming a field with a long string */
  write(chunk: Uint8Array): void {
    let index = 0
    while (index < chunk.length) {
      if (this.#isInString) index = this.#readString(chunk, index)
      else this.#readOther(chunk[index++]!)
    }
  }

  /** @returns the index after the string, or after the chunk */
  #readString(chunk: Uint8Array, from: number): number {
    let index = from
    let isEscaped = this.#isEscaped
    for (; index < chunk.length; index++) {
      const byte = chunk[index]
      if (isEscaped) isEscaped = false
      else if (byte === BACKSLASH) isEscaped = true
      else if (byte === QUOTE) break
    }
    this.#isEscaped = isEscaped
    if (this.#length < MAX_NAME_BYTES)
      this.#start.set(
        chunk.subarray(from, Math.min(index, from + MAX_NAME_BYTES - this.#length)),
        this.#length,
      )
    this.#length += index - from
    if (this.#length > MAX_STRING_BYTES && !this.#mayBeLong()) {
      throw invalidField(this.#name ?? 'body', `must have no string of more than ${MAX_STRING_BYTES} bytes`)
    }
    if (index === chunk.length) return index
    this.#isInString = false
    return index + 1
  }

  #mayBeLong(): boolean {
    return this.#depth === 1 && this.#name !== undefined && LONG_FIELDS.has(this.#name)
  }

  #readOther(byte: number): void {
    if (byte === QUOTE) {
      this.#isInString = true
      this.#length = 0
    } else if (byte === COLON) {
      if (this.#depth === 1) {
        this.#name = this.#start.toString('utf8', 0, Math.min(this.#length, MAX_NAME_BYTES))
        this.members.add(this.#name)
      }
    } else if (byte === COMMA) {
      if (this.#depth === 1) this.#name = undefined
      this.#values++
    } else if (OPENING.includes(byte)) {
      this.#depth++
      this.#values++
    } else if (CLOSING.includes(byte)) this.#depth--
    this.#others++
    if (this.#depth > MAX_DEPTH) throw tooComplex(`nested deeper than ${MAX_DEPTH} levels`)
    if (this.#values > MAX_VALUES) throw tooComplex(`more than ${MAX_VALUES} values`)
    if (this.#others > MAX_OTHER_BYTES)
      throw tooComplex(`more than ${MAX_OTHER_BYTES} bytes beside its strings`)
  }
}

const tooComplex = (what: string): DomainError =>
  new DomainError('payload-too-large', `the body is too complex: ${what}`)
