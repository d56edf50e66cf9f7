import { heightOf, isOtherLine, offset, type PdfTextItem } from './pdf-items.ts'

/** The narrowest gap between columns, in heights of the letters. */
const GUTTER = 0.8
/** How much higher or lower lines beside each other may be, in heights of the letters. */
const BESIDE = 0.8
/** The shortest line of sentences, in heights of the letters. */
const MIN_LINE = 14
/** The part of a column's width that half of its lines fill, and of its lines that are beside others or have no gap. */
const MOST = 0.75
/** Rows with a line in both of two columns. */
const MIN_ROWS = 5
/** Of a row; bounds the work. */
const MAX_SEGMENTS = 20

/** Along the line, from the beginning of the first item of the page, in points. */
interface Interval {
  from: number
  to: number
}

/** Items without a gap between them that is as wide as one between columns. */
interface Segment extends Interval {
  items: PdfTextItem[]
}

/** Segments beside each other that are drawn one after the other. */
type Row = Segment[]

/**
 * Some programs draw a page with columns line by line, through all columns. What stands in one column is put together then,
 * the columns from left to right. What is drawn column by column stays as it is, and so do tables, whose cells are short.
 */
export function inColumns(items: readonly PdfTextItem[]): PdfTextItem[] {
  const rows = rowsOf(items)
  const parts: PdfTextItem[][] = []
  for (let start = 0; start < rows.length;) {
    const { end, gutters } = commonGutters(rows, start)
    const lines = rows.slice(start, end)
    parts.push(columnsOf(lines, gutters) ?? lines.flat().flatMap((segment) => segment.items))
    start = end
  }
  return parts.flat()
}

function rowsOf(items: readonly PdfTextItem[]): Row[] {
  const rows: Row[] = []
  let first: PdfTextItem | undefined
  let previous: PdfTextItem | undefined
  for (const item of items) {
    const last = rows.at(-1)?.at(-1)
    if (!/\S/.test(item.str)) {
      // The gaps between runs are items, too.
      if (last === undefined) rows.push([{ items: [item], from: 0, to: 0 }])
      else last.items.push(item)
      continue
    }
    first ??= item
    const segment = { items: [item], ...intervalOf(first, item) }
    const place = previous === undefined ? 'below' : placeOf(previous, item)
    if (last === undefined || place === 'below') rows.push([segment])
    else if (place === 'apart') rows.at(-1)!.push(segment)
    else {
      last.items.push(item)
      last.from = Math.min(last.from, segment.from)
      last.to = Math.max(last.to, segment.to)
    }
    previous = item
  }
  return rows
}

/** What is written in another direction is in no column. */
function intervalOf(first: PdfTextItem, item: PdfTextItem): Interval {
  const [a = 1, b = 0] = first.transform
  const [c = 1, d = 0] = item.transform
  const isTurned = Math.abs(a * d - b * c) > 0.01 * Math.hypot(a, b) * Math.hypot(c, d)
  if (isTurned || a * c + b * d < 0 || item.dir === 'ttb') return { from: -Infinity, to: Infinity }
  const [from] = offset(first, item)
  return { from, to: from + item.width }
}

function placeOf(previous: PdfTextItem, item: PdfTextItem): 'next' | 'apart' | 'below' {
  const [x, y] = offset(previous, item)
  const height = heightOf(previous, item)
  const [after, before] = [x - previous.width, -x - item.width]
  const isApart = Math.max(after, before) > GUTTER * height
  if (!isOtherLine(previous, item)) return isApart ? 'apart' : 'next'
  return after > GUTTER * height && Math.abs(y) <= BESIDE * height ? 'apart' : 'below'
}

/** The gaps of a row that go on through the rows below it. @returns also the first row that they do not reach */
function commonGutters(rows: readonly Row[], start: number): { end: number; gutters: Interval[] } {
  const row = rows[start]!
  const minimum = GUTTER * heightOfRow(row)
  let gutters = row.length > MAX_SEGMENTS ? [] : freeOf(row).slice(1, -1)
  let end = start + 1
  for (; gutters.length > 0 && end < rows.length; end++) {
    if (rows[end]!.length > MAX_SEGMENTS) break
    const free = freeOf(rows[end]!)
    const common = gutters.flatMap((gutter) => {
      const parts = free.map(({ from, to }) => ({
        from: Math.max(from, gutter.from),
        to: Math.min(to, gutter.to),
      }))
      return parts.find(({ from, to }) => to - from >= minimum) ?? []
    })
    if (common.length === 0) break
    gutters = common
  }
  return { end, gutters }
}

/** What a row leaves free: before it, its gaps, and behind it. */
function freeOf(row: Row): Interval[] {
  const free: Interval[] = []
  let from = -Infinity
  for (const segment of row.toSorted((one, other) => one.from - other.from)) {
    free.push({ from, to: segment.from })
    from = Math.max(from, segment.to)
  }
  return [...free, { from, to: Infinity }]
}

/** The items column by column; undefined where these are no columns of sentences. */
function columnsOf(rows: readonly Row[], gutters: readonly Interval[]): PdfTextItem[] | undefined {
  if (gutters.length === 0) return undefined
  /** by column, then by row */
  const lines = Array.from({ length: gutters.length + 1 }, (_, column) =>
    rows.map((row) =>
      row.filter(({ from }) => gutters.filter((gutter) => gutter.to <= from).length === column),
    ),
  )
  const height = heightOfRow(rows[0]!)
  const areColumns = lines.every((column, number) => {
    const beside = lines[number + 1] ?? lines[number - 1]!
    const isShared = (line: readonly Segment[], row: number) => line.length > 0 && beside[row]!.length > 0
    const shared = column.filter(isShared).length
    const until = column.findLastIndex(isShared) + 1
    return shared >= MIN_ROWS && shared >= MOST * until && isText(column, height)
  })
  return areColumns ? lines.flat(2).flatMap(withoutBlanks) : undefined
}

/** Half of its lines are long, and nearly as long as the column is wide; most have no gap. */
function isText(column: readonly Segment[][], height: number): boolean {
  const lines = column.filter((line) => line.length > 0)
  let [left, right] = [Infinity, -Infinity]
  const widths = lines.map((line) => {
    const from = Math.min(...line.map((segment) => segment.from))
    const to = Math.max(...line.map((segment) => segment.to))
    left = Math.min(left, from)
    right = Math.max(right, to)
    return to - from
  })
  const median = widths.sort((one, other) => one - other)[Math.floor(widths.length / 2)]!
  const whole = lines.filter((line) => line.length === 1).length
  return median >= MIN_LINE * height && median >= MOST * (right - left) && whole >= MOST * lines.length
}

const heightOfRow = (row: Row): number => heightOf(row[0]!.items[0]!, row[0]!.items[0]!)

/** The gap to the next column ends a line in it. */
function withoutBlanks({ items }: Segment): PdfTextItem[] {
  return items.slice(0, items.findLastIndex(({ str }) => /\S/.test(str)) + 1)
}
