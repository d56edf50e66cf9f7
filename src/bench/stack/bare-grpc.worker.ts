/**
 * A baseline: grpc-js alone, which answers every method of the document service with the same bytes. Given the URL of a
 * Redis, it reads a key of the size of a document there before each answer.
 */
import { type sendUnaryData, type ServerUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js'
import { createClient } from 'redis'
import { DocumentService } from '../../rpc/gen/document_pb.ts'
import { grpcMethod } from '../../rpc/grpc-service.ts'
import { serveCalls } from './worker-rpc.ts'

const [redisUrl] = process.argv.slice(2)
const asIs = (bytes: Buffer): Buffer => bytes

serveCalls({
  /** @param answers base64 by the method's name */
  async start(answers: Record<string, string>, key?: string) {
    const redis = redisUrl === undefined ? undefined : createClient({ url: redisUrl })
    await redis?.connect()
    const server = new Server()
    for (const method of DocumentService.methods) {
      const bytes = Buffer.from(answers[method.localName] ?? '', 'base64')
      const definition = {
        ...grpcMethod(method),
        requestDeserialize: asIs,
        requestSerialize: asIs,
        responseDeserialize: asIs,
        responseSerialize: asIs,
      }
      const echo = (_: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void => {
        if (!redis) return answer(null, bytes)
        redis.get(key!).then(() => answer(null, bytes), answer)
      }
      server.addService({ [method.localName]: definition }, { [method.localName]: echo })
    }
    return new Promise((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      )
    })
  },
})
