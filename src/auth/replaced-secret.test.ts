/** The secret of tokens is replaced as SECURITY.md says, while clients use two processes of the document role, and ws. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { openTestDatabase } from '../testing/database.ts'
import { freePorts } from '../testing/free-ports.ts'
import { serviceKeyOf } from '../testing/service-keys.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { startTestService } from '../testing/test-service.ts'
import type { Undo } from '../testing/undoing.ts'

const [BEFORE, AFTER] = ['the old secret of a test, 32 bytes long', 'the new secret of a test, 32 bytes long']
const STEPS: { secret: string; secondSecret?: string }[] = [
  { secret: BEFORE, secondSecret: AFTER },
  { secret: AFTER, secondSecret: BEFORE },
  { secret: AFTER },
]
const database = await openTestDatabase(TEST_FILE)
const limits = { addressRequests: 'off', principalRequests: 'off' } as const

const startDocument = (auth: (typeof STEPS)[number], grpc: number, t: Undo) =>
  startTestService(
    {
      roles: ['document'],
      database,
      settings: { auth: { mode: 'required', ...auth }, limits, listen: { grpc } },
    },
    t,
  )

const startWs = (ports: number[], t: Undo) =>
  startTestService(
    {
      roles: ['ws'],
      database,
      settings: {
        auth: { mode: 'required', secret: undefined, services: { key: serviceKeyOf('ws') } },
        documents: { url: `grpc://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`, timeout: 10_000 },
        limits,
      },
      // It asks about each token at once and again.
      overrides: { identities: { refresh: 0, stale: 0, retry: 0 } },
    },
    t,
  )

const headersOf = (token: string) => ({ authorization: `Bearer ${token}` })

test('no request is refused while the secret is replaced in two processes of the document role, one after the other', async (t) => {
  const ports = await freePorts(2)
  const running = await Promise.all(ports.map((port) => startDocument({ secret: BEFORE }, port, t)))
  const ws = await startWs(ports, t)
  /** Where a gateway sends requests to: not to a process that is about to stop. */
  const open = new Set(running)
  /** one of each process that was ever started, until it has expired */
  let tokens = running.map((one) => one.token())
  const refused: string[] = []
  let sent = 0

  /** Each token at each process, and a new one of each process. */
  const useTokens = async (): Promise<void> => {
    const note = (what: string, { status }: { status: number }): void => {
      sent += 1
      if (status >= 300) refused.push(`${what}: ${status}`)
    }
    const send = async (token: string): Promise<void> => {
      const asked = [...open].map((one) => one.get('/documents', headersOf(token)))
      for (const answer of await Promise.all(asked)) note('GET /documents', answer)
      note('POST /auth/ticket', await ws.send('POST', '/auth/ticket', undefined, headersOf(token)))
    }
    const fresh = [...open].map((one) => one.token({ id: `ada-${sent}` }))
    await Promise.all([...tokens, ...fresh].map(send))
  }
  /** Requests until what is done meanwhile is done. The pause is for the processes, which share this one's thread. */
  const whileUsed = async <T>(done: Promise<T>): Promise<T> => {
    let isDone = false
    const end = done.finally(() => (isDone = true))
    while (!isDone) {
      await useTokens()
      await setTimeout(50)
    }
    return end
  }
  const replace = async (place: number, auth: (typeof STEPS)[number]): Promise<void> => {
    const old = running[place]!
    open.delete(old)
    await whileUsed(old.stop())
    const next = await whileUsed(startDocument(auth, ports[place]!, t))
    running[place] = next
    open.add(next)
    tokens.push(next.token())
    await useTokens()
  }

  await useTokens()
  for (const auth of STEPS) {
    // The last step comes when every token of the old one has expired.
    if (auth.secondSecret === undefined) tokens = running.map((one) => one.token())
    for (const place of [0, 1]) await replace(place, auth)
  }
  assert.deepEqual(refused, [])
  assert.ok(sent > 50)

  const old = headersOf((await startDocument({ secret: BEFORE }, 0, t)).token())
  for (const one of running) assert.equal((await one.get('/documents', old)).status, 401)
  assert.equal((await ws.send('POST', '/auth/ticket', undefined, old)).status, 401)
})
