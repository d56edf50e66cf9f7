import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLogger } from '../../runtime/logger.ts'
import { openSearch } from './open.ts'
import type { SearchResources } from './resources.ts'

test('an unknown scheme is refused with the known ones', async () => {
  const resources = { log: silentLogger } as SearchResources
  const message = /search\.url: solr: is not known; use sqlite: or elasticsearch:/
  await assert.rejects(openSearch('solr://localhost', resources), message)
})
