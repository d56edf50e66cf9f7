import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

/** An Ed25519 private key (PKCS #8) as PEM or its base64 on one line; undefined for anything else. */
export const ed25519PrivateKey = (text: string): KeyObject | undefined =>
  read(text, (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' }))

/** An Ed25519 public key (SubjectPublicKeyInfo), the same. */
export const ed25519PublicKey = (text: string): KeyObject | undefined =>
  read(text, (key) => createPublicKey({ key, format: 'der', type: 'spki' }))

/** Names a key: of a private one, its public half. base64url of the SHA-256 of the SubjectPublicKeyInfo. */
export function ed25519KeyId(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key
  return createHash('sha256')
    .update(half.export({ format: 'der', type: 'spki' }))
    .digest('base64url')
}

function read(text: string, parse: (der: Buffer) => KeyObject): KeyObject | undefined {
  const der = Buffer.from(text.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')
  try {
    const key = parse(der)
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}
