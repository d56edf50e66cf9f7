/**
 * Combines the requests of one turn of the event loop into one call, with at most `maxBatch` requests each. Requests
 * of many connections arrive in one turn, and a command to a server costs much more than one more item in it.
 *
 * @param call returns one answer for each request, in their order; an Error rejects that request only
 */
export function coalesce<Request, Answer>(
  maxBatch: number,
  call: (requests: Request[]) => Promise<readonly (Answer | Error)[]>,
): (request: Request) => Promise<Answer> {
  interface Caller {
    resolve: (answer: Answer) => void
    reject: (error: unknown) => void
  }
  let requests: Request[] = []
  let callers: Caller[] = []

  const flush = (): void => {
    const waiting = callers
    if (waiting.length === 0) return
    const called = call(requests)
    requests = []
    callers = []
    called.then(
      (answers) =>
        waiting.forEach(({ resolve, reject }, n) => {
          const answer = answers[n]!
          if (answer instanceof Error) reject(answer)
          else resolve(answer)
        }),
      (error: unknown) => waiting.forEach(({ reject }) => reject(error)),
    )
  }

  return (request) =>
    new Promise((resolve, reject) => {
      // A microtask would run before the requests that have already arrived on other connections.
      if (callers.length === 0) setImmediate(flush)
      callers.push({ resolve, reject })
      if (requests.push(request) === maxBatch) flush()
    })
}
