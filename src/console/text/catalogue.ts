/** The texts of the console in the language of its reader, and numbers, dates and sizes as that language writes them. */
import { type Catalogue, EN, type TextKey } from './en.ts'

export type { TextKey }
/** The keys of texts that depend on a number: `documents.count` has `documents.count.one` and `documents.count.other`. */
export type PluralKey = TextKey extends infer Key ? (Key extends `${infer Base}.one` ? Base : never) : never
type Values = Record<string, string | number>

/** Each language is loaded when it is needed; English is part of the program. */
const OTHERS: Record<string, () => Promise<Catalogue>> = {
  de: () => import('./de.ts').then(({ DE }) => DE),
}

let catalogue: Catalogue = EN
let language = 'en'

/** @param wanted languages of the reader, the best first, such as `de-AT` */
export async function chooseLanguage(wanted: readonly string[]): Promise<void> {
  const found = wanted.find((tag) => tag.split('-')[0]! in { en: true, ...OTHERS })
  const load = found === undefined ? undefined : OTHERS[found.split('-')[0]!]
  // Without its texts the page is in English, and can say what is wrong.
  const texts = load && (await load().catch(() => undefined))
  if (texts) catalogue = texts
  language = (!load || texts ? found : undefined) ?? 'en'
  document.documentElement.lang = language
}

export function t(key: TextKey, values: Values = {}): string {
  return catalogue[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}

/** A text that depends on a number, which is {count} in it. */
export function plural(key: PluralKey, count: number, values: Values = {}): string {
  const rule = new Intl.PluralRules(language).select(count) === 'one' ? 'one' : 'other'
  return t(`${key}.${rule}`, { count: number(count), ...values })
}

export const isTextKey = (key: string): key is TextKey => key in catalogue

export const number = (value: number): string => new Intl.NumberFormat(language).format(value)

/** @param code ISO 639-1; one that nobody knows is its own name, as is what somebody typed into an address */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(language, { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** @param bytes as a file manager shows them: `12 kB` */
export function size(bytes: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1)
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: UNITS[step]!,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumSignificantDigits: 2,
  }).format(bytes / 1_000 ** step)
}

/** Date and time to the second, in the reader's time zone. */
export function exactTime(time: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' }).format(new Date(time))
}

const STEPS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]
const RELATIVE_DAYS = 7

/** `5 minutes ago`; of more than a week ago, the date. */
export function relativeTime(time: string, now = Date.now()): string {
  const seconds = Math.round((Date.parse(time) - now) / 1_000)
  if (Math.abs(seconds) > RELATIVE_DAYS * 86_400)
    return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(time))
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  for (const [unit, length] of STEPS)
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit)
  return format.format(0, 'second')
}
