import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { buildRoot } from '../../runtime/package-root.ts'
import type { Row } from '../measurement.ts'

test('every measurement of the stack bench still measures, and no folder of it stays behind', async () => {
  const program = join(buildRoot(), 'bench/bench-stack.js')
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--quick', '--json'])
  const { folder, rows } = JSON.parse(stdout) as { folder: string; rows: Row[] }
  assert.equal(rows.length, 83)
  for (const { measure, value, unit, ratio = 1 } of rows) {
    assert.ok(Number.isFinite(value) && Number.isFinite(ratio), `${measure}: ${value}, ${ratio}`)
    // On a busy machine an event can arrive before the acknowledgement of its commit.
    if (unit !== 'ms') assert.ok(value > 0, measure)
    // Faster than any server answers: nothing was sent.
    if (unit === '/CPU-s') assert.ok(value < 200_000, `${measure}: ${value} per CPU-second`)
  }
  assert.ok(!existsSync(folder), folder)
})
