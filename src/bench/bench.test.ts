import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { buildRoot } from '../runtime/package-root.ts'
import type { Row } from './measurement.ts'
import { formatTable } from './table.ts'

const run = promisify(execFile)

test('every measurement of the bench still measures, and nothing of it stays behind', async () => {
  const { stdout } = await run(process.execPath, [join(buildRoot(), 'bench/bench.js'), '--quick', '--json'])
  const { machine, rows, folder } = JSON.parse(stdout) as { machine: string; rows: Row[]; folder: string }
  assert.match(machine, /^\d+ cores /)
  assert.equal(rows.length, 139)
  for (const { measure, value, unit, ratio = 1 } of rows) {
    assert.ok(value > 0 && ratio > 0, `${measure}: ${value}, ${ratio}`)
    // Less CPU time than any request takes: nothing was sent.
    assert.ok(unit !== 'µs' || value > 5, `${measure}: ${value} µs`)
  }
  assert.ok(!existsSync(folder), folder)
})

test('a table says which aims are met, by the ratio where there is one', () => {
  const table = formatTable([
    { measure: 'fast', value: 2_500, unit: 'µs', ratio: 2.5, aim: 3 },
    { measure: 'slow', value: 60, unit: 'ms', aim: 50, detail: 'of 10' },
    { measure: 'many', value: 900, unit: '/s', ratio: 0.9, atLeast: 0.8 },
    { measure: 'free', value: 7.123, unit: 'ms' },
  ])
  assert.deepEqual(table.split('\n').slice(2), [
    '| fast | 2,500 µs | 2.5 × | ≤ 3 × | yes |  |',
    '| slow | 60 ms |  | ≤ 50 ms | no | of 10 |',
    '| many | 900 /s | 0.9 × | ≥ 0.8 × | yes |  |',
    '| free | 7.12 ms |  |  |  |  |',
  ])
})

test('an unknown name of a measurement is refused with those that there are', async () => {
  const bench = run(process.execPath, [join(buildRoot(), 'bench/bench.js'), 'cachd'])
  await assert.rejects(bench, /there is no measurement cachd[^]*cached, list/)
})
