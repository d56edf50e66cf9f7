import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Counted, type Held, type Owner, TooManyRequests } from '../domain/limits.ts'
import { eventually } from '../testing/deadline.ts'
import { createLimiter, type Quotas, type SharedCounts } from './limiter.ts'

const OFF = {
  principalRequests: 'off',
  principalBytes: 'off',
  principalIdempotencyKeys: 'off',
  principalSockets: 'off',
  addressRequests: 'off',
  addressBytes: 'off',
  addressIdempotencyKeys: 'off',
  addressSockets: 'off',
} as const

function limiterOf(quotas: Partial<Quotas>, shared?: SharedCounts) {
  const time = { ms: 0 }
  const limited: [Counted | Held, Owner][] = []
  const limiter = createLimiter({
    windowMs: 60_000,
    quotas: { ...OFF, ...quotas },
    onLimited: (limit, owner) => limited.push([limit, owner]),
    now: () => time.ms,
    shared,
  })
  return { limiter, limited, time }
}

const isRefusal =
  (retryAfter: number) =>
  (error: unknown): boolean =>
    error instanceof TooManyRequests && error.retryAfter === retryAfter

test('a quota is for one window, and for each owner', () => {
  const { limiter, limited, time } = limiterOf({ principalRequests: 2 })
  limiter.take('requests', 'principal', 'ada')
  time.ms = 10_000
  assert.equal(limiter.take('requests', 'principal', 'ada')!.count, 2)
  assert.throws(() => limiter.take('requests', 'principal', 'ada'), isRefusal(50))
  limiter.take('requests', 'principal', 'grace')
  assert.deepEqual(limited, [['requests', 'principal']])
  time.ms = 60_000
  assert.equal(limiter.take('requests', 'principal', 'ada')!.count, 1)
})

test('no client has to wait longer than the window, whatever the fraction of the time', () => {
  const { limiter, time } = limiterOf({ principalRequests: 1 })
  for (let n = 0; n < 1_000; n++) {
    time.ms = 5_536 + n / 7
    const usage = limiter.take('requests', 'principal', `ada ${n}`)!
    assert.ok(limiter.msLeft(usage) <= 60_000)
    assert.throws(() => limiter.take('requests', 'principal', `ada ${n}`), isRefusal(60))
  }
})

test('an amount that does not fit is refused and not counted; what is known afterwards always is', () => {
  const { limiter } = limiterOf({ addressBytes: 100 })
  limiter.take('bytes', 'address', '192.0.2.1', 60)
  assert.throws(() => limiter.take('bytes', 'address', '192.0.2.1', 41), isRefusal(60))
  const usage = limiter.take('bytes', 'address', '192.0.2.1', 40)!
  limiter.add(usage, 500)
  assert.throws(() => limiter.take('bytes', 'address', '192.0.2.1', 1), isRefusal(60))
})

test('0 and off limit nothing', () => {
  const { limiter } = limiterOf({ principalRequests: 0, principalSockets: 0 })
  for (let n = 0; n < 1_000; n++) {
    assert.equal(limiter.take('requests', 'principal', 'ada'), undefined)
    assert.equal(limiter.take('requests', 'address', 'ada'), undefined)
    limiter.hold('sockets', 'principal', 'ada')
  }
})

test('the addresses of a network of IPv6 share a quota, in any form', () => {
  const { limiter } = limiterOf({ addressRequests: 3 })
  for (const address of ['2001:db8::1', '2001:DB8:0:0:ffff::2', '2001:0db8:0:0:1:2:3:4'])
    limiter.take('requests', 'address', address)
  assert.throws(() => limiter.take('requests', 'address', '2001:db8::'), TooManyRequests)
  limiter.take('requests', 'address', '2001:db8:0:1::1')
  for (const address of ['::1', 'fe80::1%eth0', '::', '::ffff:192.0.2.1'])
    limiter.take('requests', 'address', address)
})

test('what is held counts until it is released', () => {
  const { limiter } = limiterOf({ addressSockets: 2 })
  const release = limiter.hold('sockets', 'address', '192.0.2.1')
  limiter.hold('sockets', 'address', '192.0.2.1')
  assert.throws(() => limiter.hold('sockets', 'address', '192.0.2.1'), TooManyRequests)
  limiter.hold('sockets', 'address', '192.0.2.2')
  release()
  limiter.hold('sockets', 'address', '192.0.2.1')
})

test('a flood of addresses keeps the memory of one limit bounded', () => {
  const { limiter } = limiterOf({ addressRequests: 1_000 })
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 500_000; n++)
    limiter.take('requests', 'address', `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`)
  assert.ok(process.memoryUsage().heapUsed - before < 200 * 1024 * 1024)
})

/** Counts of several limiters in this process. */
function createCounts(): SharedCounts & { up: boolean } {
  const counts = new Map<string, number>()
  return {
    up: true,
    get isUp() {
      return this.up
    },
    async add(key, amount) {
      const count = (counts.get(key) ?? 0) + amount
      counts.set(key, count)
      return { count, msLeft: 30_000 }
    },
    stop: async () => {},
  }
}

test('processes share their counts, and count alone while they cannot', async (t) => {
  const counts = createCounts()
  const quotas = { principalRequests: 10 }
  const [one, two] = [limiterOf(quotas, counts), limiterOf(quotas, counts)]
  t.after(() => Promise.all([one.limiter.stop(), two.limiter.stop()]))
  for (let n = 0; n < 6; n++) one.limiter.take('requests', 'principal', 'ada')
  const usage = two.limiter.take('requests', 'principal', 'ada')!
  await eventually('the count of both', () => usage.count === 7)
  assert.equal(two.limiter.msLeft(usage), 30_000)
  counts.up = false
  for (let n = 0; n < 3; n++) two.limiter.take('requests', 'principal', 'ada')
  assert.throws(() => two.limiter.take('requests', 'principal', 'ada'), isRefusal(30))
})
