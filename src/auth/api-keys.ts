import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** An API key in parts. */
export interface ApiKey {
  id: string
  secret: string
  /** `dk_ID_SECRET`, whose last characters are a checksum: a mistyped key is recognised, and so is a leaked one */
  text: string
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID_LENGTH = 12
/** 190 bits: it needs no slow hash. */
const SECRET_LENGTH = 32
const CHECKSUM_LENGTH = 6
const KEY = new RegExp(`^dk_([0-9A-Za-z]{${ID_LENGTH}})_([0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}})$`)

/** Whether a token is meant as an API key; no JWT begins like this. */
export const isApiKey = (token: string): boolean => token.startsWith('dk_')

export function createApiKey(): ApiKey {
  const id = randomText(ID_LENGTH)
  const random = randomText(SECRET_LENGTH)
  const secret = random + checksumOf(id, random)
  return { id, secret, text: `dk_${id}_${secret}` }
}

/** @returns undefined for a text that is no key, or whose checksum is wrong */
export function parseApiKey(text: string): ApiKey | undefined {
  const [, id, secret] = KEY.exec(text) ?? []
  if (id === undefined || secret === undefined) return undefined
  const checksum = checksumOf(id, secret.slice(0, SECRET_LENGTH))
  return secret.endsWith(checksum) ? { id, secret, text } : undefined
}

/** What is stored of a secret. */
export const sha256Of = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** @param expected SHA-256, hexadecimal */
export function hasSha256(secret: string, expected: string): boolean {
  const [given, wanted] = [Buffer.from(sha256Of(secret)), Buffer.from(expected)]
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const randomText = (length: number): string =>
  Array.from({ length }, () => DIGITS[randomInt(DIGITS.length)]).join('')

function checksumOf(id: string, random: string): string {
  let rest = crc32(`${id}_${random}`)
  let text = ''
  while (text.length < CHECKSUM_LENGTH) {
    text = DIGITS[rest % DIGITS.length]! + text
    rest = Math.floor(rest / DIGITS.length)
  }
  return text
}
