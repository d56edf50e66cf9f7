import { subscribe, SubscriptionRefused, type SubscriptionMessage } from '../client/subscription.ts'
import { COMMAND_LINE_USER } from '../client/find-service.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { type Io } from './io.ts'
import { type ServiceOptions, wholeNumber } from './options.ts'
import { printable } from './printable.ts'
import { withService, type ServiceContext } from './with-service.ts'

export interface TailOptions extends ServiceOptions {
  last?: string
  until?: string
  count?: string
  json?: boolean
}

/** Prints the events of a document until it is told to end; goes on where it was after a lost connection. */
export async function tail(documentId: string, options: TailOptions, io: Io): Promise<number> {
  const count =
    options.count === undefined ? Infinity : wholeNumber(options.count, '--count', 1, 1_000_000_000)
  return withService(options, io, 1, async (context) => {
    const { api, service } = context
    if (!(await api.hasDocument(documentId))) throw new CommandError(`there is no document ${documentId}`)
    let seen = 0
    let done = false
    const subscription = subscribe({
      url: service.urls.ws,
      documentId,
      token: () => tokenFor(context),
      ...(options.last !== undefined && { last: options.last }),
      signal: io.signal,
      onMessage: (message) => {
        if (done) return
        if (options.json) io.json(message)
        else io.out(line(message, io))
        done = ++seen >= count || message.type === options.until
        if (done) subscription.close()
      },
      onReset: (reason) => {
        if (options.json) io.json({ type: 'reset', data: { reason } })
        io.note(`What happened before may be missing here: ${reason}`)
      },
      onState: (state) => {
        if (state.kind === 'established' && seen === 0) io.note(`Following ${documentId}; Ctrl-C ends.`)
        if (state.kind === 'waiting') io.note(`Not connected (${state.reason}); trying again …`)
      },
    })
    try {
      await subscription.closed
    } catch (error) {
      if (error instanceof SubscriptionRefused)
        throw new CommandError(`the service refuses: ${error.message}`)
      throw error
    }
    io.signal.throwIfAborted()
    return EXIT.done
  })
}

/** WebSocket needs a token even where REST does not: one that anyone on a developer's machine gets. */
async function tokenFor({ api, service }: ServiceContext): Promise<string> {
  return service.token ?? (await api.developmentToken(COMMAND_LINE_USER.id, COMMAND_LINE_USER.email))
}

function line({ type, data = {}, timestamp = '', position }: SubscriptionMessage, io: Io): string {
  const { bold, dim } = io.colors
  const details = Object.entries(data)
    .filter(([name, value]) => SHOWN.includes(name) && value !== null)
    .map(([name, value]) => `${name}=${printable(String(value))}`)
  return `${dim(timestamp)}  ${bold(type)}  ${details.join(' ')}${position ? dim(`  position=${position}`) : ''}`
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
