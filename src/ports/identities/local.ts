import type { Pool } from 'pg'
import type { Tokens } from '../../auth/tokens.ts'
import { createKeyStore } from '../../db/key-store.ts'
import { createPersonStore } from '../../db/person-store.ts'
import { createSessionStore } from '../../db/session-store.ts'
import type { Identities } from './port.ts'

/** The tables of the document role in this process, and its tokens. */
export function openLocalIdentities(pool: Pool, tokens: Tokens): Identities {
  const keys = createKeyStore(pool)
  const people = createPersonStore(pool)
  const sessions = createSessionStore(pool)
  return {
    async findKey(id, usedWith) {
      const found = await keys.findValid(id)
      if (!found) return undefined
      if (usedWith === found.secret_sha256) await keys.markUsed(id)
      return {
        secretSha256: found.secret_sha256,
        email: found.email,
        scopes: found.scopes,
        expiresAt: found.expires_at === null ? Infinity : Date.parse(found.expires_at),
      }
    },
    async findSession(cookieSha256, used) {
      const found = await sessions.findValid(cookieSha256)
      if (!found) return undefined
      if (used) await sessions.markSeen(cookieSha256)
      const { expires_at, ...person } = found
      return { ...person, expiresAt: Date.parse(expires_at) }
    },
    async listDisabled() {
      const { ids, emails } = await people.listDisabled()
      return { ids: new Set(ids), emails: new Set(emails) }
    },
    verifyToken: async (token) => tokens.verify(token),
    signToken: async (user) => tokens.sign({ ...user, admin: false }),
    stop: async () => {},
  }
}
