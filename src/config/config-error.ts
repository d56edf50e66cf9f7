/** One error of the configuration. */
export interface ConfigProblem {
  /** the setting, or the name of an unknown variable, or a place in the file */
  key: string
  /** where the value comes from, such as `DOCMGR_LISTEN_HTTP`, `docmgr.config.ts` or `--port` */
  origin: string
  /** the value as JSON, hidden if secret; absent if there is none */
  value?: string
  /** what is allowed */
  rule: string
}

/** All errors of the configuration: each line has the key, the value and what is allowed. */
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
