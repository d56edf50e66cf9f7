/**
 * What docmgr costs, from one run on this machine.
 *
 *   npm run bench [-- NAME…] [-- --quick] [-- --json]
 */
import { parseArgs } from 'node:util'
import { within } from '../testing/deadline.ts'
import { describeMachine, machineLine } from './machine.ts'
import type { Bench, Measurement, Row } from './measurement.ts'
import { MEASUREMENTS } from './measurements.ts'
import { openBench } from './open-bench.ts'
import { FULL, QUICK, type Scale } from './scale.ts'
import { formatTable, isMet } from './table.ts'

const USAGE = `node dist/bench/bench.js [--quick] [--json] [NAME…]

  --quick   only whether everything can be measured: the figures say little
  --json    print JSON instead of a table
  NAME      ${MEASUREMENTS.map(({ name }) => name).join(', ')}; all without any
`

const note = (text: string): void => void process.stderr.write(`${text}\n`)

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
    allowPositionals: true,
  })
  if (values.help) return void process.stdout.write(USAGE)
  const selected = select(positionals)
  const scale = values.quick ? QUICK : FULL
  const machine = describeMachine()
  const { rows, folder } = await measureAll(selected, scale)
  if (values.json) {
    const judged = rows.map((row) => ({ ...row, met: isMet(row) }))
    return void process.stdout.write(`${JSON.stringify({ machine, folder, rows: judged }, null, 2)}\n`)
  }
  process.stdout.write(`${machineLine(machine)}\n\n${formatTable(rows)}\n`)
}

function select(names: readonly string[]): readonly Measurement[] {
  const unknown = names.find((name) => !MEASUREMENTS.some((measurement) => measurement.name === name))
  if (unknown !== undefined) throw new Error(`there is no measurement ${unknown}\n\n${USAGE}`)
  return names.length === 0 ? MEASUREMENTS : MEASUREMENTS.filter(({ name }) => names.includes(name))
}

async function measureAll(
  selected: readonly Measurement[],
  scale: Scale,
): Promise<{ rows: Row[]; folder: string }> {
  note('starting docmgr on an empty folder …')
  const bench = await openBench(scale)
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`ended by ${signal}`)))
  })
  try {
    const measured = within(scale.limitMs, 'the bench to end', measureInTurn(selected, bench))
    return { rows: await Promise.race([measured, interrupted]), folder: bench.folder }
  } finally {
    await bench.stop()
  }
}

async function measureInTurn(selected: readonly Measurement[], bench: Bench): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, run } of selected) {
    const begun = performance.now()
    rows.push(...(await run(bench)))
    note(`${name}: ${((performance.now() - begun) / 1_000).toFixed(1)} s`)
  }
  return rows
}

try {
  await main()
  process.exitCode = 0
} catch (error) {
  note((error as Error).message)
  process.exit(1)
}
