import type { Api } from '../client/api.ts'
import { subscribe, type SubscriptionMessage } from '../client/subscription.ts'
import { isStatus, isForward } from '../domain/document-status.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type ServiceOptions, wholeNumber } from './options.ts'
import { localTime } from './local-time.ts'
import { printable } from './printable.ts'
import { explainRefusal, requireDocument, subscriptionToken } from './subscriptions.ts'
import { withService, type ServiceContext } from './with-service.ts'

export interface TailOptions extends ServiceOptions {
  since?: 'start' | 'now'
  last?: string
  until?: string
  count?: string
  json?: boolean
}

/** Prints the events of a document until an end condition or a signal; resumes after a lost connection. */
export async function tail(documentId: string, options: TailOptions, io: Io): Promise<number> {
  const count =
    options.count === undefined ? Infinity : wholeNumber(options.count, '--count', 1, 1_000_000_000)
  return withService(options, io, 1, async (context) => {
    await requireDocument(documentId, context)
    await explainRefusal(follow(documentId, count, context, options, io))
    io.signal.throwIfAborted()
    return EXIT.done
  })
}

async function follow(
  documentId: string,
  count: number,
  context: ServiceContext,
  { since, until, last, json }: TailOptions,
  io: Io,
): Promise<void> {
  const from = last ?? (since === 'now' ? undefined : 'start')
  let seen = 0
  let done = false
  let isFromCreation = false
  let stateCheck: Promise<void> | undefined
  const subscription = subscribe({
    url: context.service.urls.ws,
    documentId,
    token: () => subscriptionToken(context),
    ...(from !== undefined && { last: from }),
    signal: io.signal,
    onMessage: (message) => {
      if (done) return
      if (json) io.json(message)
      else io.out(line(message, io))
      isFromCreation ||= message.type === 'document.created'
      done = ++seen >= count || message.type === until
      if (done) subscription.close()
    },
    onReset: (reason) => {
      if (json) io.json({ type: 'reset', data: { reason } })
      io.note(`Earlier events may be missing: ${reason}`)
    },
    onState: (state) => {
      if (state.kind === 'established' && seen === 0)
        io.note(`Following ${documentId}; press Ctrl-C to stop.`)
      if (state.kind === 'waiting') io.note(`Not connected (${state.reason}); reconnecting …`)
    },
    onCaughtUp: () => {
      // The history of an old document, with the expected event, may no longer be available.
      if (done || until === undefined || from !== 'start' || isFromCreation) return
      stateCheck = hasHappened(until, documentId, context.api).then((happened) => {
        if (!happened || done) return
        done = true
        io.note(`${until} happened before the earliest available event.`)
        subscription.close()
      })
      stateCheck.catch(() => subscription.close())
    },
  })
  await subscription.closed
  await stateCheck
}

/**
 * Whether the current state of the document shows that it is past an event of this type.
 * @throws CommandError when the document can no longer have such an event
 */
async function hasHappened(type: string, documentId: string, api: Api): Promise<boolean> {
  if (type === 'signature.added') return api.isSigned(documentId)
  const { status } = await api.getDocument(documentId)
  if (type === 'document.status_changed') return ['completed', 'archived', 'cancelled'].includes(status)
  const wanted = type.replace(/^document\./, '')
  if (!isStatus(wanted) || isForward(status, wanted)) return false
  if (status === 'cancelled' && wanted !== 'created')
    throw new CommandError(`${type} will not happen: the document is cancelled`)
  return true
}
function line({ type, data = {}, timestamp = '', position }: SubscriptionMessage, io: Io): string {
  const { bold, dim } = io.colors
  const details = Object.entries(data)
    .filter(([name, value]) => SHOWN.includes(name) && value !== null)
    .map(([name, value]) => `${name}=${printable(String(value))}`)
  return `${dim(localTime(timestamp))}  ${bold(type)}  ${details.join(' ')}${position ? dim(`  position=${position}`) : ''}`
}

const SHOWN = [
  'old_status',
  'new_status',
  'version',
  'title',
  'status',
  'signer_email',
  'signer_name',
  'changed',
]
