import type { TextPart } from '../domain/text-part.ts'

/** The whole text with the other forms of its words; parts are separated by an empty line. */
export const joinedText = (parts: readonly TextPart[]): string =>
  parts
    .flatMap(({ text, otherForms }) => [text, otherForms])
    .filter((text) => text !== undefined)
    .join('\n\n')
