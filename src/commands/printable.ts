/** Control characters, and those that change the direction of text. */
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g

/** Text on one line without control sequences for the terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, ' ')
}
