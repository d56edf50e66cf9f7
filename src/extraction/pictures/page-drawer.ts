import { join } from 'node:path'
import { DomainError } from '../../domain/errors.ts'
import { buildRoot } from '../../runtime/package-root.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'
import { abortAfter } from '../../runtime/within.ts'
import { createExtractionProcess, type ExtractionProcess } from '../extraction-process.ts'
import type { PageInput, PageOutput } from './page-input.ts'

/** Draws pages in processes of their own, so that a hostile file costs only itself. */
export interface PageDrawer {
  /**
   * @param content what the file is known by: a process reads one file only, so that none can change how another one looks
   * @param load is called when it is the turn of this page
   * @throws DomainError unavailable where too many wait, what `load` throws
   */
  read(content: string, load: () => Promise<PageInput>): Promise<PageOutput>
  stop(): void
}

export interface PageDrawerLimits {
  /** of one page, starting the process included */
  timeoutMs: number
  /** as of an extraction process: one may hold twice that */
  maxMemoryMb: number
  /** processes at the same time */
  concurrency: number
  /** pages that wait for a process */
  maxQueue: number
  /** the longest wait for a process */
  waitMs: number
  /** A process without work ends after this long. */
  idleMs: number
}

const DEFAULT_LIMITS: PageDrawerLimits = {
  timeoutMs: 10_000,
  maxMemoryMb: 256,
  concurrency: 2,
  maxQueue: 100,
  waitMs: 20_000,
  idleMs: 10_000,
}

type DrawingProcess = ExtractionProcess<PageInput, PageOutput>

export function createPageDrawer(given: Partial<PageDrawerLimits> = {}): PageDrawer {
  const limits = { ...DEFAULT_LIMITS, ...given }
  const file = join(buildRoot(), 'extraction/pictures/read-pages.worker.js')
  const turns = createSemaphore(limits.concurrency)
  const idle: { content: string; process: DrawingProcess }[] = []
  const running = new Set<DrawingProcess>()
  let isStopped = false

  function take(content: string): DrawingProcess {
    const index = idle.findIndex((one) => one.content === content)
    if (index !== -1) return idle.splice(index, 1)[0]!.process
    idle.shift()?.process.stop()
    return createExtractionProcess<PageInput, PageOutput>({ ...limits, file })
  }

  async function readInTurn(content: string, load: () => Promise<PageInput>): Promise<PageOutput> {
    throwIfStopped()
    const input = await load()
    throwIfStopped()
    const process = take(content)
    running.add(process)
    try {
      const output = await process.run(input, { maxOutputChars: 0, softTimeoutMs: limits.timeoutMs })
      // What it was killed for is no fault of the page.
      throwIfStopped()
      return output
    } finally {
      running.delete(process)
      idle.push({ content, process })
    }
  }

  function throwIfStopped(): void {
    if (isStopped) throw new DomainError('unavailable', 'the service is stopping')
  }

  return {
    async read(content, load) {
      if (turns.waiting >= limits.maxQueue) throw tooMany()
      const giveBack = await turns.acquire(abortAfter(limits.waitMs)).catch(() => {
        throw tooMany()
      })
      try {
        return await readInTurn(content, load)
      } finally {
        giveBack()
      }
    },
    stop() {
      isStopped = true
      for (const process of running) process.stop()
      for (const { process } of idle) process.stop()
    },
  }
}

const tooMany = (): DomainError =>
  new DomainError('unavailable', 'too many pages wait to be drawn: try again in a moment')
