import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { freePorts } from './free-ports.ts'
import { stack } from './stack.ts'

export interface Proxy {
  host: string
  port: number
  /** Closes connections and refuses new ones. */
  cut(): Promise<void>
  restore(): Promise<void>
  /** Drops all data in both directions without closing connections. */
  swallow(): Promise<void>
  /** Delays answers by this many milliseconds. */
  delay(ms: number): Promise<void>
  /** Undoes `swallow` and `delay`. */
  calm(): Promise<void>
}

/** A new TCP proxy to `host:port`; removed after the test. */
export async function openProxy(t: Pick<TestContext, 'after'>, upstream: string): Promise<Proxy> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const call = async (method: string, path: string, body?: unknown): Promise<void> => {
    const response = await fetch(`${stack.toxiproxyUrl}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`toxiproxy: ${method} ${path}: ${await response.text()}`)
    await response.arrayBuffer()
  }
  // Not any port: another connection could take one of those while the proxy is cut.
  const [port] = await freePorts(1)
  const [host, listen] = ['127.0.0.1', `127.0.0.1:${port}`]
  await call('POST', '/proxies', { name, listen, upstream, enabled: true })
  t.after(() => call('DELETE', `/proxies/${name}`))
  const toxics: string[] = []
  const add = async (type: string, stream: string, attributes: object): Promise<void> => {
    const toxic = `${type}_${stream}`
    await call('POST', `/proxies/${name}/toxics`, { name: toxic, type, stream, attributes })
    toxics.push(toxic)
  }
  return {
    host,
    port: port!,
    // The port stays the same.
    cut: () => call('POST', `/proxies/${name}`, { enabled: false, listen, upstream }),
    restore: () => call('POST', `/proxies/${name}`, { enabled: true, listen, upstream }),
    async swallow() {
      await add('timeout', 'upstream', { timeout: 0 })
      await add('timeout', 'downstream', { timeout: 0 })
    },
    delay: (ms) => add('latency', 'downstream', { latency: ms }),
    async calm() {
      for (const toxic of toxics.splice(0)) await call('DELETE', `/proxies/${name}/toxics/${toxic}`)
    },
  }
}
