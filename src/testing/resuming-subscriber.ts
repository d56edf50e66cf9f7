import { subscribe, type Subscription, type SubscriptionMessage } from '../client/subscription.ts'

/** A subscriber that resumes whenever its connection ends, and keeps every message. */
export interface ResumingSubscriber {
  documentId: string
  messages: SubscriptionMessage[]
  resets: string[]
  /** how many connections resumed from a position */
  resumed(): number
  /** the last state of the connection and its time, for a failed test */
  state(): string
  /** resolves with the first connection; rejects when the subscription ends by itself */
  established: Promise<void>
  /** Closes the connection, and opens another from the same position. */
  leaveAndReturn(): Promise<void>
  close(): Promise<void>
}

/** @param urls where the service is now; every start has other ports */
export function subscribeWithResume(documentId: string, urls: () => { ws: string }): ResumingSubscriber {
  const messages: SubscriptionMessage[] = []
  const resets: string[] = []
  let resumed = 0
  let state = ''
  let onEstablished = (): void => {}

  const open = (last?: string): Subscription =>
    subscribe({
      get url() {
        return urls().ws
      },
      documentId,
      ...(last !== undefined && { last }),
      token: () => askForToken(urls().ws),
      backoff: { firstMs: 20, limitMs: 200 },
      onMessage: (message) => void messages.push(message),
      onReset: (reason) => void resets.push(reason),
      onState(now) {
        state = `${JSON.stringify(now)} at ${new Date().toISOString()}`
        if (now.kind !== 'established') return
        if (now.resumed) resumed++
        onEstablished()
      },
    })

  /** A document that was deleted can only be followed until that is received; connecting again is refused then. */
  const endOf = ({ closed }: Subscription): Promise<void> =>
    closed.catch((error: unknown) => {
      if (messages.at(-1)?.type !== 'document.deleted') throw error
    })

  let subscription = open()
  subscription.closed.catch((error: Error) => void (state = `ended: ${error.message}`))
  return {
    documentId,
    messages,
    resets,
    resumed: () => resumed,
    state: () => state,
    established: Promise.race([
      new Promise<void>((resolve) => (onEstablished = resolve)),
      subscription.closed,
    ]),
    async leaveAndReturn() {
      subscription.close()
      await endOf(subscription)
      subscription = open(subscription.position())
      subscription.closed.catch((error: Error) => void (state = `ended: ${error.message}`))
    },
    async close() {
      subscription.close()
      await endOf(subscription)
    },
  }
}

/** @throws Error when there is none: the subscriber then requests one again */
async function askForToken(base: string): Promise<string> {
  const query = new URLSearchParams({ user_id: 'subscriber', email: 'subscriber@example.com' })
  const answer = await fetch(`${base}/auth/token?${query}`, { signal: AbortSignal.timeout(30_000) })
  if (!answer.ok) throw new Error(`the request for a token was answered with ${answer.status}`)
  return ((await answer.json()) as { access_token: string }).access_token
}
