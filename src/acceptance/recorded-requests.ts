/** Requests whose errors are kept, together with what was sent. */
import { type Answer, send } from './requests.ts'

/** Values by what they are, so that a failure can name them. */
export type Planted = Record<string, string>

/** An answer that was an error. */
export interface SentError {
  /** the status and the body */
  text: string
  /** all of the request that the caller had written */
  sent: string
}

/** A body that is an object is sent as JSON. */
export type Send = (
  method: string,
  url: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>

/** @param token undefined: without one */
export function createSender(token: string | undefined, errors: SentError[]): Send {
  return async (method, url, body, headers = {}) => {
    const isForm = body instanceof FormData
    const text = typeof body === 'object' && !isForm ? JSON.stringify(body) : body
    const all = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(typeof body === 'object' && !isForm && { 'content-type': 'application/json' }),
      ...headers,
    }
    const answer = await send(url, {
      method,
      headers: all,
      ...(body !== undefined && { body: text as string | FormData }),
    })
    if (answer.status >= 400) {
      const written = isForm ? await new Response(body).text() : String(text)
      const sent = [decodeURIComponent(url).replaceAll('+', ' '), JSON.stringify(all), written].join('\n')
      errors.push({ text: `${answer.status} ${JSON.stringify(answer.body)}`, sent })
    }
    return answer
  }
}
