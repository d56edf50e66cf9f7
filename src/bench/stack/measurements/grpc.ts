import { Client, credentials } from '@grpc/grpc-js'
import { createClient } from 'redis'
import { create, type DescMethod, toBinary } from '@bufbuild/protobuf'
import { DocumentService } from '../../../rpc/gen/document_pb.ts'
import { CONCURRENCY } from '../../load.ts'
import { measureRatio } from '../ratio.ts'
import type { StackMeasurement } from '../stack-bench.ts'
import { startWorker } from '../worker.ts'

const DOCUMENTS = 64
const DEADLINE_MS = 10_000
const asIs = (bytes: Buffer): Buffer => bytes

/** GetDocument and DocumentExists in turns, of documents that are in Redis, against a grpc-js that only answers as much. */
export const grpc: StackMeasurement = {
  name: 'grpc',
  async run(bench) {
    const ids = await bench.documents(DOCUMENTS)
    const address = bench.topology.urls.grpc
    const requests = ids.flatMap((documentId) => requestsFor(documentId))
    const { pid } = bench.role('document')
    const key = 'bench:grpc'
    const { redisUrl } = bench.topology.names
    const [echo, reading] = await Promise.all([startWorker('bare-grpc'), startWorker('bare-grpc', redisUrl)])
    const own = openClient(address)
    const opened = [own]
    try {
      const answers: Record<string, string> = {}
      for (const { method, bytes } of requests.slice(0, 2))
        answers[method.localName] = (await own.call(method, bytes)).toString('base64')
      const redis = createClient({ url: redisUrl })
      await redis.connect()
      await redis.set(key, Buffer.from(answers['getDocument']!, 'base64').toString('base64'), { EX: 600 })
      redis.destroy()

      const baselineOf = async (worker: typeof echo) => {
        const client = openClient(`127.0.0.1:${await worker.call<number>('start', answers, key)}`)
        opened.push(client)
        return { pid: worker.pid, work: (forMs: number) => client.load(requests, forMs) }
      }
      const docmgr = { pid, work: (forMs: number) => own.load(requests, forMs) }
      const measure = 'gRPC GetDocument and DocumentExists'
      return [
        await measureRatio(bench.scale, {
          measure,
          atLeast: 0.7,
          named: 'bare grpc-js echo',
          baseline: await baselineOf(echo),
          docmgr,
          detail: 'docmgr reads the document from Redis',
        }),
        await measureRatio(bench.scale, {
          measure: `${measure}, against an echo that reads from Redis`,
          named: 'grpc-js echo after one GET in Redis',
          baseline: await baselineOf(reading),
          docmgr,
        }),
      ]
    } finally {
      for (const client of opened) client.close()
      await Promise.all([echo.stop(), reading.stop()])
    }
  },
}

interface Request {
  method: DescMethod
  bytes: Buffer
}

function requestsFor(documentId: string): Request[] {
  return [DocumentService.method.getDocument, DocumentService.method.documentExists].map((method) => ({
    method,
    bytes: Buffer.from(toBinary(method.input, create(method.input, { documentId }))),
  }))
}

/** A client that neither makes nor reads messages, only their bytes. */
function openClient(address: string) {
  const client = new Client(address, credentials.createInsecure())
  const call = (method: DescMethod, bytes: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const path = `/${method.parent.typeName}/${method.name}`
      const options = { deadline: Date.now() + DEADLINE_MS }
      client.makeUnaryRequest(path, asIs, asIs, bytes, options, (error, answer) =>
        error ? reject(error) : resolve(answer!),
      )
    })
  return {
    call,
    close: () => client.close(),
    /** Keeps calls under way until the time is over. @returns how many were answered */
    async load(requests: readonly Request[], forMs: number): Promise<number> {
      const end = performance.now() + forMs
      let answered = 0
      const work = async (): Promise<void> => {
        while (performance.now() < end) {
          const { method, bytes } = requests[answered++ % requests.length]!
          await call(method, bytes)
        }
      }
      await Promise.all(Array.from({ length: CONCURRENCY }, work))
      return answered
    },
  }
}
