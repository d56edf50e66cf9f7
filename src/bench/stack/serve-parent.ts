/** The other side of worker.ts. */

export interface Call {
  id: number
  method: string
  parameters: never[]
}

export interface Answer {
  id: number
  result?: unknown
  error?: string
}

/** Serves the calls of the process that has started this one, and ends with it. */
export function serveParent(handlers: Record<string, (...parameters: never[]) => unknown>): void {
  process.on('message', ({ id, method, parameters }: Call) => {
    const work = async (): Promise<unknown> =>
      method === 'ready' ? undefined : handlers[method]!(...parameters)
    work().then(
      (result) => process.send!({ id, result }),
      (error: Error) => process.send!({ id, error: error.message }),
    )
  })
  process.on('disconnect', () => process.exit())
}

/** Says something that was not asked for. */
export const tell = (told: unknown): void => void process.send!({ told })
