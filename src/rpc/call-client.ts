import type { DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { Client, Metadata, type ServiceError, credentials } from '@grpc/grpc-js'
import type { ServiceTokens } from '../auth/service-tokens.ts'
import { DomainError } from '../domain/errors.ts'
import type { RequestContext } from '../domain/request.ts'
import { spanned } from '../runtime/spans.ts'
import { targetOf } from './address-resolver.ts'
import { MAX_MESSAGE_BYTES, grpcMethod } from './grpc-service.ts'
import { FIELD_ERRORS_KEY, PROBLEM_KEY, errorOfStatus } from './grpc-status.ts'
import { CLIENT_KEY, clientOf, REFUSED_KEY } from './role-calls.ts'

export interface CallClientOptions {
  /** grpc://host:port of each instance, separated by commas; a name may stand for several */
  url: string
  /** maximum time of a call with its retries in milliseconds */
  deadlineMs: number
  /** signs the tokens of calls */
  serviceTokens: ServiceTokens
}

/** Calls methods of services of the document role of other processes. */
export interface CallClient {
  call<Method extends DescMethod>(
    method: Method,
    request: MessageInitShape<Method['input']>,
    context: Omit<RequestContext, 'clientAddress'>,
  ): Promise<MessageShape<Method['output']>>
  /** Resolves when there is a connection. @throws DomainError unavailable */
  check(): Promise<void>
  stop(): void
}

/**
 * Calls go to all connected instances in turn: an instance that stops sends GOAWAY, and one that is cut off does not
 * answer the keep-alive. Every method is idempotent, so failed calls are retried within their deadline and a budget of the
 * channel: 10 failures in a row use it up, 10 successes give one retry back (gRFC A6, which adds jitter).
 */
const serviceConfig = (services: readonly DescService[]) => ({
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      name: services.map(({ typeName }) => ({ service: typeName })),
      retryPolicy: {
        maxAttempts: 5,
        initialBackoff: '0.1s',
        maxBackoff: '0.5s',
        backoffMultiplier: 2,
        // CANCELLED by an instance that stops; calls that their caller cancels are not retried.
        retryableStatusCodes: ['UNAVAILABLE', 'CANCELLED'],
      },
    },
  ],
  retryThrottling: { maxTokens: 20, tokenRatio: 0.1 },
})

const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  // Short, so that a new instance gets calls before an old one has stopped.
  'grpc.max_reconnect_backoff_ms': 500,
  // Names are resolved again when a connection ends, at most this often.
  'grpc.dns_min_time_between_resolutions_ms': 1_000,
  'grpc.service_config_disable_resolution': 1,
  // Nothing reads its statistics.
  'grpc.enable_channelz': 0,
}

/** Connects at the first call. @throws Error when an address is no `host:port` */
export function createCallClient(
  services: readonly DescService[],
  { url, deadlineMs, serviceTokens }: CallClientOptions,
): CallClient {
  const addresses = addressesOf(url)
  const client = new Client(targetOf(addresses), credentials.createInsecure(), {
    ...CHANNEL_OPTIONS,
    'grpc.service_config': JSON.stringify(serviceConfig(services)),
  })
  return {
    call: createCall(client, deadlineMs, createCallMetadata(serviceTokens)),
    check: () =>
      new Promise((resolve, reject) => {
        client.waitForReady(Date.now() + deadlineMs, (error) => {
          if (!error) return resolve()
          const detail = `no connection to the document role at ${addresses.join(', ')}`
          reject(new DomainError('unavailable', detail))
        })
      }),
    stop: () => client.close(),
  }
}

type Identity = Pick<RequestContext, 'principal' | 'requestId' | 'traceparent'>

/** Makes calls of a channel, each with a span of its own, which the server gets as the parent. */
function createCall(
  client: Client,
  deadlineMs: number,
  metadataOf: (identity: Identity) => Promise<Metadata>,
) {
  return <Method extends DescMethod>(
    description: Method,
    request: MessageInitShape<Method['input']>,
    { principal, requestId, traceparent: parent, signal }: Omit<RequestContext, 'clientAddress'>,
  ): Promise<MessageShape<Method['output']>> => {
    const { path, requestSerialize, responseDeserialize } = grpcMethod(description)
    if (signal.aborted)
      return Promise.reject(new DomainError('deadline-exceeded', 'the request was cancelled'))
    const send = async (traceparent: string): Promise<MessageShape<Method['output']>> => {
      const metadata = await metadataOf({ principal, requestId, traceparent })
      return new Promise((resolve, reject) => {
        const options = { deadline: Date.now() + deadlineMs }
        const running = client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          metadata,
          options,
          (error, response) => {
            signal.removeEventListener('abort', cancel)
            if (error) reject(errorOf(error))
            else resolve(response!)
          },
        )
        const cancel = (): void => running.cancel()
        signal.addEventListener('abort', cancel, { once: true })
        if (signal.aborted) cancel()
      })
    }
    const name = path.slice(1)
    const attributes = { 'rpc.system.name': 'grpc', 'rpc.method': name }
    return spanned({ name, kind: 'client', parent, attributes }, send)
  }
}

/** Makes the metadata of calls: request id, trace, the token of the role, and the credential of the client it calls for. */
function createCallMetadata(serviceTokens: ServiceTokens): (identity: Identity) => Promise<Metadata> {
  return async ({ principal, requestId, traceparent }) => {
    const metadata = new Metadata()
    metadata.set('x-request-id', requestId)
    metadata.set('traceparent', traceparent)
    metadata.set('authorization', await serviceTokens.authorize())
    const client = clientOf(principal)
    if (client !== undefined) metadata.set(CLIENT_KEY, client)
    return metadata
  }
}

function errorOf({ code, details, metadata }: ServiceError): DomainError {
  const fieldErrors = metadata.get(FIELD_ERRORS_KEY)[0]
  return errorOfStatus({
    code,
    details,
    problem: metadata.get(PROBLEM_KEY)[0]?.toString(),
    fieldErrors: Buffer.isBuffer(fieldErrors) ? fieldErrors : undefined,
    ofClient: metadata.get(REFUSED_KEY).length > 0,
  })
}

/** @throws Error when one of them is no `host:port` */
function addressesOf(url: string): string[] {
  const addresses = /^grpc:\/\/([^/]+)\/?$/i.exec(url)?.[1]?.split(',')
  const isAddress = (text: string): boolean => /^(?:\[[\da-f:.]+\]|[\w.-]+):\d{1,5}$/i.test(text)
  if (addresses?.every(isAddress)) return addresses
  throw new Error(`documents.url: ${url} is no address of a document role; use grpc://host:port,host:port`)
}
