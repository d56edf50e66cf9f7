/** `from` + `size` of the last page that can be read. */
export const MAX_WINDOW = 10_100
/** values of a facet */
export const MAX_VALUES = 50
/** Suggestions are chosen from the titles of this many newest documents. */
export const MAX_SUGGESTION_ROWS = 500
/** UTF-16 code units of a text that are kept and can be found. */
export const MAX_CONTENT_UNITS = 500_000
/** Characters of a text in which highlights are looked for first. */
export const CONTENT_START = 20_000
