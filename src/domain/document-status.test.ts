import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isDeletable, isSignable, isStatus, STATUSES, statusesBefore, statusMove } from './document-status.ts'

const status = fc.constantFrom(...STATUSES)
const forward = STATUSES.filter((name) => name !== 'cancelled')

test('a document only moves forward, skipping steps or not', () => {
  for (const [from, before] of forward.entries()) {
    for (const [to, after] of forward.entries()) {
      const expected = to > from ? 'allowed' : to === from ? 'unchanged' : 'refused'
      assert.equal(statusMove(before, after), expected, `${before} → ${after}`)
    }
  }
})

test('cancelled is reached from before signed only, and never left', () => {
  const sources = STATUSES.filter((from) => statusMove(from, 'cancelled') === 'allowed')
  assert.deepEqual(sources, ['created', 'sent', 'viewed'])
  for (const to of STATUSES)
    assert.equal(statusMove('cancelled', to), to === 'cancelled' ? 'unchanged' : 'refused')
})

test('no way of allowed moves comes back to where it was', () => {
  fc.assert(
    fc.property(fc.array(status, { maxLength: 20 }), (wanted) => {
      const way = wanted.reduce(
        (path, to) => (statusMove(path.at(-1)!, to) === 'allowed' ? [...path, to] : path),
        ['created' as (typeof STATUSES)[number]],
      )
      assert.equal(new Set(way).size, way.length)
    }),
  )
})

test('the statuses before one are those that may move there', () => {
  fc.assert(
    fc.property(status, status, (from, to) => {
      assert.equal(statusesBefore(to).includes(from), statusMove(from, to) === 'allowed')
    }),
  )
})

test('signed documents stay, and those that ended cannot be signed', () => {
  assert.deepEqual(
    STATUSES.filter((name) => !isDeletable(name)),
    ['signed', 'completed', 'archived'],
  )
  assert.deepEqual(STATUSES.filter(isSignable), ['created', 'sent', 'viewed', 'signed'])
  assert.equal(isStatus('SIGNED'), false)
  assert.equal(isStatus('completed'), true)
})
