import { readFileSync } from 'node:fs'
import type { ConnectionSettings } from './database.ts'

/**
 * Settings of a `postgres://user:password@host:port/database` URL. Of libpq's parameters it may have `sslmode`
 * (disable, the default; require: encrypted, to any server; verify-full) and `sslrootcert`, the file of the
 * authority that verify-full trusts (PostgreSQL documentation, "libpq connection parameters").
 * @throws Error with a sentence for the operator
 */
export function connectionOf(url: string): ConnectionSettings {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const ssl = tlsOf(searchParams)
  return {
    host: decodeURIComponent(hostname) || '127.0.0.1',
    port: port === '' ? 5432 : Number(port),
    user: decodeURIComponent(username) || 'docmgr',
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)) || 'docmgr',
    ...(ssl && { ssl }),
  }
}

function tlsOf(parameters: URLSearchParams): ConnectionSettings['ssl'] {
  for (const name of parameters.keys()) {
    if (name !== 'sslmode' && name !== 'sslrootcert')
      throw new Error(`database.url: ${name} is not known; it can have sslmode and sslrootcert`)
  }
  const mode = parameters.get('sslmode') ?? 'disable'
  const file = parameters.get('sslrootcert')
  switch (mode) {
    case 'disable':
      return undefined
    case 'require':
      return { rejectUnauthorized: false }
    case 'verify-full':
      return { rejectUnauthorized: true, ...(file !== null && { ca: readFileSync(file, 'utf8') }) }
    default:
      throw new Error(`database.url: sslmode=${mode} is not known; it can be disable, require or verify-full`)
  }
}
