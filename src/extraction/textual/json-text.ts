import { createTextSink } from '../text-sink.ts'

/**
 * The string and number values of a JSON text, without names, one per line, in order. It reads tokens and no structure,
 * so depth, duplicate names, JSON Lines, comments and a missing end do not matter, and long numbers keep their digits.
 */
export function jsonText(source: string, maxChars: number): string {
  const sink = createTextSink(maxChars)
  let position = 0
  while (position < source.length && !sink.full) {
    const quote = source.indexOf('"', position)
    pushNumbers(source.slice(position, quote === -1 ? undefined : quote), sink.push)
    if (quote === -1) break
    const end = endOfString(source, quote + 1)
    position = end + 1
    if (!isName(source, position)) sink.push(`${unescape(source.slice(quote + 1, end))}\n`)
  }
  return sink.text()
}

function pushNumbers(betweenStrings: string, push: (piece: string) => void): void {
  for (const [number] of betweenStrings.matchAll(/-?\d[\d.eE+-]*/g)) push(`${number}\n`)
}

/** The index of the closing quote, or the length of the text. */
function endOfString(source: string, start: number): number {
  for (let i = start; i < source.length; i++) {
    const unit = source.charCodeAt(i)
    if (unit === 0x5c) i++
    else if (unit === 0x22) return i
  }
  return source.length
}

function isName(source: string, afterString: number): boolean {
  let i = afterString
  while (/\s/.test(source.charAt(i))) i++
  return source.charAt(i) === ':'
}

function unescape(raw: string): string {
  if (!raw.includes('\\')) return raw
  try {
    return String(JSON.parse(`"${raw}"`))
  } catch {
    return raw
  }
}
