import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { buildRoot } from '../runtime/package-root.ts'
import type { ReadingLimits } from './extraction.ts'

/**
 * Answers the messages of extraction-process.ts, whose arguments have the memory that this process may hold. It ends with
 * its parent.
 * @param read never rejects
 */
export function serveExtraction<Input>(
  read: (input: Input, limits: ReadingLimits) => Promise<unknown>,
): void {
  const maxRssMb = Number(process.argv[2])
  new Worker(join(buildRoot(), 'extraction/memory-watch.worker.js'), {
    workerData: { maxRssBytes: maxRssMb * 1024 * 1024, parentPid: process.ppid },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  }).unref()

  process.on('disconnect', () => process.exit())
  // A terminal sends these to parent and child; the parent decides about work in flight.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => undefined)
  process.on('message', ({ input, limits }: { input: Input; limits: ReadingLimits }) => {
    void read(input, limits).then((answer) => process.send?.(answer))
  })
}
