/** A baseline: Koa and the redis client, one GET of bench:ID and its text as the answer. Argument: URL of Redis. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { createClient } from 'redis'
import { serveCalls } from './worker-rpc.ts'

const redis = createClient({ url: process.argv[2]! })

serveCalls({
  async start() {
    await redis.connect()
    const app = new Koa()
    app.use(async (ctx) => {
      const json = await redis.get(`bench:${ctx.path.slice('/documents/'.length)}`)
      ctx.type = 'application/json'
      ctx.body = json
    })
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  },
})
