import type { Row } from './measurement.ts'

/** Whether the aim is met; undefined where there is none. */
export function isMet({ value, ratio, aim }: Row): boolean | undefined {
  return aim === undefined ? undefined : (ratio ?? value) <= aim
}

/** The rows as a table in Markdown. */
export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { measure, value, unit, ratio, aim, detail } = row
    const bound = aim === undefined ? '' : `≤ ${aim} ${ratio === undefined ? unit : '×'}`
    const met = isMet(row)
    const cells = [
      measure,
      `${formatNumber(value)} ${unit}`,
      ratio === undefined ? '' : `${formatNumber(ratio)} ×`,
      bound,
      met === undefined ? '' : met ? 'yes' : 'no',
      detail ?? '',
    ]
    return `| ${cells.join(' | ')} |`
  })
  return ['| measure | figure | ratio | aim | met | made of |', '|---|--:|--:|--:|---|---|', ...lines].join(
    '\n',
  )
}

function formatNumber(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })
}
