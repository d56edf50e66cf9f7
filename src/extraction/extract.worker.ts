// The process that reads files which may be hostile: one at a time, from its parent, and never the last to
// leave. It is a process and not a thread because running out of memory in a thread can abort all of them.
import { Worker } from 'node:worker_threads'
import { builtFile } from './built-file.ts'
import { type ExtractionInput, type ReadingLimits } from './extraction.ts'
import { readText } from './read-text.ts'

const maxRssMb = Number(process.argv[2])
new Worker(builtFile('extraction/memory-watch.worker.js'), {
  workerData: { maxRssBytes: maxRssMb * 1024 * 1024, parentPid: process.ppid },
  resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
}).unref()

process.on('disconnect', () => process.exit())
// A terminal sends these to parent and child alike; the parent decides what becomes of work under way.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('message', ({ input, limits }: { input: ExtractionInput; limits: ReadingLimits }) => {
  void readText(input, limits).then((extraction) => process.send?.(extraction))
})
