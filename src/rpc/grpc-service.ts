import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import { logVerbosity, type MethodDefinition, type ServiceDefinition, setLogVerbosity } from '@grpc/grpc-js'

/** Maximum size of an answer in bytes. */
export const MAX_MESSAGE_BYTES = 50 * 1024 * 1024
/** Maximum size of a request in bytes, also of what a compressed one inflates to: it has two short strings. */
export const MAX_REQUEST_BYTES = 64 * 1024

// grpc-js writes to standard error by itself; callers get the errors anyway.
setLogVerbosity(logVerbosity.NONE)

export type GrpcMethod<Method extends DescMethod> = MethodDefinition<
  MessageInitShape<Method['input']>,
  MessageShape<Method['output']>
>

/** How grpc-js calls and serves a method that protobuf-es describes. */
export function grpcMethod<Method extends DescMethod>(method: Method): GrpcMethod<Method> {
  const { input, output } = method as { input: Method['input']; output: Method['output'] }
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    requestSerialize: (message) => serialize(input, message),
    requestDeserialize: (bytes) => fromBinary(input, bytes) as MessageInitShape<Method['input']>,
    responseSerialize: (message) => serialize(output, message as MessageInitShape<Method['output']>),
    responseDeserialize: (bytes) => fromBinary(output, bytes) as MessageShape<Method['output']>,
  }
}

export function grpcService(service: DescService): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) => [method.localName, grpcMethod(method)]))
}

/** A Buffer over the same bytes, as grpc-js requires. */
function serialize<Desc extends DescMessage>(desc: Desc, message: MessageInitShape<Desc>): Buffer {
  const { buffer, byteOffset, byteLength } = toBinary(desc, create(desc, message))
  return Buffer.from(buffer, byteOffset, byteLength)
}
