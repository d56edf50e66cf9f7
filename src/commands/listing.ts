import type { Io } from './io.ts'
import { localTime } from './local-time.ts'
import { printable } from './printable.ts'
import { table } from './table.ts'

export interface Column<Row> {
  name: string
  of: (row: Row) => string
  /** shortened on a terminal where a row would not fit */
  shrinks?: true
  isTime?: true
}

const MIN_SHRUNK = 12
const GAP = 2

/**
 * Prints rows as `gh` does: on a terminal as a table with a heading and local times, which fits if possible; else with
 * tabs between the cells, without a heading, and with the times of the service.
 */
export function printRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], io: Io): void {
  if (!io.isTerminal) {
    for (const row of rows) io.out(columns.map(({ of }) => printable(of(row))).join('\t'))
    return
  }
  const cells = rows.map((row) =>
    columns.map(({ of, isTime }) => (isTime ? localTime(of(row)) : printable(of(row)))),
  )
  const lines = [columns.map(({ name }) => name.toUpperCase()), ...cells]
  const fitted = fit(lines, columns, io.width)
  const [heading, ...others] = table(fitted)
  io.out(io.colors.dim(heading!))
  for (const line of others) io.out(line)
}

/** Shortens the cells of the columns that may shrink, evenly. */
function fit<Row>(lines: string[][], columns: readonly Column<Row>[], width: number): string[][] {
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => [...line[column]!].length)))
  const excess = widths.reduce((sum, one) => sum + one + GAP, -GAP) - width
  const shrinking = columns.filter(({ shrinks }) => shrinks).length
  if (excess <= 0 || shrinking === 0) return lines
  const limits = columns.map(({ shrinks }, column) =>
    shrinks ? Math.max(MIN_SHRUNK, widths[column]! - Math.ceil(excess / shrinking)) : Infinity,
  )
  return lines.map((line) => line.map((cell, column) => shortened(cell, limits[column]!)))
}

function shortened(text: string, limit: number): string {
  const characters = [...text]
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`
}

/** Prints names and values: on a terminal aligned, with local times; else `name:<tab>value`. */
export function printValues(values: Record<string, unknown>, io: Io): void {
  const shown = Object.entries(values).filter(([, value]) => value !== null && value !== undefined)
  const texts = shown.map(([name, value]): [string, string] => [name, printable(String(value))])
  if (!io.isTerminal) {
    for (const [name, text] of texts) io.out(`${name}:\t${text}`)
    return
  }
  const rows = texts.map(([name, text]) => [name, name.endsWith('_at') ? localTime(text) : text])
  for (const line of table(rows, [io.colors.dim])) io.out(line)
}
