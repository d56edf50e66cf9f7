/** `from` + `size` of the last page that can be read. */
export const MAX_WINDOW = 10_100
/** values of a facet */
export const MAX_VALUES = 50
/** Suggestions are chosen from the titles of this many newest documents. */
export const MAX_SUGGESTION_ROWS = 200
