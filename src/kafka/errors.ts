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

/** One message for an error that collects those of several topics, partitions or brokers. */
export function messageOf(error: unknown): string {
  const { message, errors } = error as ClientError
  const causes = errors?.map(messageOf).join('; ')
  return causes ? `${message.replace(/[.:]$/, '')}: ${causes}` : message
}
