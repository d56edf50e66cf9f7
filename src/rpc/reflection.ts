import { toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { ReflectionService } from '@grpc/reflection'
import { file_document } from './gen/document_pb.ts'

/** Serves the original descriptor, because proto-loader changes it. */
export function createReflection(): ReflectionService {
  const descriptor = Buffer.from(toBinary(FileDescriptorProtoSchema, file_document.proto))
  const format = 'Protocol Buffer 3 EnumDescriptorProto'
  return new ReflectionService({
    [file_document.name]: { format, type: {}, fileDescriptorProtos: [descriptor] },
  })
}
