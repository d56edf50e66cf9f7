/**
 * The baselines whose CPU time counts: each does the least that a job of docmgr needs, in a process of its own.
 * Arguments: its name, and its options as JSON. It sends its port to its parent, and ends with it.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js'
import Koa from 'koa'
import { createClient } from 'redis'
import { WebSocketServer } from 'ws'
import { DocumentService } from '../rpc/gen/document_pb.ts'
import { grpcService } from '../rpc/grpc-service.ts'

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

const BASELINES = {
  /** node:http alone: the same bytes for every request. */
  http({ status, headers, body }: { status: number; headers: Record<string, string>; body: string }) {
    const server = createServer((request, response) => {
      const send = (): void => void response.writeHead(status, headers).end(body)
      if (request.method === 'GET') return send()
      request.resume().once('end', send)
    })
    return listen(server)
  },

  /** Koa and the redis client: the value of bench:ID for /documents/ID. */
  async koa({ redisUrl }: { redisUrl: string }) {
    const redis = createClient({ url: redisUrl })
    await redis.connect()
    const app = new Koa()
    app.use(async (ctx) => {
      ctx.type = 'application/json'
      ctx.body = await redis.get(`bench:${ctx.path.slice('/documents/'.length)}`)
    })
    return listen(createServer(app.callback()))
  },

  /** grpc-js alone: the same bytes for each method of the document service. @param answers base64 by the method's name */
  async grpc({ answers }: { answers: Record<string, string> }) {
    const asIs = (bytes: Buffer): Buffer => bytes
    const codec = {
      requestDeserialize: asIs,
      requestSerialize: asIs,
      responseDeserialize: asIs,
      responseSerialize: asIs,
    }
    const server = new GrpcServer()
    for (const [name, method] of Object.entries(grpcService(DocumentService))) {
      const bytes = Buffer.from(answers[name] ?? '', 'base64')
      const handler = (_: unknown, answer: (error: null, bytes: Buffer) => void): void => answer(null, bytes)
      server.addService({ [name]: { ...method, ...codec } }, { [name]: handler })
    }
    return new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    )
  },

  /** A loop over the clients of a `ws` server: each gets the text that the parent sends. */
  async ws() {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
    await once(server, 'listening')
    process.on('message', (text: string) => {
      const data = Buffer.from(text)
      for (const client of server.clients) client.send(data, { binary: false })
    })
    return (server.address() as AddressInfo).port
  },
}

export type BaselineName = keyof typeof BASELINES

process.on('disconnect', () => process.exit())
const [name, options] = process.argv.slice(2) as [BaselineName, string]
process.send!(await BASELINES[name](JSON.parse(options)))
