import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { checkMessage } from './async-api.ts'
import { eventually, within } from './deadline.ts'
import type { Message } from './socket.ts'

/** An event as a browser would dispatch it (WHATWG HTML, 9.2.6), with its data parsed. */
export interface StreamEvent {
  /** `message` where the stream names no type */
  event: string
  id: string | undefined
  data: Message
}

/** Reads server-sent events. Every wait has a deadline. @param paused nothing is read before `resume` */
export async function openEventStream(
  url: string,
  headers: Record<string, string> = {},
  { paused = false }: { paused?: boolean } = {},
) {
  const request = get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false })
  const [response] = (await within(30_000, 'a response', once(request, 'response'))) as [IncomingMessage]
  if (response.statusCode !== 200) throw new Error(`${url} was answered with ${response.statusCode}`)
  let text = ''
  let parsed = 0
  const events: StreamEvent[] = []
  const read = (): void => {
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      for (let end; (end = text.indexOf('\n\n', parsed)) >= 0; parsed = end + 2) {
        const event = parseEvent(text.slice(parsed, end))
        if (!event) continue
        checkMessage(event.data)
        events.push(event)
      }
    })
  }
  if (!paused) read()
  const closed = new Promise<void>((resolve) => response.once('close', resolve))
  response.on('error', () => {})
  request.on('error', () => {})
  const changes = (): StreamEvent[] => events.filter(({ data }) => /^(document|signature)\./.test(data.type))
  return {
    headers: new Headers(response.headers as Record<string, string>),
    events,
    /** everything that was received */
    text: () => text,
    /** Waits for this number of messages about changes. */
    changes: (count: number) => eventually(`${count} events`, () => changes().length >= count && changes()),
    resume: read,
    close: () => request.destroy(),
    get ended() {
      return within(30_000, 'the stream to end', closed)
    },
  }
}

function parseEvent(block: string): StreamEvent | undefined {
  const fields: Record<string, string> = {}
  for (const line of block.split('\n')) {
    const [, name, value] = /^([^:]+): ?(.*)$/.exec(line) ?? []
    if (name)
      fields[name] = name === 'data' && fields['data'] !== undefined ? `${fields['data']}\n${value}` : value!
  }
  if (fields['data'] === undefined) return undefined
  return {
    event: fields['event'] ?? 'message',
    id: fields['id'],
    data: JSON.parse(fields['data']) as Message,
  }
}
