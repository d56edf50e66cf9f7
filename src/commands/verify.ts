import { type Damage, type DamageKind, DAMAGES, openVerify } from '../app/verify.ts'
import { createLogger } from '../runtime/logger.ts'
import { EXIT } from './exit-codes.ts'
import { formatNumber } from './format-number.ts'
import type { Io } from './io.ts'
import { type ConfigOptions, configOf, wholeNumber } from './options.ts'
import { printable } from './printable.ts'
import { startProgress } from './progress.ts'

export interface VerifyOptions extends ConfigOptions {
  repair?: boolean
  /** minutes */
  grace: string
  /** seconds */
  settle: string
  json?: boolean
}

/** Maximum number of damages in the output of --json; standard error has all of them. */
const MAX_LISTED = 10_000
const MAX_GRACE_MINUTES = 60 * 24 * 365
const MAX_SETTLE_SECONDS = 3_600

/** Compares rows, histories, objects, access, index, cache and counters with each other, and repairs what can be rebuilt. */
export async function verify(options: VerifyOptions, io: Io): Promise<number> {
  const graceMs = wholeNumber(options.grace, '--grace', 0, MAX_GRACE_MINUTES) * 60_000
  const settleMs = wholeNumber(options.settle, '--settle', 0, MAX_SETTLE_SECONDS) * 1_000
  const { config } = await configOf(options)
  const { repair = false, json } = options
  const opened = await openVerify(config, {
    log: createLogger({ level: 'fatal' }),
    signal: io.signal,
    repair,
    objectsBefore: new Date(Date.now() - graceMs),
    settleMs,
  })
  const checked: Record<string, number> = {}
  const found: Partial<Record<DamageKind, { found: number; repaired: number }>> = {}
  const damages: Damage[] = []
  try {
    io.signal.throwIfAborted()
    if (opened.remark !== undefined) io.note(opened.remark)
    const progress = startProgress(io, io.interactive ? await opened.total() : 0, 'objects')
    const onProgress = (part: string, count: number): void => {
      checked[part] = (checked[part] ?? 0) + count
      if (part === 'contents') progress.advance(count)
    }
    const report = (damage: Damage): void => {
      const counts = (found[damage.kind] ??= { found: 0, repaired: 0 })
      counts.found++
      if (damage.repaired) counts.repaired++
      if (damages.length < MAX_LISTED) damages.push(damage)
      const state = damage.repaired ? io.errorColors.green('repaired:') : io.errorColors.yellow('damaged:')
      io.note(`${state} ${damage.kind} ${printable(damage.subject)}: ${printable(damage.detail)}`)
    }
    await opened.run(onProgress, report).finally(() => progress.end())
  } finally {
    await opened.stop()
  }
  const total = Object.values(found).reduce((sum, counts) => sum + counts.found, 0)
  const repaired = Object.values(found).reduce((sum, counts) => sum + counts.repaired, 0)
  if (json) io.json({ checked, found: total, repaired, left: total - repaired, kinds: found, damages })
  else for (const line of summaryOf(checked, found, repair)) io.out(line)
  return total === repaired ? EXIT.done : EXIT.attention
}

function* summaryOf(
  checked: Record<string, number>,
  kinds: Partial<Record<DamageKind, { found: number; repaired: number }>>,
  hasRepaired: boolean,
): Generator<string> {
  const parts = Object.entries(checked).map(([part, count]) => `${part} ${formatNumber(count)}`)
  if (parts.length > 0) yield `Checked: ${parts.join(', ')}.`
  const entries = Object.entries(kinds) as [DamageKind, { found: number; repaired: number }][]
  if (entries.length === 0) yield 'Everything is well.'
  for (const [kind, { found, repaired }] of entries) {
    const { isRepairable, remedy } = DAMAGES[kind]
    const left = found - repaired
    const advice = isRepairable && !hasRepaired ? '`docmgr verify --repair`' : remedy
    yield `${kind}: ${found} found, ${repaired} repaired${left > 0 ? `; ${advice}` : ''}`
  }
}
