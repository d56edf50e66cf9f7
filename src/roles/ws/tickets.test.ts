/** Tickets of processes of the ws role, each with the keys that its settings give. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Identity } from '../../auth/authenticator.ts'
import { createServiceTokens } from '../../auth/service-tokens.ts'
import { createTicketSeal } from '../../auth/ticket-seal.ts'
import { ticketKeysOf } from '../../auth/ticket-keys.ts'
import { isProblem } from '../../domain/errors.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createKeyPair } from '../../testing/service-keys.ts'
import { createTickets, type TicketQuestion, type Tickets } from './tickets.ts'

const ADA: Identity = {
  principal: { kind: 'user', id: 'ada', email: 'ada@example.com', admin: false },
  expiresAt: Infinity,
}
const [before, after] = [createKeyPair().key, createKeyPair().key]

/** Processes that answer each other, as those of a cluster do. */
function clusterOf(settings: { key: string; secondKey?: string }[]): Tickets[] {
  const processes: Tickets[] = []
  for (const { key, secondKey } of settings) {
    const secrets = { serviceTokens: createServiceTokens({ key, keys: [] }, systemClock), tokens: undefined }
    const seal = createTicketSeal(ticketKeysOf(secrets, secondKey, systemClock))
    // Questions and answers are JSON.
    const ask = async (question: TicketQuestion): Promise<unknown[]> =>
      processes.map((one) => JSON.parse(JSON.stringify(one.answer(question))) as unknown)
    processes.push(createTickets(ask, seal))
  }
  return processes
}

const STEPS = [
  { key: before },
  { key: before, secondKey: after },
  { key: after, secondKey: before },
  { key: after },
]

test('while the key of ws is replaced in three steps, the processes of two neighbouring steps accept tickets of each other', async () => {
  for (const [step, settings] of STEPS.slice(1).entries()) {
    const [one, other] = clusterOf([STEPS[step]!, settings])
    for (const [issuing, redeeming] of [
      [one!, other!],
      [other!, one!],
    ]) {
      const ticket = await issuing!.issue(ADA)
      assert.deepEqual((await redeeming!.redeem(ticket)).principal, ADA.principal)
      const again = issuing!.redeem(ticket)
      await assert.rejects(again, (error) => isProblem(error, 'unauthenticated'))
    }
  }
})

test('a process with one key refuses tickets of another one', async () => {
  const [one, other] = clusterOf([{ key: before }, { key: after }])
  const ticket = await one!.issue(ADA)
  await assert.rejects(other!.redeem(ticket), (error) => isProblem(error, 'unauthenticated'))
  assert.deepEqual((await one!.redeem(ticket)).principal, ADA.principal)
})
