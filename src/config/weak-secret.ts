import { deflateRawSync } from 'node:zlib'

/** Secrets that stand in this repository or in well-known documentation. */
const PUBLISHED = new Set([
  'known-to-everyone-for-development-only',
  'only-for-development-on-this-machine',
  'a-string-secret-at-least-256-bits-long',
  'your-256-bit-secret-your-256-bit-secret',
  'your-secret-key-change-this-in-production',
  'your-secret-key-change-in-production',
  'change-me-change-me-change-me-change-me',
  // The keys of roles in compose.yml and docker/native, private and public.
  'MC4CAQAwBQYDK2VwBCIEIDlZ4URz7EbuKwyVEPGR6ClaA2ji5M/xh7Q0kRDusgQ3',
  'MCowBQYDK2VwAyEAgtPqHfZK33kn70q+xCVObOuYki67CU+QRVYqNPPAXkU=',
])

const MIN_CHARACTERS = 8
/** What is left of 32 random bytes in base64 or hexadecimal is more than 40; of 32 different letters, more than 30. */
const MIN_DEFLATED_BYTES = 24

export const isPublished = (secret: string | undefined): boolean =>
  secret !== undefined && PUBLISHED.has(secret)

/** Why a secret can be guessed; undefined if no reason is seen. Words of a language are not recognised. */
export function weaknessOf(secret: string): string | undefined {
  const bytes = Buffer.from(secret)
  const steps = bytes.map((byte, index) => byte - (bytes[index - 1] ?? 0))
  if (new Set(bytes).size < MIN_CHARACTERS) return 'has too few different characters'
  if (deflateRawSync(bytes).length < MIN_DEFLATED_BYTES) return 'repeats a short text'
  if (deflateRawSync(steps).length < MIN_DEFLATED_BYTES) return 'is a sequence'
  return undefined
}
