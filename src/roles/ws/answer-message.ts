import type { Policy } from '../../domain/policy.ts'

interface ClientMessage {
  /** who may send it, of those who may subscribe */
  policy: Policy
  /** @param position where the client can resume; undefined while earlier events are still being sent */
  answer(message: Record<string, unknown>, position: string | undefined): object
}

/** What a client can send, by the type of the message. */
export const CLIENT_MESSAGES: Record<string, ClientMessage> = {
  ping: {
    policy: 'known',
    answer: ({ timestamp }, position) => ({ type: 'pong', timestamp, position }),
  },
}

/**
 * The answer to a message of a client.
 * @param text undefined for binary data
 * @param position where the client can resume; undefined while earlier events are still being sent
 */
export function answerMessage(text: string | undefined, position: string | undefined): object {
  if (text === undefined) return errorMessage('send text, not binary data')
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return errorMessage('the message is not JSON')
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    return errorMessage('the message must be a JSON object, such as {"type":"ping"}')
  }
  const { type } = message as { type?: unknown }
  const known = Object.entries(CLIENT_MESSAGES).find(([name]) => name === type)?.[1]
  if (!known) return errorMessage(`type: must be ${Object.keys(CLIENT_MESSAGES).join(' or ')}`)
  return known.answer(message as Record<string, unknown>, position)
}

function errorMessage(detail: string): object {
  return { type: 'error', data: { detail } }
}
