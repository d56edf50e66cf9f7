/** Control characters, and those that change the direction of text. */
const UNPRINTABLE = /[\s\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu

/** Text on one line without control sequences for the terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, ' ')
}
