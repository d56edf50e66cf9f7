import { once } from 'node:events'
import { request } from 'node:http'

export interface RawAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** Asks for a WebSocket with these headers, which may be wrong. @param headers undefined: leave it out */
export async function rawUpgrade(
  url: string,
  headers: Record<string, string | undefined> = {},
): Promise<RawAnswer> {
  const all = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    'sec-websocket-version': '13',
    ...headers,
  }
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const asked = request(url, { headers: Object.fromEntries(given) })
  asked.end()
  const answer = await Promise.race([
    once(asked, 'upgrade').then(([response, socket]) => {
      socket.destroy()
      return { response, text: '' }
    }),
    once(asked, 'response').then(async ([response]) => {
      let text = ''
      for await (const chunk of response) text += chunk
      return { response, text }
    }),
  ])
  return { status: answer.response.statusCode, headers: answer.response.headers, text: answer.text }
}
