import type { Row } from './measurement.ts'

/** The value that `part` (0 to 1) of the values do not exceed: nearest rank. */
export function percentile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new Error('there are no values')
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

/** Whether the aim is met; undefined where there is none. */
export function isMet({ value, ratio, aim, atLeast }: Row): boolean | undefined {
  const judged = ratio ?? value
  if (aim !== undefined) return judged <= aim
  return atLeast === undefined ? undefined : judged >= atLeast
}

/** The rows as a table in Markdown. */
export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { measure, value, unit, ratio, aim, atLeast = aim, detail = '' } = row
    const times = ratio === undefined ? '' : `${formatNumber(ratio)} ×`
    const bound =
      atLeast === undefined ? '' : `${aim === undefined ? '≥' : '≤'} ${atLeast} ${times ? '×' : unit}`
    const met = { true: 'yes', false: 'no', undefined: '' }[`${isMet(row)}`]
    return `| ${[measure, `${formatNumber(value)} ${unit}`, times, bound, met, detail].join(' | ')} |`
  })
  const head = ['| measure | figure | ratio | aim | met | made of |', '|---|--:|--:|--:|---|---|']
  return [...head, ...lines].join('\n')
}

const formatNumber = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })
