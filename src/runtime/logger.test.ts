import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from './logger.ts'

const SECRET = 'c0rrect-h0rse'

/** Texts of libraries that have been seen with secrets in them. */
const TEXTS = [
  `connect ECONNREFUSED postgres://docmgr:${SECRET}@db:5432/docmgr`,
  `redis://:${SECRET}@cache:6379 is not a URL`,
  `GET /ws/01?token=${SECRET}&last=1 failed`,
  `{"password":"${SECRET}"}`,
  `authorization: Bearer ${SECRET}`,
  `jwt malformed: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${SECRET}`,
  `AWS_SECRET_ACCESS_KEY=${SECRET}, region=eu`,
]

test('errors are logged without what could be a secret, also in their causes, and stay readable', () => {
  const lines: string[] = []
  const log = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } })
  for (const text of TEXTS) log.info({ err: new Error('failed', { cause: new Error(text) }) }, 'it failed')
  log.info({ request: { authorization: SECRET, cookie: SECRET, token: SECRET } }, 'a request')
  assert.equal(lines.length, TEXTS.length + 1)
  for (const line of lines) assert.ok(!line.includes(SECRET), line)
  assert.match(lines[0]!, /connect ECONNREFUSED postgres:\/\/docmgr:\[hidden\]@db:5432\/docmgr/)
  assert.match(lines[2]!, /GET \/ws\/01\?token=\[hidden\]&last=1 failed/)
})
