export const KINDS = ['word', 'phrase', 'identifier', 'exclusion'] as const
export type Kind = (typeof KINDS)[number]

/** Questions of one kind about one document, which should all find it, or all not. */
export interface Asked {
  language: string
  format: string
  kind: Kind
  /** whether they should find it */
  expected: boolean
  count: number
  /** those with another answer */
  wrong: readonly string[]
  /** of the document, for messages */
  name: string
}

interface Share {
  found: number
  of: number
}

/** Least shares that must be found, of each format and language. Nothing may be found that should not be. */
const LIMITS: Record<Kind, number> = { word: 0.98, phrase: 0.95, identifier: 0.95, exclusion: 1 }
/** A share of fewer questions says nothing. */
const MIN_ASKED = 50
/** Wrong answers that a table shows. */
const MAX_SHOWN = 60

/** By name and kind. */
type Shares = Map<string, Share>

const keyOf = (name: string, kind: Kind): string => `${name}\n${kind}`
const shareOf = (shares: Shares, name: string, kind: Kind): Share | undefined => shares.get(keyOf(name, kind))
const namesOf = (shares: Shares): string[] =>
  [...new Set([...shares.keys()].map((key) => key.split('\n')[0]!))].sort()

function add(shares: Shares, key: string, of: number, found: number): void {
  const share = shares.get(key) ?? { found: 0, of: 0 }
  shares.set(key, { found: share.found + found, of: share.of + of })
}

function rowsOf(title: string, shares: Shares): string[] {
  return [
    `\n| ${title} | ${KINDS.map((kind) => `${kind}s`).join(' | ')} |`,
    `|---|${KINDS.map(() => '--:').join('|')}|`,
    ...namesOf(shares).map(
      (name) => `| ${name} | ${KINDS.map((kind) => cell(shareOf(shares, name, kind))).join(' | ')} |`,
    ),
  ]
}

function belowLimits(title: string, shares: Shares): string[] {
  return namesOf(shares).flatMap((name) =>
    KINDS.flatMap((kind) => {
      const share = shareOf(shares, name, kind)
      if (share === undefined || share.of < MIN_ASKED || share.found / share.of >= LIMITS[kind]) return []
      return [`${title} ${name}: ${cell(share)} of ${kind}s, and not ${LIMITS[kind] * 100} %`]
    }),
  )
}

const cell = (share: Share | undefined): string =>
  share === undefined ? '' : `${((100 * share.found) / share.of).toFixed(2)} % of ${share.of}`

/** Counts what was found of what should be, and what should not. */
export function createTally() {
  const languages: Shares = new Map()
  const formats: Shares = new Map()
  const falseHits: Shares = new Map()
  const wrong: string[] = []

  return {
    count({ language, format, kind, expected, count, wrong: others, name }: Asked): void {
      if (count === 0) return
      if (expected) {
        add(languages, keyOf(language, kind), count, count - others.length)
        add(formats, keyOf(format, kind), count, count - others.length)
      } else add(falseHits, kind, count, others.length)
      wrong.push(...others.map((q) => `${name}: ${q} ${expected ? 'misses it' : 'finds it'}`))
    },

    /** What is below its limit. */
    problems(): string[] {
      const hits = [...falseHits].filter(([, { found }]) => found > 0)
      return [
        ...belowLimits('format', formats),
        ...belowLimits('language', languages),
        ...hits.map(([kind, { found, of }]) => `${found} of ${of} ${kind}s find what they should not`),
      ]
    },

    result: () => ({
      formats: Object.fromEntries(formats),
      languages: Object.fromEntries(languages),
      falseHits: Object.fromEntries(falseHits),
      wrong,
    }),

    table: (): string =>
      [
        ...rowsOf('format', formats),
        ...rowsOf('language', languages),
        '\nfound and should not be',
        ...[...falseHits].map(([kind, { found, of }]) => `  ${kind}s: ${found} of ${of}`),
        ...(wrong.length > 0 ? [`\nwrong (${wrong.length})`] : []),
        ...wrong.slice(0, MAX_SHOWN).map((each) => `  ${each}`),
      ].join('\n'),
  }
}

export type Tally = ReturnType<typeof createTally>
