import {
  type DescMethod,
  type DescService,
  type MessageShape,
  fromBinary,
  toBinary,
} from '@bufbuild/protobuf'
import { type MethodDefinition, type ServiceDefinition, logVerbosity, setLogVerbosity } from '@grpc/grpc-js'

/** Largest message that either side takes, in bytes. */
export const MAX_MESSAGE_BYTES = 50 * 1024 * 1024

// grpc-js writes to standard error on its own; what matters reaches the callers as errors.
setLogVerbosity(logVerbosity.NONE)

export type GrpcMethod<Method extends DescMethod> = MethodDefinition<
  MessageShape<Method['input']>,
  MessageShape<Method['output']>
>

/** How grpc-js calls and serves a method that protobuf-es describes. */
export function grpcMethod<Method extends DescMethod>(method: Method): GrpcMethod<Method> {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    requestSerialize: (message) => bufferOf(toBinary<Method['input']>(method.input, message)),
    requestDeserialize: (bytes) => fromBinary<Method['input']>(method.input, bytes),
    responseSerialize: (message) => bufferOf(toBinary<Method['output']>(method.output, message)),
    responseDeserialize: (bytes) => fromBinary<Method['output']>(method.output, bytes),
  }
}

export function grpcService(service: DescService): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) => [method.localName, grpcMethod(method)]))
}

/** The same bytes, not copied. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
