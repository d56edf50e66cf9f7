import { isLoopback } from '../../config/check.ts'
import { type Config } from '../../config/schema.ts'
import { isShared } from '../../ports/adapters.ts'
import { type Checks } from './finding.ts'

const EARLIEST_YEAR = 2025

/** Settings that are valid but can be unsafe. */
export function checksOfSettings({ auth, documents, listen }: Config): Checks {
  return {
    authentication: async () => {
      if (auth.mode === 'open') {
        return { state: 'ok', detail: `open: no token is needed, on ${listen.host} only` }
      }
      const isAsked = auth.secret === undefined && isShared('documents', documents.url)
      const secret = auth.secret === undefined ? 'the secret in the data folder' : 'the configured secret'
      const how = isAsked ? 'checked by the document role' : `signed with ${secret}`
      const plain = isLoopback(listen.host)
        ? ''
        : '; tokens are sent in plain text unless a proxy in front uses HTTPS'
      return {
        state: plain ? 'remark' : 'ok',
        detail: `required: tokens are ${how}${plain}`,
      }
    },
    clock: async () => {
      const now = new Date()
      if (now.getUTCFullYear() >= EARLIEST_YEAR) return { state: 'ok', detail: now.toISOString() }
      const fix = 'set the clock: tokens and ids contain the time'
      return { state: 'problem', detail: `the clock says ${now.toISOString()}`, fix }
    },
  }
}
