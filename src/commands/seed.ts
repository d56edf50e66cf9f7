import type { Caller } from '../client/api.ts'
import { createRandom } from '../runtime/seeded-random.ts'
import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type ServiceOptions, wholeNumber } from './options.ts'
import { forEachParallel } from './for-each-parallel.ts'
import { startProgress } from './progress.ts'
import { applyPlan, findExisting, type SeedResult } from './seed/apply-plan.ts'
import { signatureImage } from './seed/signature-image.ts'
import { createPlan, type Plan } from './seed/plan.ts'
import { waitForIndex } from './wait-for-index.ts'
import { withService } from './with-service.ts'

export interface SeedOptions extends ServiceOptions {
  count: string
  seed: string
  json?: boolean
}

const CONCURRENCY = 16
const MAX_COUNT = 1_000_000
const MAX_SEED = 2 ** 31 - 1
const IMAGES = 16

/** Creates documents 1 to `count` of a seed that do not exist yet. */
export async function seed(options: SeedOptions, io: Io): Promise<number> {
  const count = wholeNumber(options.count, '--count', 1, MAX_COUNT)
  const number = wholeNumber(options.seed, '--seed', 0, MAX_SEED)
  const random = createRandom(number)
  const images = Array.from({ length: IMAGES }, () => signatureImage(random))
  const result: SeedResult = { documents: 0, signatures: 0, moves: 0, already: 0 }

  return withService(options, io, CONCURRENCY, async ({ api, service }) => {
    const begun = performance.now()
    const caller = service.hasGivenToken ? await api.caller() : undefined
    const plan = caller && !caller.admin ? planOf(caller, createPlan(number)) : createPlan(number)
    const existing = await findExisting(api, plan)
    const progress = startProgress(io, count, 'documents')
    try {
      await forEachParallel(numbers(count), CONCURRENCY, io.signal, async (index) => {
        const planned = plan.document(index)
        await applyPlan(api, planned, existing.get(planned.title), () => images[index % IMAGES]!, result)
        progress.advance()
      })
    } finally {
      progress.end()
      summarize(result, (performance.now() - begun) / 1_000, options, io)
    }
    if (io.signal.aborted) return io.interruptionCode()
    return service.kind === 'embedded' ? waitForIndex(api, io) : EXIT.done
  })
}

/** The same documents as the caller's own: who is no administrator neither creates nor signs for others. */
function planOf({ email }: Caller, plan: Plan): Plan {
  const [name] = email.split('@') as [string]
  return {
    authors: [email],
    document(number) {
      const planned = plan.document(number)
      const signers = planned.signers.length > 0 ? [{ name, email }] : []
      return { ...planned, created_by: email, signers }
    },
  }
}

function* numbers(count: number): Generator<number> {
  for (let number = 1; number <= count; number++) yield number
}

function summarize(result: SeedResult, seconds: number, options: SeedOptions, io: Io): void {
  if (options.json)
    return io.json({ ...result, seed: Number(options.seed), seconds: Number(seconds.toFixed(3)) })
  const { documents, signatures, moves, already } = result
  io.out(
    `${documents} documents created, ${signatures} signatures, ${moves} status changes; ${already} existed already; ` +
      `${seconds.toFixed(1)} s`,
  )
}
