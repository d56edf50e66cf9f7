import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { roleDefinition } from '../../config/roles.ts'
import type { Config } from '../../config/schema.ts'
import { adapterOf, HTTP_GREETING } from '../../ports/adapters.ts'
import type { Check, Checks } from './finding.ts'

const ANSWER_TIMEOUT_MS = 3_000

/** Checks whether the servers that the roles of this configuration use answer. */
export function checksOfServers(config: Config): Checks {
  const checks: Checks = {}
  for (const port of new Set(config.roles.flatMap((role) => roleDefinition(role).uses))) {
    const { url } = config[port]
    const { server, needsConnector } = adapterOf(port, url)
    // Only calls to other processes leave this one.
    if (!server || (port === 'documents' && config.roles.includes('document'))) continue
    checks[server.name] = answers(`${port}.url`, addressesOf(url, server.port), server.greeting)
    if (!needsConnector) continue
    const { connectUrl } = config.changes
    checks['Kafka Connect'] = answers('changes.connectUrl', addressesOf(connectUrl), HTTP_GREETING)
  }
  return checks
}

interface Address {
  host: string
  port: number
  tls: boolean
}

/** The address of each server in a URL. A URL without a server has none. */
function addressesOf(url: string, defaultPort?: number): Address[] {
  const list = url.split(',').flatMap((part): Address[] => {
    // In elasticsearch:http://… and s3:http://… the URL of the server follows the scheme of the adapter.
    const plain = part.replace(/^\w+:(?=[a-z]+:\/\/)/i, '')
    const [, scheme, host, port] = ADDRESS.exec(plain) ?? []
    if (host === undefined) return []
    const standard = defaultPort ?? (scheme === 'https' ? 443 : 80)
    return [{ host, port: Number(port ?? standard), tls: TLS.includes(scheme?.toLowerCase() ?? '') }]
  })
  // kafkas://a,b has its scheme once.
  return list.map((address) => ({ ...address, tls: address.tls || list[0]!.tls }))
}

const TLS = ['https', 'rediss', 'kafkas']
const ADDRESS = /^(?:([a-z]+):\/\/)?(?:[^@/]*@)?([\w.-]+|\[[\da-f:.]+\])(?::(\d+))?(?:[/?#]|$)/i

/** @param greeting to which every server of the kind answers something, before it knows who asks */
function answers(setting: string, addresses: Address[], greeting: string): Check {
  return async () => {
    const found = await Promise.all(
      addresses.map(async (address) => ({
        name: `${address.host}:${address.port}`,
        problem: await greet(address, greeting),
      })),
    )
    const broken = found.flatMap(({ name, problem }) =>
      problem === undefined ? [] : [`${name}: ${problem}`],
    )
    if (broken.length === 0)
      return { state: 'ok', detail: `${found.map(({ name }) => name).join(', ')} can be reached` }
    return { state: 'problem', detail: broken.join('\n'), fix: `start it, or correct ${setting}` }
  }
}

/**
 * Undefined when a server answers, else why not. A connection alone says little: also a process that is stopped accepts it,
 * and a proxy without its server.
 */
function greet({ host: name, port, tls }: Address, greeting: string): Promise<string | undefined> {
  const host = name.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    // Who the server is does not matter here: nothing is said to it.
    const socket = tls ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port })
    const end = (problem?: string): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(problem)
    }
    const timer = setTimeout(() => end(`no answer within ${ANSWER_TIMEOUT_MS} ms`), ANSWER_TIMEOUT_MS)
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write(greeting, 'latin1'))
    socket.once('data', () => end())
    socket.once('end', () => end('the connection is closed without an answer'))
    socket.once('error', ({ code, message }: NodeJS.ErrnoException) => end(code ?? message))
  })
}
