// Child process that reads untrusted files, one at a time, and exits with its parent. It is a process and not a
// thread because a thread that runs out of memory can abort the whole process.
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { buildRoot } from '../runtime/package-root.ts'
import type { ExtractionInput, ReadingLimits } from './extraction.ts'
import { readText } from './read-text.ts'

const maxRssMb = Number(process.argv[2])
new Worker(join(buildRoot(), 'extraction/memory-watch.worker.js'), {
  workerData: { maxRssBytes: maxRssMb * 1024 * 1024, parentPid: process.ppid },
  resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
}).unref()

process.on('disconnect', () => process.exit())
// A terminal sends these to parent and child; the parent decides about work in flight.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('message', ({ input, limits }: { input: ExtractionInput; limits: ReadingLimits }) => {
  void readText(input, limits).then((extraction) => process.send?.(extraction))
})
