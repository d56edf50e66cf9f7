/** Matches are counted up to here. */
export const MAX_TOTAL = 10_000
/** values of an aggregation */
export const MAX_VALUES = 50
/** Titles that suggestions are chosen from, those of the newest documents. */
export const MAX_SUGGESTION_ROWS = 500
/** Characters of a text that are kept and can be found. */
export const MAX_CONTENT_UNITS = 500_000
