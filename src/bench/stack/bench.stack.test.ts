import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { buildRoot } from '../../runtime/package-root.ts'
import type { Row } from '../measurement.ts'

const run = promisify(execFile)

test('every measurement of the stack bench still measures, and no folder of it stays behind', async () => {
  const { stdout } = await run(process.execPath, [
    join(buildRoot(), 'bench/bench-stack.js'),
    '--quick',
    '--json',
  ])
  const { folder, rows } = JSON.parse(stdout) as { folder: string; rows: Row[] }
  assert.equal(rows.length, 26)
  for (const { measure, value, unit, ratio = 1 } of rows) {
    assert.ok(Number.isFinite(value) && Number.isFinite(ratio), `${measure}: ${value}, ${ratio}`)
    // On a busy machine an event can arrive before the acknowledgement of its commit; and memory is given back.
    if (unit !== 'ms' && !measure.startsWith('RSS')) assert.ok(value >= 0, measure)
  }
  assert.ok(!(await readdir(tmpdir())).includes(basename(folder)), folder)
})
