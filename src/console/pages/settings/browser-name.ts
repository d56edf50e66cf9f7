import { t } from '../../text/catalogue.ts'

/** The first that fits: browsers name those from which they descend, too. */
const BROWSERS: [name: string, pattern: RegExp][] = [
  ['Edge', /\bEdg(?:A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Headless)?(?:Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
]
const SYSTEMS: [name: string, pattern: RegExp][] = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
]

/** What a User-Agent tells people: `Firefox, Linux`. */
export function browserName(agent: string | null): string {
  const of = (list: typeof BROWSERS) => list.find(([, pattern]) => pattern.test(agent ?? ''))?.[0]
  const parts = [of(BROWSERS), of(SYSTEMS)].filter((part) => part !== undefined)
  return parts.length > 0 ? parts.join(', ') : agent?.slice(0, 60) || t('sessions.unknown')
}
