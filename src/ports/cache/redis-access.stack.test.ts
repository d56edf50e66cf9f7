import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'redis'
import { usersOf } from '../../config/access.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { documentIn, putInto, useRedisCaches } from '../../testing/redis-cache.ts'
import { sampleKeptDocument } from '../../testing/sample-documents.ts'
import { applyRedisAccess } from './redis-access.ts'
import { openRedisSharedCounts } from './redis-shared-counts.ts'

const caches = useRedisCaches()
const passwordOf = (user: string): string => `password-of-${user}`
const as = (user: string, url: string): string => url.replace('//', `//${user}:${passwordOf(user)}@`)

test('with the rights of the table each user can do its work at Redis, and nothing else', async (t) => {
  const { url, start } = await caches.startOwnRedis(t, { storesUsers: true })
  const first = await start()
  assert.equal(await applyRedisAccess(url, usersOf('cache'), { passwordOf }), 'Redis: 5 users')
  const cache = await caches.open(as('document', url))
  const document = sampleKeptDocument()
  await putInto(cache, document)
  for (const viewer of ['user:1', 'user:2']) await cache.read(document.id, viewer, 'all')
  await cache.remove(document.id, document.version + 1)
  const other = await putInto(cache, sampleKeptDocument())
  const reindex = await caches.open(as('reindex', url))
  assert.ok((await reindex.inspect([other.id])).get(other.id)?.document)
  await reindex.forget(other.id, 0)
  assert.equal(await documentIn(cache, other.id), undefined)
  for (const user of ['document', 'signature', 'search', 'ws']) {
    const counts = await openRedisSharedCounts(as(user, url), silentLogger)
    t.after(() => counts.stop())
    assert.ok((await counts.add('key', 1, 60_000)).count > 0)
  }

  const refused: [user: string, command: string[]][] = [
    ['search', ['GET', `document:${document.id}`]],
    ['search', ['EVAL', "return redis.call('GET', KEYS[1])", '1', `document:${document.id}`]],
    ['ws', ['SCAN', '0']],
    ['document', ['FLUSHALL']],
    ['document', ['CONFIG', 'GET', 'requirepass']],
    ['document', ['ACL', 'LIST']],
    ['document', ['GET', 'key of another program']],
    ['reindex', ['SCRIPT', 'FLUSH']],
  ]
  for (const [user, command] of refused) {
    const client = await createClient({ url: as(user, url) }).connect()
    await assert.rejects(client.sendCommand(command), /NOPERM/, `${user}: ${command.join(' ')}`)
    client.destroy()
  }
  // The server stores its users.
  await first.kill()
  await start()
  await (await caches.open(as('document', url))).inspect([document.id])
})

test('a server that would forget its users is refused, and a user that may not make them', async (t) => {
  const { url, start } = await caches.startOwnRedis(t)
  await start()
  await assert.rejects(
    applyRedisAccess(url, usersOf('cache'), { passwordOf }),
    /^Error: cache\.url: Redis did not set up and store the users: .*ACL file/,
  )
  await assert.rejects(
    applyRedisAccess(as('search', url), usersOf('cache'), { passwordOf }),
    /^Error: cache\.url: .*NOPERM/,
  )
})
