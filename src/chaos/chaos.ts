/**
 * A recorded workload under strikes, and a check of everything that was promised. README.md explains it.
 *
 *   npm run chaos -- [--profile embedded|stack] [--seed N] [--minutes M] [--strikes a,b]
 */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkHistory } from './check/check-history.ts'
import type { Fault } from './check/fault.ts'
import { type Entry, openHistory } from './history.ts'
import { type ChaosOptions, parseOptions, USAGE } from './options.ts'
import { describeFaults, describeRun } from './report.ts'
import { openEmbeddedService } from './service/embedded-service.ts'
import type { Service } from './service/service.ts'
import { openStackService } from './service/stack-service.ts'
import { settle } from './settle.ts'
import { MANY, strikeAll, type StrikesOptions, type Struck } from './strikes.ts'
import { poll } from './wait.ts'
import { startWorkload, type Workload } from './workload/workload.ts'

const START_MS = 180_000

const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** @returns the exit code */
async function main(args: string[]): Promise<number> {
  let options: ChaosOptions | 'help'
  try {
    options = parseOptions(args)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`)
    return 2
  }
  if (options === 'help') {
    print(USAGE)
    return 0
  }
  if (options.check !== undefined) return checkFile(options.check)
  const service = options.profile === 'stack' ? await openStackService(print) : await openEmbeddedService()
  try {
    return await run(options, service)
  } catch (error) {
    print(`FAULT  ${(error as Error).stack}\nend of the log:\n${service.log().slice(-6_000)}`)
    return 1
  } finally {
    await service.stop()
  }
}

function checkFile(path: string): number {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  const entries = lines.map((line) => JSON.parse(line) as Entry)
  const faults = checkHistory(entries)
  for (const line of describeFaults(entries, faults)) print(line)
  print(`${entries.length} entries, ${faults.length} faults`)
  return faults.length === 0 ? 0 : 1
}

async function run(options: ChaosOptions, service: Service): Promise<number> {
  const { seed, minutes, profile } = options
  const all = [...Object.keys(service.strikes), MANY]
  if (options.strikes.includes('list')) {
    print(all.join('\n'))
    return 0
  }
  const kinds = options.strikes.length > 0 ? options.strikes : all
  const unknown = kinds.find((kind) => !all.includes(kind))
  if (unknown !== undefined)
    throw new Error(
      `no strike is called ${unknown}; there are ${all.join(', ')}. ${service.impossible[unknown] ?? ''}`,
    )
  const path = options.history ?? join(mkdtempSync(join(tmpdir(), 'docmgr-history-')), 'history.jsonl')
  print(`profile ${profile}, seed ${seed}, ${minutes} minutes; history: ${path}`)
  for (const [kind, reason] of Object.entries(service.impossible)) print(`left out: ${kind}: ${reason}`)
  if (!(await poll(START_MS, () => service.isReady()))) throw new Error('the service did not start')

  const history = openHistory(path)
  const { url } = service
  const { clients, subscribers, pauseMs } = options
  const workload = startWorkload({ seed, url, history, clients, subscribers, pauseMs })
  const strikes = { service, history, seed, ms: minutes * 60_000, kinds, note: print }
  const { struck, faults } = await strikeAndSettle(strikes, workload).finally(() => workload.stop())
  await history.close()
  for (const line of describeRun(history, workload.counts, struck)) print(line)
  const isGood = faults.length === 0 && struck.failures.length === 0
  if (!isGood) print(`end of the log:\n${service.log().slice(-6_000)}`)
  for (const line of describeFaults(history.entries, faults)) print(line)
  for (const failure of struck.failures) print(`FAULT  ${failure}`)
  print(isGood ? `passed, seed ${seed}` : `FAILED; --profile ${profile} --seed ${seed} repeats it`)
  return isGood ? 0 : 1
}

async function strikeAndSettle(
  options: StrikesOptions,
  workload: Workload,
): Promise<{ struck: Struck; faults: Fault[] }> {
  const struck = await strikeAll(options)
  if (struck.failures.length > 0) return { struck, faults: [] }
  await workload.end()
  return { struck, faults: await settle({ ...options, url: options.service.url }, workload) }
}

process.exitCode = await main(process.argv.slice(2))
