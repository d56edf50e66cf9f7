import type { DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { type MethodDefinition, type ServiceDefinition, logVerbosity, setLogVerbosity } from '@grpc/grpc-js'
import { codecOf } from './flat-codec.ts'

/** Largest message that either side takes, in bytes. */
export const MAX_MESSAGE_BYTES = 50 * 1024 * 1024

// grpc-js writes to standard error on its own; what matters reaches the callers as errors.
setLogVerbosity(logVerbosity.NONE)

export type GrpcMethod<Method extends DescMethod> = MethodDefinition<
  MessageShape<Method['input']>,
  MessageShape<Method['output']>
> & {
  requestSerialize(message: MessageInitShape<Method['input']>): Buffer
}

/** How grpc-js calls and serves a method that protobuf-es describes. */
export function grpcMethod<Method extends DescMethod>(method: Method): GrpcMethod<Method> {
  const input = codecOf<Method['input']>(method.input)
  const output = codecOf<Method['output']>(method.output)
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    requestSerialize: (message) => input.write(message),
    requestDeserialize: (bytes) => input.read(bytes),
    responseSerialize: (message) => output.write(message),
    responseDeserialize: (bytes) => output.read(bytes),
  }
}

export function grpcService(service: DescService): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) => [method.localName, grpcMethod(method)]))
}
