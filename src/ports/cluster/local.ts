import type { Cluster } from './port.ts'

/** A cluster of this process alone. */
export function createLocalCluster(): Cluster {
  let answer: ((question: unknown) => unknown) | undefined
  return {
    answer(handler) {
      answer = handler
    },
    ask: async (question) => (answer ? [answer(question)] : []),
    start: async () => {},
    stop: async () => {},
  }
}
