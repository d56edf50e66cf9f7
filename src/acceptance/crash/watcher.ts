import { subscribe, type Subscription, type SubscriptionMessage } from '../../client/subscription.ts'
import { send } from '../requests.ts'

/** A subscriber that resumes after every end of its connection, and remembers all that it was told. */
export interface Watcher {
  documentId: string
  messages: SubscriptionMessage[]
  resets: string[]
  /** how often a connection went on from a position */
  resumed(): number
  /** what the connection has last done, and when, for a failed test */
  state(): string
  /** where the first connection began; rejects when the subscription has ended by itself */
  established: Promise<void>
  /** Goes away, and comes back as another client with the same position. */
  leaveAndReturn(): Promise<void>
  close(): Promise<void>
}

/** @param urls where the service is at that moment; every start has its own ports */
export function watch(documentId: string, urls: () => { ws: string }): Watcher {
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
      await subscription.closed
      subscription = open(subscription.position())
    },
    async close() {
      subscription.close()
      await subscription.closed
    },
  }
}

/** @throws Error when there is none, so that the subscriber asks again */
async function askForToken(base: string): Promise<string> {
  const { status, body } = await send<{ access_token: string }>(tokenUrl(base))
  if (status !== 200) throw new Error(`the request for a token was answered with ${status}`)
  return body.access_token
}

const tokenUrl = (base: string): string => `${base}/auth/token?user_id=watcher&email=watcher@example.com`
