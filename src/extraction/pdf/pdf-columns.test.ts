import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { silentLogger } from '../../runtime/logger.ts'
import { pdf } from '../../testing/sample-files.ts'
import { createExtractor } from '../extractor.ts'
import { inColumns } from './pdf-columns.ts'
import type { PdfTextItem } from './pdf-items.ts'

const extractor = createExtractor({ log: silentLogger, limits: { timeoutMs: 60_000 } })
after(() => extractor.stop())

const SIZE = 10
const LEADING = 12
const TOP = 700

/** Text that is drawn at a place, in points. */
interface Drawn {
  x: number
  y: number
  text: string
}

/** The lines of what is read of a page where this is drawn, in this order. */
async function linesOf(drawn: readonly Drawn[], font = 'Helvetica'): Promise<string[]> {
  const stream = drawn
    .map(({ x, y, text }) => `BT /F1 ${SIZE} Tf ${x} ${y} Td (${text.replaceAll(/[()]/g, '\\$&')}) Tj ET\n`)
    .join('')
  const bytes = pdf([''], {
    font: `<< /Type /Font /Subtype /Type1 /BaseFont /${font} >>`,
    stream: () => ({ dictionary: '', bytes: Buffer.from(stream) }),
  })
  const extraction = await extractor.extract({ contentType: 'application/pdf', bytes })
  assert.equal(extraction.outcome, 'text', JSON.stringify(extraction))
  return extraction.outcome === 'text' ? extraction.parts[0]!.text.split('\n') : []
}

/** The lines of a column at this place. */
const column = (x: number, lines: readonly string[], top = TOP): Drawn[] =>
  lines.map((text, line) => ({ x, y: top - line * LEADING, text }))

/** As a program draws that goes from line to line, and in each from left to right. */
const lineByLine = (...columns: Drawn[][]): Drawn[] =>
  columns.flat().sort((one, other) => other.y - one.y || one.x - other.x)

const RENT = [
  'The tenant pays the rent in advance, at the',
  'latest on the third working day of each month,',
  'to the account that the landlord has named in',
  'writing. What matters is the day on which it',
  'arrives there.',
]
const NOTICE = [
  'Notice of termination must be given in writing',
  'by registered mail. It takes effect at the end of',
  'the quarter that follows the one in which it was',
  'received by the other party to this contract, or',
  'by somebody who acts for them.',
]
const REPAIRS = [
  'Repairs of less than 80 euros are paid by',
  'the tenant, up to 300 euros in a year. The',
  'landlord hears of any damage as soon as',
  'it is seen, and of leaks without any delay.',
  'Who wants to move in knows of that before.',
  'Nothing is promised by word of mouth.',
]
const [LEFT, RIGHT] = [50, 320]

test('two columns that are drawn line by line are read one after the other', async () => {
  const page = lineByLine(column(LEFT, RENT), column(RIGHT, NOTICE))
  assert.deepEqual(await linesOf(page), [...RENT, ...NOTICE])
})

test('so are three, of any length', async () => {
  const [one, two, three] = [RENT, REPAIRS, NOTICE].map((lines) =>
    lines.map((line) => line.slice(0, 34).trim()),
  )
  const page = lineByLine(column(30, one!), column(215, two!), column(400, three!))
  assert.deepEqual(await linesOf(page), [...one!, ...two!, ...three!])
})

test('lines of different height, and words that are drawn one by one, are in columns too', async () => {
  const right = column(RIGHT, NOTICE, TOP - LEADING / 2)
  assert.deepEqual(await linesOf(lineByLine(column(LEFT, RENT), right)), [...RENT, ...NOTICE])
  // A letter of Courier is 6 points wide, and the gaps have different widths, as those of justified lines.
  const words = (lines: readonly Drawn[]): Drawn[] =>
    lines.flatMap(({ text, x, y }, line) =>
      text.split(' ').map((word, n, all) => {
        const before = all.slice(0, n).join('').length
        return { x: x + 6 * before + (5 + (line % 3)) * n, y, text: word }
      }),
    )
  const page = lineByLine(words(column(LEFT - 40, RENT)), words(column(RIGHT, NOTICE)))
  assert.deepEqual(await linesOf(page, 'Courier'), [...RENT, ...NOTICE])
})

test('a heading through all columns ends what is above it', async () => {
  const heading = 'A heading that goes through all of the columns of this page, from the left to the right'
  const [first, second] = [column(LEFT, RENT), column(RIGHT, NOTICE)]
  const middle = column(LEFT, [heading], TOP - 6 * LEADING)
  const below = TOP - 8 * LEADING
  const page = lineByLine(first, second, middle, column(LEFT, NOTICE, below), column(RIGHT, RENT, below))
  assert.deepEqual(await linesOf(page), [...RENT, ...NOTICE, heading, ...NOTICE, ...RENT])
})

test('a word that is broken in a column is joined', async () => {
  const left = [
    'All disputes are decided by a court of arbi-',
    'tration in Geneva, by three persons who know',
  ]
  const page = lineByLine(column(LEFT, [...left, ...RENT]), column(RIGHT, [...NOTICE, ...RENT]))
  const text = (await linesOf(page)).join(' ')
  assert.match(text, /by a court of arbitration in Geneva/)
})

test('what is drawn column by column stays as it is', async () => {
  const page = [...column(RIGHT, NOTICE), ...column(LEFT, RENT)]
  assert.deepEqual(await linesOf(page), [...NOTICE, ...RENT])
})

test('the rows of a table stay together', async () => {
  const names = ['Rent of the flat', 'Heating and water', 'Parking place', 'Cleaning of the stairs', 'Sum']
  const sums = ['1,200.00', '210.00', '80.00', '45.00', '1,535.00']
  const rows = names.map((name, row) => `${name} ${sums[row]}`)
  assert.deepEqual(await linesOf(lineByLine(column(LEFT, names), column(RIGHT, sums))), rows)
  // Numbered clauses, and a list of terms
  for (const terms of [
    ['1.', '2.', '3.', '4.', '5.'],
    ['Rent', 'Due date', 'Transfer', 'Arrival', 'Place'],
  ]) {
    const page = lineByLine(column(LEFT, terms), column(130, NOTICE))
    assert.deepEqual(
      await linesOf(page),
      terms.map((term, row) => `${term} ${NOTICE[row]}`),
    )
  }
})

test('a few lines beside each other are no columns', async () => {
  const page = lineByLine(column(LEFT, RENT.slice(0, 4)), column(RIGHT, NOTICE.slice(0, 4)))
  assert.deepEqual(
    await linesOf(page),
    RENT.slice(0, 4).map((line, row) => `${line} ${NOTICE[row]}`),
  )
})

test('cells of several lines that are drawn cell by cell stay in their row', async () => {
  const cell = (row: number, lines: readonly string[], x: number): Drawn[] =>
    column(x, lines, TOP - 2 * row * LEADING)
  const rows = [0, 1, 2, 3, 4, 5].map((row) => [
    ...cell(row, [RENT[row % 2]!, RENT[2]!], LEFT),
    ...cell(row, [NOTICE[row % 2]!, NOTICE[2]!], RIGHT),
  ])
  assert.deepEqual(
    await linesOf(rows.flat()),
    rows.flat().map(({ text }) => text),
  )
})

test('hostile: any number of runs in a line, and of lines', () => {
  const item = (x: number, y: number): PdfTextItem => {
    return {
      str: 'a',
      dir: 'ltr',
      transform: [SIZE, 0, 0, SIZE, x, y],
      width: 200,
      height: SIZE,
      hasEOL: false,
    }
  }
  const COUNT = 200_000
  const line = Array.from({ length: COUNT }, (_, n) => item(n * 300, 0))
  assert.deepEqual(inColumns(line), line)
  const lines = Array.from({ length: COUNT }, (_, n) => item((n % 2) * 300, -Math.floor(n / 2) * LEADING))
  const columns = [0, 1].flatMap((side) => lines.filter((_, n) => n % 2 === side))
  assert.deepEqual(inColumns(lines), columns)
})
