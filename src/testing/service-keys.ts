import { generateKeyPairSync } from 'node:crypto'
import type { Role } from '../config/roles.ts'

const CALLERS = ['signature', 'search', 'ws', 'indexer'] as const satisfies Role[]
type CallingRole = (typeof CALLERS)[number]

export interface KeyPair {
  /** as auth.services.key */
  key: string
  /** its public half, without a role */
  publicKey: string
}

export function createKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    key: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  }
}

const pairs = Object.fromEntries(CALLERS.map((role) => [role, createKeyPair()])) as Record<
  CallingRole,
  KeyPair
>

/** auth.services.key of a process of the role. */
export const serviceKeyOf = (role: CallingRole): string => pairs[role].key

/** auth.services.keys of the document role. */
export const SERVICE_KEYS: readonly string[] = CALLERS.map((role) => `${role}:${pairs[role].publicKey}`)

/** The settings of a process of the role, as variables. */
export const serviceVariablesOf = (role: Role): Record<string, string> =>
  role === 'document'
    ? { DOCMGR_AUTH_SERVICES_KEYS: SERVICE_KEYS.join(',') }
    : { DOCMGR_AUTH_SERVICES_KEY: serviceKeyOf(role) }
