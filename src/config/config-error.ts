/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** the setting, or what stands in its place: the name of an unknown variable, a path in the file */
  key: string
  /** where the value comes from, for people: `DOCMGR_LISTEN_HTTP`, `docmgr.config.ts`, `--port` */
  origin: string
  /** the value as JSON, hidden for secrets; absent where there is none to show */
  value?: string
  /** what would be right */
  rule: string
}

/**
 * Everything that is wrong with the configuration: each line names the key, the value and what would be
 * right.
 */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[]
  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(sentence).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

function sentence({ key, origin, value, rule }: ConfigProblem): string {
  const what = value === undefined ? key : `${key} = ${value}`
  const place = origin === 'default' ? ' (the default)' : origin ? ` (from ${origin})` : ''
  return `${what}${place}: ${rule}`
}
