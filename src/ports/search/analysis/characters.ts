/**
 * A property of characters, by code point. Each is looked up once: texts have few different characters, and regular
 * expressions over Unicode's properties take most of the time of an analysis otherwise.
 * @param lookUp at most 254
 */
export function propertyOf(lookUp: (character: string) => number): (codePoint: number) => number {
  const known = new Uint8Array(0x110000)
  return (codePoint) => {
    const value = known[codePoint]!
    if (value > 0) return value - 1
    return (known[codePoint] = lookUp(String.fromCodePoint(codePoint)) + 1) - 1
  }
}

/** UTF-16 code units of a character. */
export const unitsOf = (codePoint: number): 1 | 2 => (codePoint > 0xffff ? 2 : 1)

/** Tab, line feed and the like, and the space; not the no-break space and its relatives. */
export const isBlank = (unit: number): boolean => unit === 0x20 || (unit >= 0x09 && unit <= 0x0d)
