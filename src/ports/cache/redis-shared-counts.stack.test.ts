import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { createLogger, silentLogger } from '../../runtime/logger.ts'
import { eventually } from '../../testing/deadline.ts'
import { useRedisCaches } from '../../testing/redis-cache.ts'
import { stack } from '../../testing/stack.ts'
import { openRedisSharedCounts } from './redis-shared-counts.ts'

const caches = useRedisCaches()

test('all processes add to one count, which ends with its window', async (t) => {
  const [one, two] = [
    await openRedisSharedCounts(stack.redisUrl, silentLogger),
    await openRedisSharedCounts(stack.redisUrl, silentLogger),
  ]
  t.after(() => Promise.all([one.stop(), two.stop()]))
  const key = `address-requests:${randomUUID()}`
  assert.deepEqual(await one.add(key, 3, 60_000), { count: 3, msLeft: 60_000 })
  const { count, msLeft } = await two.add(key, 4, 60_000)
  assert.equal(count, 7)
  assert.ok(msLeft > 50_000 && msLeft <= 60_000)
  const short = `address-requests:${randomUUID()}`
  await one.add(short, 5, 20)
  await eventually('a new window', async () => (await two.add(short, 1, 20)).count === 1)
  const keys = await caches.redis.keys('limit:*')
  assert.ok(keys.length > 0 && keys.every((name) => !name.includes(key)))
})

test('while Redis is away the counts are not up, and again when it is back', async (t) => {
  const { url, start } = await caches.startOwnRedis(t)
  const first = await start()
  const lines: string[] = []
  const log = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } })
  const counts = await openRedisSharedCounts(url, log)
  t.after(() => counts.stop())
  assert.ok(counts.isUp)
  await first.kill()
  await eventually('the loss', () => !counts.isUp)
  assert.match(lines.join(), /each process counts the limits of clients alone until it is back/)
  await start()
  await eventually('the return', () => counts.isUp)
  assert.equal((await counts.add('k', 1, 1_000)).count, 1)
})
