import type { Row } from './measurement.ts'

/** Whether the aim is met; undefined where there is none. */
export function isMet({ value, ratio, aim, atLeast }: Row): boolean | undefined {
  const judged = ratio ?? value
  if (aim !== undefined) return judged <= aim
  return atLeast === undefined ? undefined : judged >= atLeast
}

/** The rows as a table in Markdown. */
export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { measure, value, unit, ratio, detail } = row
    const met = isMet(row)
    const cells = [
      measure,
      `${formatNumber(value)} ${unit}`,
      ratio === undefined ? '' : `${formatNumber(ratio)} ×`,
      boundOf(row),
      met === undefined ? '' : met ? 'yes' : 'no',
      detail ?? '',
    ]
    return `| ${cells.join(' | ')} |`
  })
  return ['| measure | figure | ratio | aim | met | made of |', '|---|--:|--:|--:|---|---|', ...lines].join(
    '\n',
  )
}

function boundOf({ unit, ratio, aim, atLeast }: Row): string {
  const bound = aim ?? atLeast
  if (bound === undefined) return ''
  return `${aim === undefined ? '≥' : '≤'} ${bound} ${ratio === undefined ? unit : '×'}`
}

function formatNumber(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })
}
