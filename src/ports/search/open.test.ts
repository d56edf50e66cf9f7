import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SearchResources } from '../adapters.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { openSearch } from './open.ts'

test('an unknown scheme is refused with the known ones', async () => {
  const resources = { log: silentLogger } as SearchResources
  const message = /search\.url: solr: is not known; use postgres: or elasticsearch:/
  await assert.rejects(openSearch('solr://localhost', resources), message)
})
