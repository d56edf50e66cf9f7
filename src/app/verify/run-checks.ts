import type { Retry } from '../../roles/indexer/retry-transient.ts'
import { pause } from '../../runtime/backoff.ts'
import { type Check, type Finding, NO_FAILURES, PAGE_SIZE } from './check.ts'
import { type Damage, DAMAGES } from './damage.ts'

/** Findings that are held until they are looked at again. */
const MAX_SUSPECTS = 10_000
const FIRST_LOOK_MS = 200

export interface RunChecksOptions {
  checks: readonly Check[]
  retry: Retry
  /** repair what can be rebuilt; contents are never changed */
  repair: boolean
  /** How long a difference has to last before it counts, in milliseconds; 0 where nothing else changes the data. */
  settleMs: number
  onProgress(part: string, items: number): void
  report(damage: Damage): void
}

/**
 * Runs the checks one after the other. Beside other processes a difference can be a change in flight, so what looks wrong
 * is looked at again until it is gone, has moved, or has lasted for the settle time. Holds a page of each check and at
 * most MAX_SUSPECTS findings in memory.
 * @throws DomainError unavailable; the signal's reason
 */
export async function runChecks(options: RunChecksOptions): Promise<void> {
  const { checks, retry, onProgress } = options
  let suspects: Suspects = new Map()
  let count = 0
  const settle = async (): Promise<void> => {
    await confirm(suspects, options)
    for (const [check, findings] of suspects) await close(check, [...findings.values()], options)
    suspects = new Map()
    count = 0
  }
  for (const check of checks) {
    for await (const { subjects, items } of check.pages()) {
      const found = await examine(check, subjects, retry)
      add(suspects, check, found)
      count += found.length
      if (count >= MAX_SUSPECTS) await settle()
      onProgress(check.name, items)
    }
  }
  await settle()
}

type Suspects = Map<Check, Map<string, Finding>>

const keyOf = ({ kind, subject }: Finding): string => `${kind} ${subject}`

function add(suspects: Suspects, check: Check, found: readonly Finding[]): void {
  if (found.length === 0) return
  const known = suspects.get(check) ?? new Map<string, Finding>()
  for (const finding of found) known.set(keyOf(finding), finding)
  suspects.set(check, known)
}

async function examine(check: Check, subjects: readonly string[], { retry }: Retry): Promise<Finding[]> {
  const found: Finding[] = []
  for (let start = 0; start < subjects.length; start += PAGE_SIZE) {
    const page = subjects.slice(start, start + PAGE_SIZE)
    found.push(...(await retry(() => check.examine(page))))
  }
  return found
}

/** Removes the suspects that are well now, or that have moved since the first look. */
async function confirm(suspects: Suspects, { retry, settleMs }: RunChecksOptions): Promise<void> {
  const end = performance.now() + settleMs
  for (let waitMs = FIRST_LOOK_MS; suspects.size > 0; waitMs *= 2) {
    const left = end - performance.now()
    if (left <= 0) return
    await pause(Math.min(waitMs, left), retry.signal)
    retry.signal.throwIfAborted()
    for (const [check, known] of suspects) {
      const subjects = [...new Set([...known.values()].map(({ subject }) => subject))]
      const now = new Map((await examine(check, subjects, retry)).map((finding) => [keyOf(finding), finding]))
      for (const [key, { state }] of known) {
        const again = now.get(key)
        if (again === undefined || again.state !== state) known.delete(key)
      }
      if (known.size === 0) suspects.delete(check)
    }
  }
}

async function close(
  check: Check,
  findings: readonly Finding[],
  { retry, repair, report }: RunChecksOptions,
): Promise<void> {
  const repairable = repair ? findings.filter(({ kind }) => DAMAGES[kind].isRepairable) : []
  const failures = new Map<string, string>()
  for (let start = 0; start < repairable.length; start += PAGE_SIZE) {
    const page = repairable.slice(start, start + PAGE_SIZE)
    const failed = (await retry.retry(async () => check.repair?.(page))) ?? NO_FAILURES
    for (const [subject, reason] of failed) failures.set(subject, reason)
  }
  const attempted = new Set(repairable)
  for (const finding of findings) {
    const { kind, subject, detail } = finding
    const failure = attempted.has(finding) ? failures.get(subject) : undefined
    const repaired = attempted.has(finding) && failure === undefined
    report({ kind, subject, detail: failure === undefined ? detail : `${detail}; ${failure}`, repaired })
  }
}
