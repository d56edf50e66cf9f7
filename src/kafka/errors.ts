import { DomainError } from '../domain/errors.ts'
import type { KafkaOperation } from './types.ts'

/** A topic does not exist (yet). */
export class MissingTopicError extends Error {
  constructor(topics: string[]) {
    super(`Kafka has no topics ${topics.join(' and ')} yet: docmgr cdc apply creates them`)
  }
}

export const isMissingTopic = (error: unknown): boolean => error instanceof MissingTopicError

/** What the errors of kafkajs and of @platformatic/kafka have. */
interface ClientError extends Error {
  /** kafkajs: Kafka's name of a protocol error */
  type?: string
  /** @platformatic/kafka: the same */
  apiId?: string
  /** @platformatic/kafka: finds the error with a property, among the causes too */
  findBy?: (property: string, value: unknown) => unknown
  errors?: Error[]
}

/** @param name of a protocol error, such as OFFSET_OUT_OF_RANGE */
export function isProtocolError(error: unknown, name: string): boolean {
  const { type, findBy } = error as ClientError
  return type === name || Boolean(findBy?.call(error, 'apiId', name))
}

const CONNECTION_ERRORS = new Set(['KafkaJSConnectionError', 'KafkaJSNumberOfRetriesExceeded'])

/** No broker can be reached. */
export function isConnectionFailure(error: unknown): boolean {
  const { name, findBy } = error as ClientError
  const has = (code: string): boolean => Boolean(findBy?.call(error, 'code', code))
  return CONNECTION_ERRORS.has(name) || has('PLT_KFK_NETWORK') || has('PLT_KFK_TIMEOUT')
}

/** A broker has refused a request because the user lacks a right. */
class KafkaRefusal extends Error {
  override readonly name = 'KafkaRefusal'
}

/** What a client asked a broker for. */
interface KafkaNeed {
  /** undefined: a client without a name and password */
  user: string | undefined
  operation: KafkaOperation
  /** such as `the topic cdc.peers` */
  what: string
}

export const topicsInWords = (topics: readonly string[]): string =>
  `the topic${topics.length === 1 ? '' : 's'} ${topics.join(' and ')}`

/** How far causes and collected errors are followed. */
const MAX_DEPTH = 5

/**
 * An error that names user, operation and topic, where a broker has refused a request for lack of rights; DomainError
 * unavailable where it has not answered the request before; any other error unchanged. The clients' own messages name none
 * of them.
 */
export function namingRefusal(error: unknown, { user, operation, what }: KafkaNeed): unknown {
  if ((error as Error).message === 'Broker not connected')
    return new DomainError('unavailable', 'Kafka does not answer', { cause: error })
  const refusal = error instanceof KafkaRefusal ? undefined : refusalOf(error, MAX_DEPTH)
  if (refusal === undefined) return error
  const who = user === undefined ? 'a client without a user' : `the user ${user}`
  const remedy = '`docmgr access apply` gives each user its rights'
  const why = `Kafka does not let ${who} of changes.url ${operation.toLowerCase()} ${what}`
  return new KafkaRefusal(`${why} (${refusal}): ${remedy}`, { cause: error })
}

/** Kafka's name of the refusal for lack of rights that an error is about. */
function refusalOf(error: unknown, depth: number): string | undefined {
  if (!(error instanceof Error) || depth === 0) return undefined
  const { type, apiId = type, errors = [], cause } = error as ClientError
  if (apiId?.endsWith('_AUTHORIZATION_FAILED')) return apiId
  for (const one of [...errors, cause]) {
    const found = refusalOf(one, depth - 1)
    if (found !== undefined) return found
  }
  return undefined
}

/** One message for an error that collects those of several topics, partitions or brokers. */
export function messageOf(error: unknown): string {
  const { message, errors } = error as ClientError
  const causes = errors?.map(messageOf).join('; ')
  return causes ? `${message.replace(/[.:]$/, '')}: ${causes}` : message
}
