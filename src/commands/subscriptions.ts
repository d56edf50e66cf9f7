import { localUser } from '../client/local-user.ts'
import { SubscriptionRefused } from '../client/subscription.ts'
import { canonicalUuid } from '../domain/uuid.ts'
import { CommandError } from './exit-codes.ts'
import { printable } from './printable.ts'
import type { ServiceContext } from './with-service.ts'

/** WebSocket needs a token even in open mode, where the service gives one to anyone. */
export async function subscriptionToken({ api, service }: ServiceContext): Promise<string> {
  const { id, email } = localUser()
  return service.token ?? (await api.developmentToken(id, email))
}

/** A subscription to a document that does not exist would wait for ever. @throws CommandError */
export async function requireDocument(id: string, { api }: ServiceContext): Promise<void> {
  if (canonicalUuid(id) === undefined) throw new CommandError(`document-id ${printable(id)}: must be a UUID`)
  if (!(await api.hasDocument(id))) throw new CommandError(`there is no document ${id}`)
}

/** @throws CommandError where the service has refused the subscription */
export async function explainRefusal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof SubscriptionRefused)
      throw new CommandError(`the service refused the subscription: ${error.message}`)
    throw error
  }
}
