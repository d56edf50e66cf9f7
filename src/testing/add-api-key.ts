import type { Pool } from 'pg'
import { type ApiKey, createApiKey, sha256Of } from '../auth/api-keys.ts'
import { createKeyStore } from '../db/key-store.ts'
import { createPersonStore } from '../db/person-store.ts'
import type { Scope } from '../domain/scopes.ts'
import { newId } from './test-service.ts'

/** Makes an API key for a person, who is added where nobody is known by the address. @param pool of the document role's tables */
export async function addApiKey(
  pool: Pool,
  email: string,
  scopes: Scope[],
  expiresAt: string | null = null,
  key = createApiKey(),
): Promise<ApiKey> {
  const { id: personId } = await createPersonStore(pool).put(newId(), email)
  const row = { id: key.id, name: 'ci', secretSha256: sha256Of(key.secret), personId, scopes, expiresAt }
  await createKeyStore(pool).add(row)
  return key
}
