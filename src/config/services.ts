import { z } from 'zod'
import { ed25519PrivateKey, ed25519PublicKey } from '../runtime/ed25519.ts'
import { ROLES } from './roles.ts'

const KEY_RULE = 'must be an Ed25519 private key (openssl genpkey -algorithm ed25519), PEM or its base64'
const CALLERS = ROLES.filter((role) => role !== 'document')
const KEYS_RULE = `must be ROLE:KEY of ${CALLERS.join(', ')} with an Ed25519 public key (openssl pkey -pubout), PEM or its base64`

function isKeyOfRole(text: string): boolean {
  const [role, key, ...rest] = text.split(':')
  return (
    (CALLERS as string[]).includes(role!) &&
    key !== undefined &&
    rest.length === 0 &&
    ed25519PublicKey(key) !== undefined
  )
}

/** By which keys roles in different processes identify themselves to each other. One process with all roles needs none. */
export const services = z
  .strictObject({
    key: z
      .string(KEY_RULE)
      .refine((text) => ed25519PrivateKey(text) !== undefined, KEY_RULE)
      .optional()
      .describe("private key (Ed25519) of this process's roles, by which they call the document role"),
    secondKey: z
      .string(KEY_RULE)
      .refine((text) => ed25519PrivateKey(text) !== undefined, KEY_RULE)
      .optional()
      .describe(
        'another private key whose tickets of WebSockets ws accepts, while auth.services.key is replaced',
      ),
    keys: z
      .array(z.string().refine(isKeyOfRole, KEYS_RULE), 'must be a list of ROLE:KEY')
      .default([])
      .describe('public keys of the roles that call the document role, ROLE:KEY; a role may have several'),
  })
  .prefault({})
