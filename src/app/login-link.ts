import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { sha256Of } from '../auth/api-keys.ts'
import { isLoopback } from '../config/check.ts'
import type { Config } from '../config/schema.ts'
import { createPersonStore } from '../db/person-store.ts'
import { createSessionStore } from '../db/session-store.ts'
import type { NewId } from '../runtime/ids.ts'

export const LINK_MINUTES = 10

export interface LoginLinkDeps {
  pool: Pool
  newId: NewId
  /** URL of the page that takes the link */
  page: string
}

/**
 * A link that logs in once; the person is made if there is none. What logs in stands after #, which no browser sends, so
 * it is in no log of a proxy, and a program that looks at links does not use it.
 * @param person.admin makes them an administrator; without it they stay what they are
 */
export async function createLoginLink(
  { pool, newId, page }: LoginLinkDeps,
  { email, admin }: { email: string; admin?: boolean },
): Promise<string> {
  const { id: personId } = await createPersonStore(pool).put(newId(), email, admin ? { admin } : {})
  const token = randomBytes(32).toString('base64url')
  const expiresAt = new Date(Date.now() + LINK_MINUTES * 60_000).toISOString()
  await createSessionStore(pool).addLink({ tokenSha256: sha256Of(token), personId, expiresAt })
  return `${page}#${token}`
}

/** The URL of the login page. @param url where `listen.http` listens, if that is known */
export function loginPageOf({ http, listen }: Config, url = `http://${listen.host}:${listen.http}`): string {
  if (http.publicUrl !== undefined) return `${http.publicUrl}/login`
  const { port } = new URL(url)
  // A browser keeps the session of an address beyond this machine only over https.
  return isLoopback(listen.host) ? `${url}/login` : `http://localhost:${port}/login`
}
