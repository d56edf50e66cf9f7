import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childTraceparent, traceIdOf } from './trace.ts'

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

test("a child has its parent's trace and flags, and a span of its own", () => {
  const child = childTraceparent(PARENT)
  assert.equal(traceIdOf(child), traceIdOf(PARENT))
  assert.match(child, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  assert.notEqual(child, PARENT)
})

test('without a parent, or with an invalid one, a new trace starts', () => {
  const zeros = `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`
  for (const parent of [undefined, '', 'nonsense', zeros, PARENT.toUpperCase(), `${PARENT}-more`]) {
    assert.match(childTraceparent(parent), /^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  }
})
