import { connect } from 'node:net'
import { roleDefinition } from '../../config/roles.ts'
import type { Config } from '../../config/schema.ts'
import { adapterOf } from '../../ports/adapters.ts'
import type { Check, Checks } from './finding.ts'

const ANSWER_TIMEOUT_MS = 3_000

/** Checks whether the servers that the roles of this configuration use can be reached. */
export function checksOfServers(config: Config): Checks {
  const checks: Checks = {}
  for (const port of new Set(config.roles.flatMap((role) => roleDefinition(role).uses))) {
    const { url } = config[port]
    const { server, needsConnector } = adapterOf(port, url)
    // Only calls to other processes leave this one.
    if (!server || (port === 'documents' && config.roles.includes('document'))) continue
    checks[server.name] = reachable(`${port}.url`, addressesOf(url, server.port))
    if (!needsConnector) continue
    const { connectUrl } = config.changes
    checks['Kafka Connect'] = reachable('changes.connectUrl', addressesOf(connectUrl))
  }
  return checks
}

/** The `host:port` of each server in a URL, without user and password. A URL without a server has none. */
function addressesOf(url: string, defaultPort?: number): string[] {
  return url.split(',').flatMap((part) => {
    // In elasticsearch:http://… and s3:http://… the URL of the server follows the scheme of the adapter.
    const plain = part.replace(/^\w+:(?=[a-z]+:\/\/)/i, '')
    const [, scheme, host, port] = ADDRESS.exec(plain) ?? []
    return host === undefined ? [] : [`${host}:${port ?? defaultPort ?? (scheme === 'https' ? 443 : 80)}`]
  })
}

const ADDRESS = /^(?:([a-z]+):\/\/)?(?:[^@/]*@)?([\w.-]+|\[[\da-f:.]+\])(?::(\d+))?(?:[/?#]|$)/i

function reachable(setting: string, addresses: string[]): Check {
  return async () => {
    const problems = await Promise.all(addresses.map(connectTo))
    const broken = addresses.flatMap((address, index) =>
      problems[index] === undefined ? [] : [`${address}: ${problems[index]}`],
    )
    if (broken.length === 0) return { state: 'ok', detail: `${addresses.join(', ')} can be reached` }
    return { state: 'problem', detail: broken.join('\n'), fix: `start it, or correct ${setting}` }
  }
}

/** Undefined when a connection to host:port is accepted, else why not. */
function connectTo(address: string): Promise<string | undefined> {
  const split = address.lastIndexOf(':')
  const host = address.slice(0, split).replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(address.slice(split + 1)), timeout: ANSWER_TIMEOUT_MS })
    const end = (problem?: string): void => {
      socket.destroy()
      resolve(problem)
    }
    socket.once('connect', () => end())
    socket.once('timeout', () => end(`no answer within ${ANSWER_TIMEOUT_MS} ms`))
    socket.once('error', ({ code, message }: NodeJS.ErrnoException) => end(code ?? message))
  })
}
