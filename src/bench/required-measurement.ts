import { randomBytes } from 'node:crypto'
import { createTokens } from '../auth/tokens.ts'
import { systemClock } from '../runtime/clock.ts'
import { compare } from './compare.ts'
import { documentMaker, get } from './load.ts'
import type { Measurement } from './measurement.ts'
import { type Bench, openBench } from './open-bench.ts'
import { newDocument } from './texts.ts'

const CACHED = 64
const LISTED = 1_000
const LIFETIME_S = 86_400

/**
 * What `cached` and `list` measure, in mode `required`: the owner of the documents asks, with a token, and each request is
 * checked for what it may read.
 */
export const required: Measurement<Bench> = {
  name: 'required',
  async run({ scale }) {
    const secret = randomBytes(32).toString('base64url')
    const bench = await openBench(scale, 'all', { DOCMGR_AUTH_MODE: 'required', DOCMGR_AUTH_SECRET: secret })
    try {
      const settings = { secret, issuer: 'docmgr', audience: 'docmgr', lifetime: LIFETIME_S }
      const user = { id: 'bench', email: newDocument().created_by!, admin: false }
      const authorization = `Bearer ${createTokens(settings, systemClock).sign(user)}`
      const owner = documentMaker(bench.pool, { authorization })
      const ids = await owner.newDocuments(scale.rounds > 1 ? LISTED : CACHED)
      let n = 0
      const cached = () => ({ ...get(`/documents/${ids[n++ % CACHED]}`), headers: { authorization } })
      const list = () => ({ ...get('/documents?limit=20'), headers: { authorization } })
      return [
        await compare(bench, { measure: 'GET a cached document with a token, mode required', next: cached }),
        await compare(bench, { measure: 'GET a list of 20 with a token, mode required', next: list }),
      ]
    } finally {
      await bench.stop()
    }
  },
}
