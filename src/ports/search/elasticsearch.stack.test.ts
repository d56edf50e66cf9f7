import { randomUUID } from 'node:crypto'
import { after } from 'node:test'
import { silentLogger } from '../../runtime/logger.ts'
import { stack } from '../../testing/stack.ts'
import { searchIndexContract } from './contract.ts'
import { indexName } from './elasticsearch-index-settings.ts'
import { openSearch } from './open.ts'

const aliases: string[] = []
after(async () => {
  for (const alias of aliases)
    await fetch(`${stack.elasticsearchUrl}/${indexName(alias)}`, { method: 'DELETE' })
})

function newAlias(): string {
  const alias = `test-${randomUUID()}`
  aliases.push(alias)
  return alias
}

searchIndexContract('elasticsearch:', () =>
  openSearch(`elasticsearch:${stack.elasticsearchUrl}`, {
    database: undefined,
    index: newAlias(),
    log: silentLogger,
  }),
)
