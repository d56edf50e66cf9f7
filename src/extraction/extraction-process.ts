import { type ChildProcess, fork } from 'node:child_process'
import type { Extraction, ExtractionInput, ReadingLimits } from './extraction.ts'

export interface ExtractionProcessOptions {
  /** The built worker, which answers each message { input, limits }, such as with an Extraction. */
  file: string
  /** For one content, starting the process included. */
  timeoutMs: number
  /** Of the JavaScript heap; the whole process may hold twice that. */
  maxMemoryMb: number
  /** A process without work ends after this long. */
  idleMs: number
}

/** What a process answers when it could not do its work. */
export interface Failed {
  outcome: 'failed'
  reason: string
}

/** A process that reads contents, one at a time; started when there is work, replaced when it dies. */
export interface ExtractionProcess<Input = ExtractionInput, Output = Extraction> {
  /** Never rejects; `failed` when the content exceeds a limit of the process, or after stop(). */
  run(input: Input, limits: ReadingLimits): Promise<Output | Failed>
  stop(): void
}

export function createExtractionProcess<Input extends object = ExtractionInput, Output = Extraction>(
  options: ExtractionProcessOptions,
): ExtractionProcess<Input, Output> {
  const { file, timeoutMs, maxMemoryMb, idleMs } = options
  let child: ChildProcess | undefined
  let idleTimer: NodeJS.Timeout | undefined

  function start(): ChildProcess {
    const started = forkWorker(file, maxMemoryMb)
    started.on('exit', () => {
      if (child === started) child = undefined
    })
    started.on('error', () => undefined)
    return started
  }

  function kill(): void {
    child?.kill('SIGKILL')
    child = undefined
  }

  function rest(): void {
    // An idle child does not keep this process alive; the closed channel ends it.
    child?.unref()
    child?.channel?.unref()
    idleTimer = setTimeout(kill, idleMs).unref()
  }

  function run(input: Input, limits: ReadingLimits): Promise<Output | Failed> {
    clearTimeout(idleTimer)
    const running = (child ??= start())
    running.ref()
    running.channel?.ref()
    return new Promise((resolve) => {
      const finish = (answer: Output | Failed) => {
        clearTimeout(timer)
        running.removeAllListeners('message').off('error', onError).off('exit', onExit)
        rest()
        resolve(answer)
      }
      const fail = (reason: string) => finish({ outcome: 'failed', reason })
      const onError = (error: Error) => {
        kill()
        fail(`the extraction process failed: ${error.message}`)
      }
      const onExit = (code: number | null, signal: NodeJS.Signals | null) => fail(reasonForExit(code, signal))
      const timer = setTimeout(() => {
        kill()
        fail(`took longer than ${timeoutMs} ms`)
      }, timeoutMs)
      running.once('message', (message) => finish(message as Output))
      running.once('error', onError)
      running.once('exit', onExit)
      running.send({ input, limits }, (error) => {
        if (error !== null) onError(error)
      })
    })
  }

  return {
    run,
    stop() {
      clearTimeout(idleTimer)
      kill()
    },
  }
}

const forkWorker = (file: string, maxMemoryMb: number): ChildProcess =>
  fork(file, [String(maxMemoryMb * 2)], {
    execArgv: [`--max-old-space-size=${maxMemoryMb}`],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  })

/** V8 aborts when its heap is full; the watching thread kills the process when its memory is. */
function reasonForExit(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGABRT' || signal === 'SIGKILL') return 'needs more memory than allowed'
  return `the extraction process ended with ${signal ?? `code ${code}`}`
}
