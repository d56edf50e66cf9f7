import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type DocumentStatus,
  isFinal,
  isForward,
  isSignable,
  isStatus,
  type Mover,
  STATUSES,
  statusesBefore,
  statusMove,
} from './document-status.ts'

const status = fc.constantFrom(...STATUSES)
const mover = fc.constantFrom<Mover>('client', 'signature')

/** Where a client may move a document; a signature moves those before `signed` there, and nowhere else. */
const CLIENT_MOVES: Record<DocumentStatus, DocumentStatus[]> = {
  created: ['sent', 'viewed', 'archived', 'cancelled'],
  sent: ['viewed', 'archived', 'cancelled'],
  viewed: ['archived', 'cancelled'],
  signed: ['completed', 'archived'],
  completed: ['archived'],
  archived: [],
  cancelled: [],
}

test('every move is allowed, unchanged or refused as the table says', () => {
  for (const from of STATUSES) {
    for (const to of STATUSES) {
      const forClient = from === to ? 'unchanged' : CLIENT_MOVES[from].includes(to) ? 'allowed' : 'refused'
      assert.equal(statusMove(from, to), forClient, `${from} → ${to}`)
      const signs = to === 'signed' && ['created', 'sent', 'viewed'].includes(from)
      const forSignature = from === to ? 'unchanged' : signs ? 'allowed' : 'refused'
      assert.equal(statusMove(from, to, 'signature'), forSignature, `${from} → ${to}`)
    }
  }
})

test('no way of allowed moves comes back to where it was', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(status, mover), { maxLength: 20 }), (wanted) => {
      const way = wanted.reduce(
        (path, [to, by]) => (statusMove(path.at(-1)!, to, by) === 'allowed' ? [...path, to] : path),
        ['created' as DocumentStatus],
      )
      assert.equal(new Set(way).size, way.length)
      assert.ok(!way.includes('completed') || way.includes('signed'))
    }),
  )
})

test('the statuses before one are those that may move there, and all of them come before it', () => {
  fc.assert(
    fc.property(status, status, mover, (from, to, by) => {
      const isAllowed = statusMove(from, to, by) === 'allowed'
      assert.equal(statusesBefore(to, by).includes(from), isAllowed)
      if (isAllowed) assert.ok(isForward(from, to))
    }),
  )
})

test('signed and archived documents stay, and those that ended cannot be signed', () => {
  assert.deepEqual(STATUSES.filter(isFinal), ['signed', 'completed', 'archived'])
  assert.deepEqual(STATUSES.filter(isSignable), ['created', 'sent', 'viewed', 'signed'])
  assert.equal(isStatus('SIGNED'), false)
  assert.equal(isStatus('completed'), true)
})
