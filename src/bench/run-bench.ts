import { parseArgs } from 'node:util'
import { within } from '../testing/deadline.ts'
import { describeMachine, machineLine } from './machine.ts'
import type { Measurement, Row } from './measurement.ts'
import { formatTable, isMet } from './table.ts'

/** A program that measures things in turn and prints a table of them. */
export interface BenchProgram<B extends { folder: string }, S extends { limitMs: number }> {
  /** as it is called: `node dist/bench/bench.js` */
  command: string
  /** what `open` does, for the one who waits */
  opening: string
  measurements: readonly Measurement<B>[]
  full: S
  quick: S
  /** What the measurements share; `folder` is where its data lies until it is stopped. */
  open(scale: S): Promise<B & { stop(): Promise<void> }>
}

const note = (text: string): void => void process.stderr.write(`${text}\n`)

/** Runs the measurements that the command line names, and ends the process with 1 when one fails. */
export async function runBench<B extends { folder: string }, S extends { limitMs: number }>(
  program: BenchProgram<B, S>,
): Promise<void> {
  try {
    await main(program)
    process.exitCode = 0
  } catch (error) {
    note((error as Error).message)
    process.exit(1)
  }
}

async function main<B extends { folder: string }, S extends { limitMs: number }>(
  program: BenchProgram<B, S>,
): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
    allowPositionals: true,
  })
  const usage = usageOf(program)
  if (values.help) return void process.stdout.write(usage)
  const selected = select(program.measurements, positionals, usage)
  const machine = describeMachine()
  const { rows, folder } = await measureAll(program, selected, values.quick ? program.quick : program.full)
  if (values.json) {
    const judged = rows.map((row) => ({ ...row, met: isMet(row) }))
    return void process.stdout.write(`${JSON.stringify({ machine, folder, rows: judged }, null, 2)}\n`)
  }
  process.stdout.write(`${machineLine(machine)}\n\n${formatTable(rows)}\n`)
}

const usageOf = ({ command, measurements }: { command: string; measurements: readonly { name: string }[] }) =>
  `${command} [--quick] [--json] [NAME…]

  --quick   only whether everything can be measured: the figures say little
  --json    print JSON instead of a table
  NAME      ${measurements.map(({ name }) => name).join(', ')}; all without any
`

function select<M extends { name: string }>(
  measurements: readonly M[],
  names: readonly string[],
  usage: string,
): readonly M[] {
  const unknown = names.find((name) => !measurements.some((measurement) => measurement.name === name))
  if (unknown !== undefined) throw new Error(`there is no measurement ${unknown}\n\n${usage}`)
  return names.length === 0 ? measurements : measurements.filter(({ name }) => names.includes(name))
}

async function measureAll<B extends { folder: string }, S extends { limitMs: number }>(
  { open, opening }: BenchProgram<B, S>,
  selected: readonly Measurement<B>[],
  scale: S,
): Promise<{ rows: Row[]; folder: string }> {
  note(`${opening} …`)
  const bench = await open(scale)
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`ended by ${signal}`)))
  })
  const measured = within(scale.limitMs, 'the bench to end', measureInTurn(selected, bench))
  const rows = await Promise.race([measured, interrupted]).catch(async (error: unknown) => {
    // What the stop says then is only a consequence.
    await bench.stop().catch((problem: Error) => note(problem.message))
    throw error
  })
  await bench.stop()
  return { rows, folder: bench.folder }
}

async function measureInTurn<B>(selected: readonly Measurement<B>[], bench: B): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, run } of selected) {
    const begun = performance.now()
    rows.push(...(await run(bench)))
    note(`${name}: ${((performance.now() - begun) / 1_000).toFixed(1)} s`)
  }
  return rows
}
