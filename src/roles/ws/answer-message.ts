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
  const { type, timestamp } = message as { type?: unknown; timestamp?: unknown }
  if (type !== 'ping') return errorMessage('type: must be ping')
  return { type: 'pong', timestamp, position }
}

function errorMessage(detail: string): object {
  return { type: 'error', data: { detail } }
}
