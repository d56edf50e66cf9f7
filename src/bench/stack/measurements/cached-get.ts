import { createClient } from 'redis'
import { ask, type BenchRequest, load, openPool } from '../../load.ts'
import { measureRatio } from '../ratio.ts'
import type { StackMeasurement } from '../stack-bench.ts'
import { startWorker } from '../worker.ts'

const DOCUMENTS = 64

/** A read from the cache, whose view is counted, against a Koa that does one GET in Redis. */
export const cachedGet: StackMeasurement = {
  name: 'cached',
  async run(bench) {
    const ids = await bench.documents(DOCUMENTS)
    const { pid, pool } = bench.role('document')
    const { redisUrl } = bench.topology.names
    const bare = await startWorker('bare-koa', redisUrl)
    try {
      const barePool = openPool(`http://127.0.0.1:${await bare.call<number>('start')}`)
      let n = 0
      const next = (): BenchRequest => ({ method: 'GET', path: `/documents/${ids[n++ % DOCUMENTS]}` })
      // The bytes that the document role answers, under keys that it does not touch.
      await keepInRedis(redisUrl, async (set) => {
        for (const id of ids) {
          const { body } = await ask(pool, { method: 'GET', path: `/documents/${id}` }, 200)
          await set(id, body)
        }
      })
      const row = await measureRatio(bench.scale, {
        measure: 'GET a cached document, its view counted',
        atLeast: 0.8,
        named: 'bare Koa with one GET in Redis',
        baseline: { pid: bare.pid, work: (forMs) => load(barePool, { next, status: 200, forMs }) },
        docmgr: { pid, work: (forMs) => load(pool, { next, status: 200, forMs }) },
      })
      await barePool.close()
      return [row]
    } finally {
      await bare.stop()
    }
  },
}

async function keepInRedis(
  url: string,
  work: (set: (id: string, json: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const redis = createClient({ url })
  await redis.connect()
  try {
    await work(async (id, json) => void (await redis.set(`bench:${id}`, json, { EX: 600 })))
  } finally {
    redis.destroy()
  }
}
