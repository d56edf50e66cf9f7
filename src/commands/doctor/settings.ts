import { isLoopback } from '../../config/check.ts'
import { type Config } from '../../config/schema.ts'
import { type Checks } from './finding.ts'

const EARLIEST_YEAR = 2025
const GOOD_SECRET_BYTES = 32

/** What is allowed, and yet worth a word. */
export function checksOfSettings({ auth, listen }: Config): Checks {
  return {
    authentication: async () => {
      if (auth.mode === 'open') {
        return { state: 'well', detail: `open: no token is needed, on ${listen.host} only` }
      }
      const secret = auth.secret === undefined ? 'the kept secret' : 'the configured secret'
      if (auth.secret !== undefined && isGuessable(auth.secret)) {
        const mend = `set auth.secret to ${GOOD_SECRET_BYTES} random bytes: openssl rand -base64 ${GOOD_SECRET_BYTES}`
        return { state: 'problem', detail: 'auth.secret has too few different characters', mend }
      }
      const plain = isLoopback(listen.host)
        ? ''
        : '; tokens travel readable unless a proxy in front speaks HTTPS'
      return {
        state: plain ? 'remark' : 'well',
        detail: `required: tokens are signed with ${secret}${plain}`,
      }
    },
    clock: async () => {
      const now = new Date()
      if (now.getUTCFullYear() >= EARLIEST_YEAR) return { state: 'well', detail: now.toISOString() }
      const mend = 'set the clock: tokens and ids carry the time'
      return { state: 'problem', detail: `it is said to be ${now.toISOString()}`, mend }
    },
  }
}

const isGuessable = (secret: string): boolean => new Set(secret).size < 10
