/**
 * The processes of one role. Each can ask a question that all of them answer. Questions are not events: a process that
 * is not running does not get them later.
 */
export interface Cluster {
  /** Sets how this process answers; call it before `start`. Questions and answers are JSON; `handler` must not throw. */
  answer(handler: (question: unknown) => unknown): void
  /**
   * Asks every process, this one included; all receive the questions in the same order. An answer that is missing, for
   * example of a process that was just killed, is waited for at most two seconds.
   * @returns the answers that arrived in time
   * @throws DomainError `unavailable` when the question cannot be sent
   */
  ask(question: unknown): Promise<unknown[]>
  /** Joins the cluster. A failure is not thrown: joining is retried until it works. */
  start(): Promise<void>
  /** Leaves the cluster; the other processes no longer wait for its answers. */
  stop(): Promise<void>
}
