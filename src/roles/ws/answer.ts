/** The answer to what a client sent; `place` is where the client stands, unless it is being caught up. */
export function answerTo(text: string, place: string | undefined): object {
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
  return { type: 'pong', timestamp, position: place }
}

export function errorMessage(detail: string): object {
  return { type: 'error', data: { detail } }
}
