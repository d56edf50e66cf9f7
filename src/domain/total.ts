/** How many matches a list or a search counts: a total beyond it costs more than it tells. */
export const MAX_TOTAL = 10_000
