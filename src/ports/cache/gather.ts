/**
 * Makes one call of what is asked for in one turn of the event loop, `most` at a time: requests of many connections
 * arrive in one turn, and a command to a server costs much more than one more document in it.
 *
 * @param ask answers in the order of what it is asked; an Error is the answer to who asked for that
 */
export function gather<Question, Answer>(
  most: number,
  ask: (questions: Question[]) => Promise<readonly (Answer | Error)[]>,
): (question: Question) => Promise<Answer> {
  interface Asker {
    resolve: (answer: Answer) => void
    reject: (error: unknown) => void
  }
  let questions: Question[] = []
  let askers: Asker[] = []

  const flush = (): void => {
    const waiting = askers
    if (waiting.length === 0) return
    const asked = ask(questions)
    questions = []
    askers = []
    asked.then(
      (answers) =>
        waiting.forEach(({ resolve, reject }, n) => {
          const answer = answers[n]!
          if (answer instanceof Error) reject(answer)
          else resolve(answer)
        }),
      (error: unknown) => waiting.forEach(({ reject }) => reject(error)),
    )
  }

  return (question) =>
    new Promise((resolve, reject) => {
      // After what has arrived on other connections: a microtask would still run before them.
      if (askers.length === 0) setImmediate(flush)
      askers.push({ resolve, reject })
      if (questions.push(question) === most) flush()
    })
}
