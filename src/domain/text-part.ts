/** A piece of the text of a content: a page, or the whole text of a format without pages. */
export interface TextPart {
  /** from 1; missing for text that is on no page */
  page?: number
  text: string
  /** Further forms of words in it, separated by blanks: to be found, and not to be shown. */
  otherForms?: string
}
