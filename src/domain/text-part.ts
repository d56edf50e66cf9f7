/** A piece of the text of a content: a page, or the whole text of a format without pages. */
export interface TextPart {
  /** from 1; missing for text that is on no page */
  page?: number
  text: string
  /** Further forms of words in it, separated by blanks: to be found, and not to be shown. */
  otherForms?: string
}

/** The whole text with the other forms of its words; parts are separated by an empty line. */
export const joinedText = (parts: readonly TextPart[]): string =>
  parts
    .flatMap(({ text, otherForms }) => [text, otherForms])
    .filter((text) => text !== undefined)
    .join('\n\n')
