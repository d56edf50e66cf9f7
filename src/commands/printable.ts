/** Control characters, and those that change the direction of text. */
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g

/** Text of documents on one line, unable to send control sequences to the terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, ' ')
}
