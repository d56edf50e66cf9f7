/** One document and one question. */
export interface Answer {
  language: string
  format: string
  kind: string
  q: string
  /** whether it should be found */
  expected: boolean
}

interface Share {
  found: number
  of: number
}

/** Counts what was found of what should be, and what should not. */
export function createTally() {
  const languages = new Map<string, Share>()
  const formats = new Map<string, Share>()
  const falseHits = new Map<string, Share>()
  const missed = new Set<string>()
  const add = (shares: Map<string, Share>, name: string, isFound: boolean): void => {
    const { found, of } = shares.get(name) ?? { found: 0, of: 0 }
    shares.set(name, { found: found + Number(isFound), of: of + 1 })
  }
  return {
    count({ language, format, kind, q, expected }: Answer, isFound: boolean): void {
      if (expected) {
        add(languages, language, isFound)
        add(formats, format, isFound)
      } else add(falseHits, kind, isFound)
      if (isFound !== expected) missed.add(`${language}: ${q} ${isFound ? 'finds' : 'misses'} ${format}`)
    },

    result: () => ({
      languages: Object.fromEntries(languages),
      formats: Object.fromEntries(formats),
      falseHits: Object.fromEntries(falseHits),
      wrong: [...missed],
    }),

    table(): string {
      const rows = (title: string, shares: ReadonlyMap<string, Share>): string[] => [
        `\n${title}`,
        ...[...shares].map(([name, { found, of }]) => {
          const percent = ((100 * found) / of).toFixed(1)
          return `  ${name.padEnd(24)} ${percent.padStart(6)} %  ${found} of ${of}`
        }),
      ]
      return [
        ...rows('found, by language', languages),
        ...rows('found, by format', formats),
        ...rows('found and should not be', falseHits),
        '\nwrong',
        ...[...missed].map((each) => `  ${each}`),
      ].join('\n')
    },
  }
}
