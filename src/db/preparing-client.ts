import pg from 'pg'

/** Maximum number of prepared statements; further ones are sent unnamed. */
const MAX_STATEMENTS = 500

/**
 * Creates a class of clients that name every statement with parameters or of queryRows, so that PostgreSQL parses it once per connection:
 * for a statement on a few rows, parsing is a large part of the cost. Not for connections to a pooler: with PgBouncer
 * before 1.21 a named statement may be executed by a server process that does not know it.
 */
export function createPreparingClient(): typeof pg.Client {
  const names = new Map<string, string>()
  const nameOf = (text: string): string | undefined => {
    let name = names.get(text)
    if (name === undefined && names.size < MAX_STATEMENTS) names.set(text, (name = `s${names.size}`))
    return name
  }

  return class extends pg.Client {
    // All signatures of the driver's method are covered by this one.
    override query(...args: unknown[]): never {
      const [first, values, ...rest] = args
      const query = super.query as (...args: unknown[]) => never
      const config = typeof first === 'string' && Array.isArray(values) ? { text: first, values } : first
      if (!canBeNamed(config)) return query.apply(this, args)
      return query.call(this, { ...config, name: nameOf(config.text) }, values, ...rest)
    }
  }
}

/**
 * A text without parameters may contain several statements, unless it is for the extended protocol; an object of a class is
 * not a plain statement.
 */
function canBeNamed(config: unknown): config is { text: string; values: unknown[] } {
  if (Object.getPrototypeOf(config) !== Object.prototype) return false
  const { values = [], name, queryMode } = config as { values?: unknown[]; name?: string; queryMode?: string }
  return name === undefined && (values.length > 0 || queryMode === 'extended')
}
