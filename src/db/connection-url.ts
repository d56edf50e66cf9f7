import { readFileSync } from 'node:fs'
import type { ConnectionSettings } from './database.ts'

type Setting = 'database.url' | 'database.directUrl'

/**
 * Settings of a `postgres://user:password@host:port/database` URL. Of libpq's parameters it may have `sslmode`
 * (disable, the default; require: encrypted, to any server; verify-full) and `sslrootcert`, the file of the
 * authority that verify-full trusts (PostgreSQL documentation, "libpq connection parameters").
 * @param setting where the URL comes from, for messages; they do not have the URL, which has a password
 * @throws Error with a sentence for the operator
 */
export function connectionOf(url: string, setting: Setting = 'database.url'): ConnectionSettings {
  const rule = 'must be postgres://user:password@host:port/database, with other characters as in %40 for @'
  if (!URL.canParse(url)) throw new Error(`${setting}: ${rule}`)
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const ssl = tlsOf(searchParams, setting)
  return {
    host: decodeURIComponent(hostname) || '127.0.0.1',
    port: port === '' ? 5432 : Number(port),
    user: decodeURIComponent(username) || 'docmgr',
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)) || 'docmgr',
    ...(ssl && { ssl }),
  }
}

/** The connection to PostgreSQL itself, where `url` can name a pooler. @throws Error with a sentence for the operator */
export function directConnectionOf({ url, directUrl }: { url: string; directUrl?: string | undefined }) {
  return directUrl === undefined ? connectionOf(url) : connectionOf(directUrl, 'database.directUrl')
}

function tlsOf(parameters: URLSearchParams, setting: Setting): ConnectionSettings['ssl'] {
  for (const name of parameters.keys()) {
    if (name !== 'sslmode' && name !== 'sslrootcert')
      throw new Error(`${setting}: ${name} is not known; it can have sslmode and sslrootcert`)
  }
  const mode = parameters.get('sslmode') ?? 'disable'
  const file = parameters.get('sslrootcert')
  switch (mode) {
    case 'disable':
      return undefined
    case 'require':
      return { rejectUnauthorized: false }
    case 'verify-full':
      return { rejectUnauthorized: true, ...(file !== null && { ca: readCertificate(file, setting) }) }
    default:
      throw new Error(`${setting}: sslmode=${mode} is not known; it can be disable, require or verify-full`)
  }
}

function readCertificate(file: string, setting: Setting): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(`${setting}: sslrootcert=${file} cannot be read (${code})`, { cause: error })
  }
}
