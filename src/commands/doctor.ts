import { ConfigError } from '../config/config-error.ts'
import { type LoadedConfig } from '../config/load-config.ts'
import { checksOfService } from './doctor/service.ts'
import { checksOfSettings } from './doctor/settings.ts'
import { checksOfDatabase } from './doctor/database.ts'
import { checksOfServers } from './doctor/servers.ts'
import { checksOfDeadLetters } from './doctor/dead-letters.ts'
import { checksOfSearchIndex } from './doctor/search-index.ts'
import { checkNode, checkPackages, checksOfFolder } from './doctor/machine.ts'
import { checksOfOcr } from './doctor/ocr.ts'
import { type Check, type Finding } from './doctor/finding.ts'
import { EXIT } from './exit-codes.ts'
import { type Io } from './io.ts'
import { type ConfigOptions, configOf } from './options.ts'

/** Checks what docmgr needs on this machine and suggests a fix for each problem. It changes nothing. */
export async function doctor(options: ConfigOptions & { json?: boolean }, io: Io): Promise<number> {
  const findings: Finding[] = []
  const run = async (name: string, check: Check): Promise<void> => {
    io.signal.throwIfAborted()
    const finding = { name, ...(await check().catch(asProblem)) }
    findings.push(finding)
    if (!options.json) show(finding, io)
  }

  await run('Node', checkNode)
  await run('packages', checkPackages)
  let loaded: LoadedConfig | undefined
  await run('configuration', async () => {
    try {
      loaded = await configOf(options)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return {
        state: 'problem',
        detail: error.message,
        fix: 'correct the values; `docmgr config --all` explains each',
      }
    }
    return { state: 'ok', detail: loaded.file ?? 'no file: defaults, variables and flags' }
  })
  if (loaded) {
    const { config } = loaded
    const service = await checksOfService(config, io.signal)
    const checks = {
      ...checksOfSettings(config),
      ...checksOfFolder(config),
      ...checksOfOcr(config),
      ...service.checks,
      ...checksOfDatabase(config, service.isRunning),
      ...checksOfSearchIndex(config),
      ...checksOfServers(config),
      ...checksOfDeadLetters(config, { isRunning: service.isRunning, signal: io.signal }),
    }
    for (const [name, check] of Object.entries(checks)) await run(name, check)
  }

  const problems = findings.filter(({ state }) => state === 'problem').length
  if (options.json) io.json({ problems, findings })
  else
    io.out(
      problems === 0 ? 'No problems found.' : `${problems} ${problems === 1 ? 'problem' : 'problems'} found.`,
    )
  return problems === 0 ? EXIT.done : EXIT.attention
}

function asProblem(error: Error): Omit<Finding, 'name'> {
  return { state: 'problem', detail: error.message }
}

const MARKS = { ok: '✓', remark: '•', problem: '✗' }

function show({ name, state, detail, fix }: Finding, io: Io): void {
  const { green, yellow, red, bold } = io.colors
  const color = { ok: green, remark: yellow, problem: red }[state]
  const [first = '', ...rest] = detail.split('\n')
  io.out(`${color(MARKS[state])} ${bold(name)}: ${first}`)
  for (const line of rest) io.out(`    ${line}`)
  if (fix !== undefined) io.out(`    → ${fix}`)
}
