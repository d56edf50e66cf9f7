import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTime, isTime } from './time.ts'

test('a time has a fraction of six digits, or none when it is zero', () => {
  for (const [given, expected] of [
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z'],
    ['2026-03-01T10:00:00.000Z', '2026-03-01T10:00:00Z'],
    ['2026-03-01T10:00:00.120Z', '2026-03-01T10:00:00.120000Z'],
    ['2026-03-01T10:00:00.123456789Z', '2026-03-01T10:00:00.123456Z'],
  ] as const) {
    assert.equal(formatTime(given), expected)
    assert.ok(isTime(expected))
  }
})

test('other formats, and times that no calendar has, are not times', () => {
  for (const text of [
    '2026-03-01T10:00:00.120Z',
    '2026-03-01T10:00:00+00:00',
    '2026-13-01T10:00:00Z',
    '0000-01-01T00:00:00Z',
    '',
  ])
    assert.equal(isTime(text), false, text)
})
