/**
 * The module graph: each part of the program declares the modules that it needs and how it starts. The graph starts
 * needs first, each once, and stops everything in reverse order.
 */
import { within } from './within.ts'

// The values of needs are heterogeneous; `start` gets each with its own type.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyModule = Module<any>
export type Needs = Record<string, AnyModule>
export type Values<N extends Needs> = { [K in keyof N]: N[K] extends Module<infer T> ? T : never }

export interface Started<T> {
  value: T
  /** releases the resources of start; called once, after all modules that need this one have stopped */
  stop?: () => Promise<void> | void
  /** resolves with the reason when the module has failed permanently while running */
  ended?: Promise<Error>
}

export interface Module<T> {
  readonly name: string
  readonly needs: Needs
  start(values: Record<string, unknown>): Promise<Started<T>>
}

export function defineModule<N extends Needs, T>(
  name: string,
  needs: N,
  start: (values: Values<N>) => Promise<Started<T>> | Started<T>,
): Module<T> {
  return { name, needs, start: async (values) => start(values as Values<N>) }
}

/** `roots` and all modules that they need, each after its own needs. */
export function startOrder(roots: readonly AnyModule[]): AnyModule[] {
  const order: AnyModule[] = []
  const path: AnyModule[] = []
  const visit = (module: AnyModule): void => {
    if (order.includes(module)) return
    if (path.includes(module)) {
      throw new Error(`modules need each other: ${[...path, module].map(({ name }) => name).join(' → ')}`)
    }
    path.push(module)
    Object.values(module.needs).forEach(visit)
    path.pop()
    order.push(module)
  }
  roots.forEach(visit)
  return order
}

export interface RunningGraph {
  /** @throws when the module is not among the started ones */
  value<T>(module: Module<T>): T
  /** rejects when a module has failed while running */
  failed: Promise<never>
  stop(): Promise<void>
}

export interface GraphOptions {
  /** milliseconds that the stop of one module may take; then the next one is stopped. All together may take twice as long. */
  stopLimitMs: number
  onStarted?: (name: string, millis: number) => void
  /** called when a stop failed or took too long; the other modules are stopped anyway */
  onStopProblem?: (name: string, error: unknown) => void
}

/** Of its limit, what a module gets when the time of all is over. */
const LATE_SHARE = 10

/** Starts `roots` and their needs. When one fails to start, those before it are stopped and the error is thrown. */
export async function startGraph(roots: readonly AnyModule[], options: GraphOptions): Promise<RunningGraph> {
  const running = new Map<AnyModule, Started<unknown>>()

  const stop = async (): Promise<void> => {
    const { stopLimitMs } = options
    const end = performance.now() + 2 * stopLimitMs
    for (const [module, started] of [...running].reverse()) {
      running.delete(module)
      try {
        const left = Math.max(end - performance.now(), stopLimitMs / LATE_SHARE)
        await within(Math.min(stopLimitMs, left), Promise.resolve(started.stop?.()))
      } catch (error) {
        options.onStopProblem?.(module.name, error)
      }
    }
  }

  let fail: (error: Error) => void = () => {}
  const failed = new Promise<never>((_, reject) => (fail = reject))
  failed.catch(() => {})

  for (const module of startOrder(roots)) {
    const begun = performance.now()
    try {
      const needs = Object.entries(module.needs).map(([key, need]) => [key, running.get(need)!.value])
      const started = await module.start(Object.fromEntries(needs))
      running.set(module, started)
      void started.ended?.then((reason) => {
        if (running.has(module))
          fail(new Error(`${module.name} has failed: ${reason.message}`, { cause: reason }))
      })
    } catch (error) {
      await stop()
      throw error
    }
    options.onStarted?.(module.name, performance.now() - begun)
  }

  return {
    value<T>(module: Module<T>): T {
      const started = running.get(module)
      if (!started) throw new Error(`${module.name} is not running`)
      return started.value as T
    },
    failed,
    stop,
  }
}
