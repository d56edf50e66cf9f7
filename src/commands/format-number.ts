/** A number for people: 12,345 */
export const formatNumber = (value: number): string => value.toLocaleString('en')

/** `1 document`, `2,000 documents`. @param noun with a plural in s */
export const countOf = (count: number, noun: string): string =>
  `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`
