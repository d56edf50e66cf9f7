import { readXml } from '../read-xml.ts'

type Kind = 'number' | 'date' | 'time' | 'datetime' | 'percent'

interface NumberFormat {
  kind: Kind
  /** digits after the point that are shown; undefined: as many as there are */
  decimals?: number
}

export interface NumberFormats {
  /** by index of a cell's style */
  byStyle: readonly NumberFormat[]
  /** Days count from 1904, not 1900. */
  isFrom1904: boolean
}

/** Formats that files do not define (ECMA-376-1, 18.8.30), those of East Asian locales included. */
function builtInFormat(id: number): NumberFormat {
  return { kind: builtInKind(id), ...(WITH_CENTS.has(id) && { decimals: 2 }) }
}

const WITH_CENTS = new Set([2, 4, 7, 8, 10, 39, 40, 43, 44])

function builtInKind(id: number): Kind {
  if (id === 9 || id === 10) return 'percent'
  if (id === 22) return 'datetime'
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 58)) return 'date'
  return (id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) ? 'time' : 'number'
}

function formatOf(code: string): NumberFormat {
  const letters = lettersOf(code)
  const { length: decimals } = /[0#?]\.(0+)(?![#?e])/.exec(letters)?.[1] ?? ''
  return { kind: kindOf(letters), ...(decimals > 0 && { decimals }) }
}

/** Only the section for positive numbers; texts, colours and escaped characters say nothing. */
const lettersOf = (code: string): string =>
  code
    .replace(/"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]/gi, '')
    .split(';', 1)[0]!
    .toLowerCase()

function kindOf(letters: string): Kind {
  if (letters.includes('general')) return 'number'
  const hasDay = /[yde]/.test(letters) && !/[0#]e/.test(letters)
  const hasTime = /[hs]/.test(letters)
  if (hasDay) return hasTime ? 'datetime' : 'date'
  if (hasTime) return 'time'
  if (/m/.test(letters) && !/[0#]/.test(letters)) return 'date'
  return letters.includes('%') ? 'percent' : 'number'
}

/**
 * @param styles the part with the styles
 * @param workbook the main part
 */
export function readNumberFormats(styles: string, workbook: string): NumberFormats {
  const custom = new Map<number, NumberFormat>()
  const byStyle: NumberFormat[] = []
  let isInCellFormats = false
  readXml(styles, {
    onOpen(name, attributes) {
      const id = Number(attributes.get('numFmtId') ?? 0)
      if (name === 'numFmt') custom.set(id, formatOf((attributes.get('formatCode') ?? '').slice(0, 255)))
      else if (name === 'cellXfs') isInCellFormats = true
      else if (name === 'xf' && isInCellFormats) byStyle.push(custom.get(id) ?? builtInFormat(id))
    },
    onClose(name) {
      if (name === 'cellXfs') isInCellFormats = false
    },
  })
  return {
    byStyle,
    isFrom1904: /<(?:\w+:)?workbookPr\s[^<>]*date1904\s*=\s*["'](?:1|true)["']/.test(workbook),
  }
}

const PLAIN: NumberFormat = { kind: 'number' }
const DAY_MS = 86_400_000
/** The day 31 December 9999 */
const LAST_DAY = 2_958_465

/** @param value the digits in the file, which have noise of binary fractions: 0.30000000000000004 */
export function formatCellNumber(
  value: string,
  style: number,
  { byStyle, isFrom1904 }: NumberFormats,
): string {
  const number = Number(value)
  if (value.trim() === '' || !Number.isFinite(number)) return value
  const { kind, decimals } = byStyle[style] ?? PLAIN
  if (kind === 'percent') return `${shown(number * 100, decimals)}%`
  if (kind === 'number' || number < 0 || number > LAST_DAY) return shown(number, decimals)
  const days = number + (isFrom1904 ? 1462 : 0)
  // Excel counts 29 February 1900, which did not exist.
  const time = new Date(Date.UTC(1899, 11, days < 60 ? 31 : 30) + Math.round((days * DAY_MS) / 1000) * 1000)
  const iso = time.toISOString()
  if (kind === 'date') return iso.slice(0, 10)
  return kind === 'time' ? iso.slice(11, 19) : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`
}

/** Without the noise of binary fractions; 1234.5 as 1234.50 where a reader sees that. */
function shown(number: number, decimals: number | undefined): string {
  const exact = Number(number.toPrecision(15))
  const isShort = decimals !== undefined && decimals <= MAX_DECIMALS && Math.abs(exact) < MAX_FIXED
  return isShort ? exact.toFixed(decimals) : String(exact)
}

const MAX_DECIMALS = 15
const MAX_FIXED = 1e15
