import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { within } from '../testing/deadline.ts'
import { type Measurement, type Row, type Scale, scaleOf, type SharedBench } from './measurement.ts'
import { formatTable, isMet } from './table.ts'

/** A program that runs measurements in turn and prints a table. */
export interface BenchProgram<B extends SharedBench> {
  /** as it is called: `node dist/bench/bench.js` */
  command: string
  measurements: readonly Measurement<B>[]
  open(scale: Scale): Promise<B>
}

/** A tenth of them has what is rare. */
const MIN_LONG = 10

const note = (text: string): void => void process.stderr.write(`${text}\n`)

/** Runs the measurements that the command line names. The exit code is 1 when one fails. */
export async function runBench<B extends SharedBench>(program: BenchProgram<B>): Promise<void> {
  await main(program).catch((error: Error) => {
    note(error.message)
    process.exit(1)
  })
}

async function main<B extends SharedBench>({ command, measurements, open }: BenchProgram<B>): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      documents: { type: 'string' },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
  })
  const names = measurements.map(({ name }) => name)
  const usage = `${command} [--quick] [--json] [--documents N] [NAME…]

  --quick        check that everything can be measured; the figures mean little
  --json         print JSON instead of a table
  --documents N  documents of 20 pages for "pages", at least ${MIN_LONG}; 3,000 by default
  NAME           ${names.join(', ')}; all by default
`
  if (values.help) return void process.stdout.write(usage)
  const unknown = positionals.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`there is no measurement ${unknown}\n\n${usage}`)
  const long = Number(values.documents ?? NaN)
  if (values.documents !== undefined && !(Number.isSafeInteger(long) && long >= MIN_LONG))
    throw new Error(`--documents must be a whole number from ${MIN_LONG} on, not ${values.documents}`)

  const machine = describeMachine()
  note('starting docmgr …')
  const bench = await open(scaleOf(values.quick ?? false, values.documents === undefined ? {} : { long }))
  const selected = measurements.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  const rows = await runInTurn(selected, bench)
  if (!values.json) return void process.stdout.write(`${machine}\n\n${formatTable(rows)}\n`)
  const judged = rows.map((row) => ({ ...row, met: isMet(row) }))
  process.stdout.write(`${JSON.stringify({ machine, folder: bench.folder, rows: judged }, null, 2)}\n`)
}

/** Runs the measurements, and stops the bench also after an error or a signal. */
async function runInTurn<B extends SharedBench>(
  measurements: readonly Measurement<B>[],
  bench: B,
): Promise<Row[]> {
  const measureAll = async (): Promise<Row[]> => {
    const rows: Row[] = []
    for (const { name, run } of measurements) {
      const begun = performance.now()
      rows.push(...(await run(bench)))
      note(`${name}: ${((performance.now() - begun) / 1_000).toFixed(1)} s`)
    }
    return rows
  }
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`ended by ${signal}`)))
  })
  const measured = within(bench.scale.limitMs, 'the bench to end', measureAll())
  const rows = await Promise.race([measured, interrupted]).catch(async (error: unknown) => {
    // The error of the stop is then only a consequence.
    await bench.stop().catch((problem: Error) => note(problem.message))
    throw error
  })
  await bench.stop()
  return rows
}

/** What the figures depend on. With a load above 1.5 before the run, latencies mean little. */
function describeMachine(): string {
  const memory = Math.round(totalmem() / 1024 ** 3)
  return (
    `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${memory} GB, ${process.platform} ` +
    `${process.arch}, Node ${process.versions.node}, load before the run ${loadavg()[0]!.toFixed(1)}`
  )
}
