/**
 * The answer to a message of a client.
 * @param position where the client can resume; undefined while earlier events are still being sent
 */
export function answerMessage(text: string, position: string | undefined): object {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return errorMessage('the message is not JSON')
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    return errorMessage('the message must be a JSON object, such as {"type":"ping"}')
  }
  const { type, timestamp } = message as { type?: unknown; timestamp?: unknown }
  if (type !== 'ping') return errorMessage('type: must be ping')
  return { type: 'pong', timestamp, position }
}

export function errorMessage(detail: string): object {
  return { type: 'error', data: { detail } }
}
