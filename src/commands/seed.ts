import { EXIT } from './exit-codes.ts'
import { type Io } from './io.ts'
import { type ServiceOptions, wholeNumber } from './options.ts'
import { forEachParallel } from './parallel.ts'
import { startProgress } from './progress.ts'
import { planOf } from './seed/contract.ts'
import { createRandom } from './seed/random.ts'
import { signatureImage } from './seed/signature-image.ts'
import { findSown, type Sown, sow } from './seed/sow.ts'
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
const DRAWINGS = 16

/** Makes documents 1 to `count` of a seed, as far as they are not there yet. */
export async function seed(options: SeedOptions, io: Io): Promise<number> {
  const count = wholeNumber(options.count, '--count', 1, MAX_COUNT)
  const number = wholeNumber(options.seed, '--seed', 0, MAX_SEED)
  const plan = planOf(number)
  const random = createRandom(number)
  const drawings = Array.from({ length: DRAWINGS }, () => signatureImage(random))
  const sown: Sown = { documents: 0, signatures: 0, moves: 0, already: 0 }

  return withService(options, io, CONCURRENCY, async ({ api, service }) => {
    const begun = performance.now()
    const there = await findSown(api, plan)
    const progress = startProgress(io, count, 'documents')
    try {
      await forEachParallel(numbers(count), CONCURRENCY, io.signal, async (index) => {
        const planned = plan.document(index)
        await sow(api, planned, there.get(planned.title), () => drawings[index % DRAWINGS]!, sown)
        progress.advance()
      })
    } finally {
      progress.end()
      summarize(sown, (performance.now() - begun) / 1_000, options, io)
    }
    if (io.signal.aborted) return io.interruptionCode()
    if (service.kind === 'embedded') await waitForIndex(api, io)
    return EXIT.done
  })
}

function* numbers(count: number): Generator<number> {
  for (let number = 1; number <= count; number++) yield number
}

function summarize(sown: Sown, seconds: number, options: SeedOptions, io: Io): void {
  if (options.json)
    return io.json({ ...sown, seed: Number(options.seed), seconds: Number(seconds.toFixed(3)) })
  const { documents, signatures, moves, already } = sown
  io.out(
    `${documents} documents made, ${signatures} signatures, ${moves} status moves; ${already} were there already; ` +
      `${seconds.toFixed(1)} s`,
  )
}
