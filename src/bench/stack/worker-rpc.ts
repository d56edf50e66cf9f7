/** The other side of worker.ts. */

interface Call {
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
export function serveCalls(handlers: Record<string, (...parameters: never[]) => unknown>): void {
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

/** Sends a message that is not an answer. */
export const notify = (notification: unknown): void => void process.send!({ notification })
