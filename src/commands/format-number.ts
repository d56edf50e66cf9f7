/** A number for people: 12,345 */
export const formatNumber = (value: number): string => value.toLocaleString('en')
