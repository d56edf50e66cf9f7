export interface KafkaAddress {
  /** host:port */
  brokers: string[]
  tls: boolean
  sasl?: { mechanism: SaslMechanism; username: string; password: string }
}

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const
export type SaslMechanism = (typeof MECHANISMS)[number]

const FORM =
  'write kafka://host:port,host:port (kafkas: over TLS), with user:password@ before the hosts where brokers ask for it'

/**
 * `kafka://[user:password@]host:port[,host:port…][?sasl=plain|scram-sha-256|scram-sha-512]`, `kafkas:` over TLS. User
 * and password are percent-encoded.
 * @throws Error which says what is wrong, without the password
 */
export function parseKafkaUrl(url: string): KafkaAddress {
  const parts = /^(kafkas?):\/\/(?:([^@]*)@)?([^/?#]*)\/?(?:\?([^#]*))?$/.exec(url)
  if (!parts) throw new Error(`changes.url is no address of Kafka: ${FORM}`)
  const [, scheme, credentials, hosts, query] = parts
  const brokers = hosts!.split(',').map(parseBroker)
  const sasl = parseSasl(credentials, new URLSearchParams(query ?? ''))
  return { brokers, tls: scheme === 'kafkas', ...(sasl && { sasl }) }
}

function parseBroker(text: string): string {
  const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(text) ?? []
  if (host === undefined || Number(port) > 65_535) {
    throw new Error(
      `changes.url: ${text === '' ? 'a broker is missing' : `${text} is no host:port`}: ${FORM}`,
    )
  }
  return `${host}:${port ?? 9092}`
}

function parseSasl(credentials: string | undefined, query: URLSearchParams): KafkaAddress['sasl'] {
  const unknown = [...query.keys()].find((key) => key !== 'sasl')
  if (unknown !== undefined) throw new Error(`changes.url: ${unknown} is no setting: only sasl is`)
  const mechanism = query.get('sasl') ?? 'scram-sha-512'
  if (!isMechanism(mechanism)) {
    throw new Error(`changes.url: sasl=${mechanism} is not known: use ${MECHANISMS.join(', ')}`)
  }
  if (credentials === undefined) {
    if (query.has('sasl')) throw new Error('changes.url: sasl needs user:password@ before the hosts')
    return undefined
  }
  const [username, password] = credentials.split(':').map(decodePart)
  if (!username || !password) throw new Error(`changes.url: user or password is missing: ${FORM}`)
  return { mechanism, username, password }
}

function isMechanism(text: string): text is SaslMechanism {
  return (MECHANISMS as readonly string[]).includes(text)
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('changes.url: user and password must be percent-encoded')
  }
}
