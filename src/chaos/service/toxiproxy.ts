import { jsonOf, send, sendJson } from '../client.ts'

/** A TCP connection that can be disturbed. */
export interface Link {
  name: string
  /** Refuses connections and closes those that exist. */
  cut(): Promise<void>
  /** Delays what the server sends. */
  slow(ms: number): Promise<void>
  /** Nothing arrives any more in either direction, without a notice to either side. */
  halfOpen(): Promise<void>
  heal(): Promise<void>
}

/** A proxy of toxiproxy (its HTTP API: https://github.com/Shopify/toxiproxy#http-api) from one local port to another. */
export async function openLink(api: string, name: string, from: number, to: number): Promise<Link> {
  const [listen, upstream] = [`127.0.0.1:${from}`, `127.0.0.1:${to}`]
  const own = `${api}/proxies/${name}`
  const ask = async (method: string, url: string, body?: unknown): Promise<unknown> => {
    const answer = body === undefined ? await send(url, { method }) : await sendJson(method, url, body)
    if (answer.outcome !== 'ok')
      throw new Error(`toxiproxy: ${method} ${url}: ${answer.code} ${answer.body.toString()}`)
    return answer.body.length === 0 ? {} : jsonOf(answer)
  }
  const enable = (enabled: boolean): Promise<unknown> => ask('POST', own, { name, listen, upstream, enabled })
  const add = (type: string, stream: string, attributes: object): Promise<unknown> =>
    ask('POST', `${own}/toxics`, { name: `${type}_${stream}`, type, stream, attributes })
  await ask('POST', `${api}/proxies`, { name, listen, upstream, enabled: true })
  return {
    name,
    cut: async () => void (await enable(false)),
    slow: async (ms) => void (await add('latency', 'downstream', { latency: ms, jitter: ms / 2 })),
    async halfOpen() {
      await add('timeout', 'upstream', { timeout: 0 })
      await add('timeout', 'downstream', { timeout: 0 })
    },
    async heal() {
      const { toxics = [] } = (await ask('GET', own)) as { toxics?: { name: string }[] }
      for (const toxic of toxics) await ask('DELETE', `${own}/toxics/${toxic.name}`)
      await enable(true)
    },
  }
}
