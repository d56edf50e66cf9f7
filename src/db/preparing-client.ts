import pg from 'pg'

/** Different statements that are prepared at the most; others are sent unnamed. */
const MAX_STATEMENTS = 500

/**
 * Makes the class of clients that name every statement with parameters, so that PostgreSQL parses it once a connection
 * instead of every time: for a statement on a few rows that is a large part of its cost. Only for connections of one's
 * own: behind PgBouncer before 1.21 a named statement may be executed by a server that does not know it.
 */
export function createPreparingClient(): typeof pg.Client {
  const names = new Map<string, string>()
  const nameOf = (text: string): string | undefined => {
    let name = names.get(text)
    if (name === undefined && names.size < MAX_STATEMENTS) names.set(text, (name = `s${names.size}`))
    return name
  }

  return class extends pg.Client {
    // The driver's many signatures come down to this one.
    override query(...args: unknown[]): never {
      const [first, values, ...rest] = args
      const query = super.query as (...args: unknown[]) => never
      const config = typeof first === 'string' && Array.isArray(values) ? { text: first, values } : first
      if (!canBeNamed(config)) return query.apply(this, args)
      return query.call(this, { ...config, name: nameOf(config.text) }, values, ...rest)
    }
  }
}

/** Without parameters a text may hold several statements; what has a prototype of its own is no plain statement. */
function canBeNamed(config: unknown): config is { text: string; values: unknown[] } {
  if (Object.getPrototypeOf(config) !== Object.prototype) return false
  const { values, name } = config as { values?: unknown[]; name?: string }
  return name === undefined && values !== undefined && values.length > 0
}
